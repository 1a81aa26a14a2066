"""Writing many rows at once: answers go through Core, in one statement a page."""

from collections.abc import Callable
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def upsert(
    session: Session, table: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """Insert or replace many rows in one statement; the database's own uniqueness decides which."""
    if rows:
        whole: Any = table
        session.connection().execute(_statement(session.get_bind().dialect.name, whole, key, replace), rows)


@cache
def _statement(dialect_name: str, table: Any, key: tuple[str, ...], replace: tuple[str, ...]) -> Any:
    """Built once: the names of what is replaced cost more than storing a page of answers."""
    dialect = postgresql if dialect_name == "postgresql" else sqlite
    statement = dialect.insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in replace}
    )


def upsert_alike(
    session: Session, table: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """`upsert`, for many rows of few different values; see `_write_alike`."""
    if rows:
        whole: Any = table
        statement = _statement(session.get_bind().dialect.name, whole, key, replace)
        _write_alike(session, whole, statement, rows)


def insert_alike(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    """Insert many rows of few different values; see `_write_alike`."""
    if rows:
        whole: Any = table
        _write_alike(session, whole, _insert(whole), rows)


def _write_alike(session: Session, table: Any, statement: Any, rows: list[dict[str, Any]]) -> None:
    """Run `statement` for all rows, each of which names the same columns.

    SQLAlchemy prepares each value of each row by itself, which for a page of ratings costs as much as storing them.
    Here each different value is prepared once.
    """
    connection = session.connection()
    columns = tuple(rows[0])
    words, order, processors = _prepared(connection.dialect, table, statement, columns)
    for column, process in processors:
        processed = {value: process(value) for value in {row[column] for row in rows}}
        rows = [{**row, column: processed[row[column]]} for row in rows]
    connection.exec_driver_sql(words, rows if order is None else list(map(itemgetter(*order), rows)))


@cache
def _insert(table: Any) -> Any:
    return insert(table)


@cache
def _prepared(
    dialect: Dialect, table: Any, statement: Any, columns: tuple[str, ...]
) -> tuple[str, tuple[str, ...] | None, list[tuple[str, Callable[[Any], Any]]]]:
    """The statement as the driver takes it, the order of its places (None: by name), how to prepare which columns."""
    compiled = statement.compile(dialect=dialect, column_keys=columns)
    processors = [
        (name, process)
        for name in columns
        if (process := table.__table__.c[name].type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    return str(compiled), None if compiled.positiontup is None else tuple(compiled.positiontup), processors
