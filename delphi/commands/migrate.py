"""`migrate`: the database at this version's schema, with a backup of what was before."""

import argparse

DESCRIPTION = (
    "Bring the database to this version's schema. An SQLite database is backed up to instance/backups/ first; for "
    "PostgreSQL make a backup before (python -m delphi backup)."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="only say whether a migration is due (exit code 1 if so)")


def run(arguments: argparse.Namespace) -> int:
    from delphi import backups, clock
    from delphi.commands import CommandProblem
    from delphi.commands.storage import newer_schema, reach_database
    from delphi.config import load_settings
    from surveys import migrations

    settings = load_settings()
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
        if revision is not None and database.is_sqlite:
            made = backups.make(settings, target=None, now=clock.now())
            print(f"Backup before migrating: {made.path}")
        migrations.upgrade(database.engine)
        print(f"The database is now at schema {migrations.head_revision()}.")
    finally:
        database.engine.dispose()
    return 0
