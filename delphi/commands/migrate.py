"""`migrate`: the database at this version's schema, with a backup of what was before and a way back to it."""

import argparse
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from delphi.config import Settings
    from delphi.database import Database

DESCRIPTION = (
    "Bring the database to this version's schema, whole or not at all. It is backed up to instance/backups/ first. "
    "Refused in the last 24 hours of an open round (unless --force): nobody should find a closed door then. "
    "--roll-back puts the newest backup of before a migration back, for the earlier version of the program."
)
LAST_HOURS = timedelta(hours=24)
PREFIX = "before-migration"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only say whether a migration is due (exit code 1 if so)")
    parser.add_argument("--force", action="store_true", help="migrate even in the last 24 hours of a round")
    parser.add_argument(
        "--without-backup", action="store_true", help="make no backup, for a server that makes its own (PostgreSQL)"
    )
    parser.add_argument(
        "--roll-back", action="store_true", help="put the newest backup of before a migration in place of the database"
    )


def run(arguments: argparse.Namespace) -> int:
    from delphi import backups, clock
    from delphi.commands import CommandProblem
    from delphi.commands.storage import newer_schema, reach_database
    from delphi.config import load_settings
    from surveys import migrations

    settings = load_settings()
    if arguments.roll_back:
        return roll_back(settings, now=clock.now())
    database = reach_database(settings)
    try:
        revision = migrations.current_revision(database.engine)
        if revision == migrations.head_revision():
            print(f"The database is current (schema {revision}).")
            return 0
        if revision is not None and revision not in migrations.known_revisions():
            raise CommandProblem(newer_schema(database, revision))
        if arguments.check:
            print(f"A migration is due: schema {revision or 'none'} to {migrations.head_revision()}.")
            return 1
        if revision is not None and not arguments.force:
            refuse_in_last_hours(database, now=clock.now())
        if revision is not None and not arguments.without_backup:
            made = backups.make(settings, target=None, now=clock.now(), prefix=PREFIX)
            print(f"Backup before migrating: {made.path}")
        migrations.upgrade(database.engine)
        print(f"The database is now at schema {migrations.head_revision()}.")
        if revision is not None:
            print(
                "If this version does not work: stop it, run `python -m delphi migrate --roll-back`, install the old."
            )
    finally:
        database.engine.dispose()
    return 0


def refuse_in_last_hours(database: "Database", *, now: datetime) -> None:
    """Raises CommandProblem where an open round ends within 24 hours; reads two columns that every schema has."""
    from sqlalchemy import func, select

    from delphi.commands import CommandProblem
    from surveys.models import Round
    from surveys.vocabulary import RoundStatus

    table = Round.metadata.tables["round"]
    with database.engine.connect() as connection:
        n_ending = connection.execute(
            select(func.count()).where(
                table.c.status == RoundStatus.OPEN,
                table.c.deadline_at > now,
                table.c.deadline_at <= now + LAST_HOURS,
            )
        ).scalar_one()
    if n_ending:
        raise CommandProblem(
            f"{n_ending} open rounds end within 24 hours: migrate after they are closed, or add --force."
        )


def roll_back(settings: "Settings", *, now: datetime) -> int:
    """The newest backup of before a migration, with its schema; what is there now is backed up first."""
    from delphi import backups
    from delphi.backups.rotation import backups_in
    from delphi.commands import CommandProblem

    folder = settings.instance / "backups"
    found = [path for path in backups_in(folder) if path.name.startswith(PREFIX)]
    if not found:
        raise CommandProblem(f"There is no backup of before a migration in {folder}: nothing to go back to.")
    restored = backups.restore(settings, source=found[0], force=True, now=now, is_upgraded=False)
    if restored.saved is not None:
        print(f"What was there before, with all later answers: {restored.saved}")
    print(f"The database is again as it was at {restored.manifest.made_at}: schema {restored.manifest.revision}.")
    print("Install the earlier version of the program, start it, then release mail: worker --release-mail")
    return 0
