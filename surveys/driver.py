"""Words given to the database's driver, past SQLAlchemy's own work around a statement (decision 8).

The connection, its transaction, the kinds of errors and the events stay those of SQLAlchemy.
"""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Row = tuple[Any, ...]


def send(connection: Connection, words: str, places: Any = ()) -> list[Row]:
    """Run one statement in the database's own words; its rows as the driver gives them.

    Raises
    ------
    sqlalchemy.exc.DBAPIError
        And its kinds (`OperationalError` for a locked or full database), never with the values in it. A connection
        that was lost is given up, as SQLAlchemy does: closing it later asks nothing of a server that is gone.
    """
    dialect = connection.dialect
    listening = connection.engine.dispatch.before_cursor_execute
    cursor: Any = None
    try:
        cursor = connection.connection.cursor()
        if listening:
            listening(connection, cursor, words, places, None, False)
        cursor.execute(words, places)
        return cursor.fetchall() if cursor.description else []
    except dialect.loaded_dbapi.Error as problem:
        is_lost = dialect.is_disconnect(problem, connection.connection.dbapi_connection, cursor)
        if is_lost:
            connection.invalidate(problem)
        raise DBAPIError.instance(
            words,
            None,
            problem,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from problem
    finally:
        if cursor is not None:
            cursor.close()
