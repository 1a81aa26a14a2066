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
    """One statement for one database: its words, its places in their order, what happens to values on their way."""

    __slots__ = ("_columns", "_named", "_places", "_words")

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self._words = str(compiled)
        into: dict[str, Process] = {
            name: process
            for name, bound in compiled.binds.items()
            if (process := bound.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._columns: list[tuple[int, Process]] = [
            (place, process)
            for place, column in enumerate(statement.selected_columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]
        order: Sequence[str] | None = compiled.positiontup
        self._named: Sequence[str] | None = tuple(compiled.params) if order is None else None
        self._places: list[tuple[str | None, Process, Any]] = []
        """Of each place: its name, what is done to a value for it; or no name, and the value it always has."""
        for name in order or self._named or ():
            process, value = into.get(name, _as_it_is), compiled.params[name]
            self._places.append((name, process, None) if value is None else (None, process, process(value)))

    def rows(self, connection: Connection, values: dict[str, Any]) -> list[Row]:
        places = [fixed if name is None else process(values[name]) for name, process, fixed in self._places]
        named = self._named
        rows = send(connection, self._words, places if named is None else dict(zip(named, places, strict=True)))
        return [self._read(row) for row in rows] if self._columns else rows

    def _read(self, row: Row) -> Row:
        read = list(row)
        for place, process in self._columns:
            read[place] = process(read[place])
        return tuple(read)


def _as_it_is(value: Any) -> Any:
    return value
