"""The history of the schema: one line of revisions for SQLite and PostgreSQL, applied whole or not at all."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from surveys.identity import hand_key

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).resolve().parent
HEAD = "head"


class NewerSchema(Exception):
    """The database was made by a newer version of this program; `revision` is the one that is not known here."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"schema revision {revision} is not known to this version")
        self.revision = revision


def upgrade(engine: Engine, revision: str = HEAD) -> None:
    """Bring the schema up to `revision`, in one transaction.

    On SQLite foreign keys are off meanwhile: Alembic changes a table by making it anew, and dropping the old one
    would delete its child rows. They are checked before the commit.

    Raises
    ------
    NewerSchema
        Where the database is at a revision this version does not know.
    """
    _refuse_newer(engine)
    _run(engine, "upgrade", revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema back to `revision` (`base`: no tables), in one transaction."""
    _refuse_newer(engine)
    _run(engine, "downgrade", revision)


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; None for one without tables of ours.

    Asked by every start and every look at the service's health: Alembic itself is loaded by what migrates, alone.
    """
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def is_current(engine: Engine) -> bool:
    """Whether the schema is the one this version works with."""
    return current_revision(engine) == head_revision()


@cache
def head_revision() -> str:
    """The newest revision this version knows."""
    return max(known_revisions())


@cache
def known_revisions() -> frozenset[str]:
    """Every revision this version can bring up to date: each file of `versions` begins with the number of its own."""
    return frozenset(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def migrating_engine(engine: Engine) -> Engine:
    """An engine on the same database, prepared for changing tables; dispose of it afterwards."""
    if engine.dialect.name != "sqlite":
        other = create_engine(engine.url, poolclass=NullPool)
        hand_key(engine, to=other)
        return other
    migrating = create_engine(engine.url, poolclass=NullPool, connect_args={"timeout": 60})
    hand_key(engine, to=migrating)
    event.listen(migrating, "connect", _prepare_sqlite)
    event.listen(migrating, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return migrating


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def config() -> Config:
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    configured = Config()
    configured.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    configured.set_main_option("path_separator", "os")
    return configured


def _refuse_newer(engine: Engine) -> None:
    revision = current_revision(engine)
    if revision is not None and revision not in known_revisions():
        raise NewerSchema(revision)


def _run(engine: Engine, direction: Literal["upgrade", "downgrade"], revision: str) -> None:
    from alembic import command

    migrating = migrating_engine(engine)
    try:
        configured = config()
        configured.attributes["engine"] = migrating
        (command.upgrade if direction == "upgrade" else command.downgrade)(configured, revision)
    finally:
        migrating.dispose()
