"""Writing many rows at once: answers go through Core, in one statement a page."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, insert
from sqlmodel import Session

from surveys.driver import send

MOST_ROWS = 100
"""In one statement: more than a page of ratings has, and fewer than would meet SQLite's limit of places."""
Columns = Mapping[str, Sequence[Any]]
"""The name of each column to its values, one a row."""


def upsert(
    session: Session, table: type[Any], rows: list[dict[str, Any]], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """Insert or replace many rows in one statement; the database's own uniqueness decides which."""
    if rows:
        whole: Any = table
        connection = session.connection()
        connection.execute(_statement(connection.dialect.name, whole, key, replace), rows)


@cache
def _statement(dialect_name: str, table: Any, key: tuple[str, ...], replace: tuple[str, ...]) -> Any:
    """Built once: the names of what is replaced cost more than storing a page of answers."""
    # The other database's dialect is not loaded.
    statement = import_module(f"sqlalchemy.dialects.{dialect_name}").insert(table)
    return statement.on_conflict_do_update(
        index_elements=list(key), set_={name: statement.excluded[name] for name in replace}
    )


def upsert_alike(
    session: Session, table: type[Any], columns: Columns, *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """`upsert`, for many rows of few different values; see `_write_alike`."""
    whole: Any = table
    connection = session.connection()
    _write_alike(connection, whole, _statement(connection.dialect.name, whole, key, replace), columns)


def upsert_one(
    session: Session, table: type[Any], row: Mapping[str, Any], *, key: tuple[str, ...], replace: tuple[str, ...]
) -> None:
    """`upsert` of one row of plain values, as each change of each field sends it."""
    upsert_alike(session, table, {name: (value,) for name, value in row.items()}, key=key, replace=replace)


def insert_alike(session: Session, table: type[Any], columns: Columns) -> None:
    """Insert many rows of few different values; see `_write_alike`."""
    whole: Any = table
    _write_alike(session.connection(), whole, _insert(whole), columns)


def _write_alike(connection: Connection, table: Any, statement: Any, columns: Columns) -> None:
    """Run `statement` for all rows, which stand column by column; for none of them, nothing.

    SQLAlchemy prepares each value of each row by itself, which for a page of ratings costs as much as storing them.
    Here each different value of a column is prepared once. SQLite takes many rows in one statement in a third of the
    time that it takes for as many statements; psycopg sends these together by itself.
    """
    n_rows = len(next(iter(columns.values())))
    if not n_rows:
        return
    names = tuple(columns)
    words, order, processors = _prepared(connection.dialect, table, statement, names)
    values = dict(columns)
    for name, process in processors:
        processed = {value: process(value) for value in set(values[name])}
        values[name] = list(map(processed.__getitem__, values[name]))
    rows = list(zip(*map(values.__getitem__, order or names), strict=True))
    if order is None:
        connection.exec_driver_sql(words, [dict(zip(names, row, strict=True)) for row in rows])
        return
    for start in range(0, n_rows, MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        send(connection, _for_rows(words, len(order), len(some)), tuple(chain.from_iterable(some)))


@cache
def _for_rows(words: str, n_columns: int, n_rows: int) -> str:
    """The statement for one row, with places for more."""
    row = f"({', '.join('?' * n_columns)})"
    before, values, after = words.partition(f"VALUES {row}")
    return f"{before}{values}{f', {row}' * (n_rows - 1)}{after}"


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
