"""Database sessions: one reading session a request, and one transaction a user action."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from flask import current_app, g
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from delphi.config import ConfigurationProblem
from delphi.connections import Connections
from delphi.file_systems import refuse_network_file_system
from surveys.driver import send
from surveys.identity import hold_key

BUSY_TIMEOUT_MS = 20_000
BEGIN_WITH = "delphi begin"
"""Where a session tells its connection how the next transaction begins, on SQLite."""


class _Session(Session):
    """A session on one connection, taken when it is first needed and held to the end.

    A session of SQLAlchemy may have many connections and looks for the right one at each statement. Ours have one, and
    most statements are plain ones on it. What is mapped joins the transaction of that connection.
    """

    def __init__(self, engine: Engine, connections: Connections) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._connections = connections
        self._held: Connection | None = None
        self._begin_with = "BEGIN"

    def connection(self, bind_arguments: Any = None, execution_options: Any = None) -> Connection:
        held = self._held
        if held is None:
            held = self._held = self._connections.take()
        if not held.in_transaction():
            held.info[BEGIN_WITH] = self._begin_with
            held.begin()
        return held

    def get_bind(self, *args: Any, **options: Any) -> Connection:
        return self.connection()

    def turn_to_writing(self) -> None:
        """Forget what was read; the next transaction is one that writes."""
        self._forget()
        if self._held is not None:
            self._held.rollback()
        self._begin_with = "BEGIN IMMEDIATE"

    def close(self) -> None:
        self._forget()
        if self._held is not None:
            held, self._held = self._held, None
            self._connections.give_back(held)

    def _forget(self) -> None:
        """Let go of what is mapped. Most requests map nothing, and then there is nothing to go through."""
        if self.in_transaction() or self.identity_map or self.new:
            super().close()

    def keep(self) -> None:
        """Write what is still to be written, and commit."""
        if self.in_transaction():
            # Of what is mapped. It has joined the connection's transaction, which goes on.
            self.commit()
        if self._held is not None:
            self._held.commit()


class Database:
    """An engine and the two ways to use it. `identity_key` opens the names in it; without one they stay shut.

    SQLite: write-ahead log, `synchronous=FULL` and foreign keys on every connection, and writing transactions that
    take the write lock when they begin. Under the default (deferred) transaction a write after a read fails at
    once, and an answer can slip in after a round was closed.
    """

    def __init__(self, url: str, *, identity_key: str = "") -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as problem:
            raise ConfigurationProblem(
                f"DELPHI_DATABASE_URL is {url!r}: give sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
            ) from problem
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if not self.is_sqlite and parsed.get_backend_name() != "postgresql":
            raise ConfigurationProblem(f"DELPHI_DATABASE_URL names {parsed.drivername!r}: use SQLite or PostgreSQL.")
        if self.is_sqlite:
            if parsed.database:
                _make_folder(Path(parsed.database).parent)
            self.engine = create_engine(
                parsed,
                pool_size=10,
                max_overflow=40,
                # The connection that was used last still has its pages and prepared statements at hand.
                pool_use_lifo=True,
                connect_args={"timeout": BUSY_TIMEOUT_MS / 1000},
                # Answers and names must not reach a log with the text of an error.
                hide_parameters=True,
            )
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        else:
            self.engine = create_engine(parsed, pool_pre_ping=True, pool_size=10, max_overflow=20, hide_parameters=True)
        if identity_key:
            hold_key(self.engine, identity_key)
        self._connections = Connections(self.engine)
        # SQLite's own waiting for the write lock is unfair under load; threads of one process queue here instead.
        self._turn: AbstractContextManager[Any] = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def url(self) -> str:
        """The address without its password, fit for messages and logs."""
        return self.engine.url.render_as_string(hide_password=True)

    def reading(self) -> Session:
        """A session for reads; the caller closes it."""
        return self._session()

    @contextmanager
    def writing(self, *, after: Session | None = None) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back whole on any exception.

        `after` is a session of `reading` whose connection is used further; it ends with the transaction.
        """
        session = after if isinstance(after, _Session) else self._session()
        session.turn_to_writing()
        with self._turn, session:
            yield session
            session.keep()

    def _session(self) -> _Session:
        return _Session(self.engine, self._connections)

    def check(self) -> None:
        """Connect once; on SQLite read back that the log mode and the sync level are what durability needs.

        Raises
        ------
        ConfigurationProblem
            Where the database cannot be reached or does not keep what it acknowledges.
        """
        if self.is_sqlite and self.engine.url.database:
            refuse_network_file_system(Path(self.engine.url.database))
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
                if self.is_sqlite:
                    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
                    level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
                    if (journal, level) not in (("wal", 2), ("memory", 2)):
                        raise ConfigurationProblem(
                            f"The database {self.url} runs with journal {journal!r} and sync level {level}: "
                            "it needs WAL and FULL; put it on a local disk."
                        )
        except ConfigurationProblem:
            raise
        except Exception as problem:
            reason = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
            raise ConfigurationProblem(f"The database {self.url} cannot be reached: {reason}") from problem


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigurationProblem(
            f"The folder {folder} of the database cannot be made: {problem.strerror}"
        ) from problem


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy emits BEGIN itself, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    send(connection, connection.info.pop(BEGIN_WITH, "BEGIN"))


def database() -> Database:
    """The database of the running application."""
    found: Database = current_app.extensions["delphi_database"]
    return found


def reading_session() -> Session:
    """The reading session of this request; closed when the request ends."""
    session: Session | None = g.get("reading_session")
    if session is None:
        session = g.reading_session = database().reading()
    return session


@contextmanager
def transaction() -> Iterator[Session]:
    """The one writing transaction of this user action. What the request read before is forgotten afterwards."""
    with database().writing(after=g.get("reading_session")) as session:
        g.pop("reading_session", None)
        yield session


def close_reading_session(_: BaseException | None = None) -> None:
    session: Session | None = g.pop("reading_session", None)
    if session is not None:
        session.close()
