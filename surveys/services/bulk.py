"""Writing many rows at once: answers go through Core, in one statement a page."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

Columns = Mapping[str, Sequence[Any]]
"""The name of each column to its values, one a row."""


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
    session: Session, table: type[Any], columns: Columns, *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """`upsert`, for many rows of few different values; see `_write_alike`."""
    whole: Any = table
    _write_alike(session, whole, _statement(session.get_bind().dialect.name, whole, key, replace), columns)


def insert_alike(session: Session, table: type[Any], columns: Columns) -> None:
    """Insert many rows of few different values; see `_write_alike`."""
    whole: Any = table
    _write_alike(session, whole, _insert(whole), columns)


def _write_alike(session: Session, table: Any, statement: Any, columns: Columns) -> None:
    """Run `statement` for all rows, which stand column by column; for none of them, nothing.

    SQLAlchemy prepares each value of each row by itself, which for a page of ratings costs as much as storing them.
    Here each different value of a column is prepared once.
    """
    if not next(iter(columns.values())):
        return
    connection = session.connection()
    names = tuple(columns)
    words, order, processors = _prepared(connection.dialect, table, statement, names)
    values = dict(columns)
    for name, process in processors:
        processed = {value: process(value) for value in set(values[name])}
        values[name] = [processed[value] for value in values[name]]
    rows = zip(*(values[name] for name in order or names), strict=True)
    connection.exec_driver_sql(words, list(rows) if order else [dict(zip(names, row, strict=True)) for row in rows])


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
