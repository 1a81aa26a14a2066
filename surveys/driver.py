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
        And its kinds (`OperationalError` for a locked or full database), never with the values in it.
    """
    dialect = connection.dialect
    cursor = connection.connection.cursor()
    try:
        connection.dispatch.before_cursor_execute(connection, cursor, words, places, None, False)
        cursor.execute(words, places)
        return cursor.fetchall() if cursor.description else []  # type: ignore[return-value]
    except dialect.loaded_dbapi.Error as problem:
        raise DBAPIError.instance(
            words, None, problem, dialect.loaded_dbapi.Error, hide_parameters=True, dialect=dialect
        ) from problem
    finally:
        cursor.close()
