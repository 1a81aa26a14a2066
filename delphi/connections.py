"""Connections to SQLite that wait for the next session, checked out and ready.

To check one out of SQLAlchemy's pool and back in takes as long as three of the reads for which it is done. There is no
server that could have gone away meanwhile; PostgreSQL's are checked out anew each time, and asked whether they live.
"""

from collections import deque
from contextlib import suppress

from sqlalchemy import Connection, Engine, event

MOST_READY = 10
"""More have been needed at the same moment: they go back to the pool."""


class Connections:
    """Those of one engine, the one that was used last first: its pages and statements are at hand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: deque[Connection] = deque()
        self._keeps = engine.dialect.name == "sqlite"
        event.listen(engine, "engine_disposed", self._let_go)

    def take(self) -> Connection:
        """A connection outside of any transaction, to be given back."""
        with suppress(IndexError):
            return self._ready.pop()
        return self._engine.connect()

    def give_back(self, connection: Connection) -> None:
        """What was not committed on it is rolled back."""
        if not self._keeps or len(self._ready) >= MOST_READY:
            connection.close()
            return
        try:
            connection.rollback()
        except Exception:
            connection.invalidate()
            raise
        finally:
            if connection.invalidated:
                connection.close()
            else:
                self._ready.append(connection)

    def _let_go(self, _: Engine) -> None:
        """The engine's pool was disposed of: close what is ready, so that nothing holds the file."""
        while self._ready:
            connection = self._ready.pop()
            connection.detach()
            connection.close()
