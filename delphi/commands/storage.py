"""How commands come to their database: reachable, of the right schema, or one sentence that says what to do."""

from pathlib import Path

from sqlmodel import select

from delphi.commands import CommandProblem
from delphi.config import Settings
from delphi.database import Database
from surveys import migrations
from surveys.identity import IdentityUnreadable
from surveys.models import Person


def reach_database(settings: Settings) -> Database:
    """The database, reachable; an SQLite file is made where there is none."""
    database = Database(settings.effective_database_url, identity_key=settings.effective_identity_key)
    database.check()
    return database


def open_database(settings: Settings) -> Database:
    """The database, reachable and of this version's schema."""
    database = Database(settings.effective_database_url, identity_key=settings.effective_identity_key)
    path = sqlite_path(database)
    if path is not None and not path.exists():
        raise CommandProblem(f"There is no database at {path} yet: run `python -m delphi init` first.")
    database.check()
    revision = migrations.current_revision(database.engine)
    if revision is None:
        raise CommandProblem(f"The database {database.url} is empty: run `python -m delphi init` first.")
    if revision not in migrations.known_revisions():
        raise CommandProblem(newer_schema(database, revision))
    if revision != migrations.head_revision():
        raise CommandProblem(f"The database {database.url} has an older schema: run `python -m delphi migrate` first.")
    if settings.effective_identity_key:
        _check_identity_key(database)
    return database


def _check_identity_key(database: Database) -> None:
    """Read one name: a wrong key must be noticed now, not when the first mail goes out."""
    try:
        with database.reading() as session:
            session.exec(select(Person.name).limit(1)).first()
    except IdentityUnreadable as problem:
        raise CommandProblem(
            f"The names in {database.url} cannot be read: {problem}. Set DELPHI_IDENTITY_KEY to the key they were "
            "written with (or, where it was never set, DELPHI_SECRET_KEY)."
        ) from problem


def newer_schema(database: Database, revision: str) -> str:
    return (
        f"The database {database.url} was made by a newer version of this program (schema {revision}): "
        "use that version."
    )


def sqlite_path(database: Database) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    name = database.engine.url.database
    return Path(name) if database.is_sqlite and name else None
