"""Selects that nearly every request sends: made ready once, sent many times (decision 8)."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlmodel import Session

from surveys.driver import Row, send

Process = Callable[[Any], Any]
MOST_DATABASES = 8
"""An application has one; tests open many, one after the other."""


class Prepared:
    """A select; its places have the names of its `bindparam`s."""

    __slots__ = ("_made", "_statement")

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._made: dict[Dialect, _Made] = {}

    def rows(self, session: Session, **values: Any) -> list[Row]:
        """All rows for these values, as SQLAlchemy would give them. Raises as `send`."""
        connection = session.connection()
        made = self._made.get(connection.dialect)
        if made is None:
            if len(self._made) >= MOST_DATABASES:
                self._made.clear()
            made = self._made[connection.dialect] = _Made(self._statement, connection.dialect)
        return made.rows(connection, values)


class _Made:
    """One statement for one database: its words, the order of its places, what happens to values on their way."""

    __slots__ = ("_columns", "_fixed", "_into", "_order", "_words")

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._words = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._into: dict[str, Process] = {
            name: process
            for name, bound in compiled.binds.items()
            if (process := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._columns: list[tuple[int, Process]] = [
            (place, process)
            for place, column in enumerate(statement.selected_columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]
        self._fixed = {name: self._bound(name, value) for name, value in compiled.params.items() if value is not None}

    def _bound(self, name: str, value: Any) -> Any:
        process = self._into.get(name)
        return value if process is None else process(value)

    def rows(self, connection: Connection, values: dict[str, Any]) -> list[Row]:
        filled = {**self._fixed, **{name: self._bound(name, value) for name, value in values.items()}}
        places = filled if self._order is None else tuple([filled[name] for name in self._order])
        rows = send(connection, self._words, places)
        return [self._read(row) for row in rows] if self._columns else rows

    def _read(self, row: Row) -> Row:
        read = list(row)
        for place, process in self._columns:
            read[place] = process(read[place])
        return tuple(read)
