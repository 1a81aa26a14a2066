"""A document as tables: columns with a key and a heading, rows of plain cells. Every format is written from these."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Generic, TypeVar


@dataclass(frozen=True, slots=True)
class Word:
    """A code of the domain with its word in the reader's language: tables show the word, JSON keeps the code."""

    code: str | bool
    text: str


@dataclass(frozen=True, slots=True)
class Reference(Word):
    """The code of another row, shown with its text; it needs no entry in a list of words."""


Cell = str | int | float | Word | tuple[Word, ...] | None
Record = TypeVar("Record")
SEPARATOR = " | "


@dataclass(frozen=True)
class Column(Generic[Record]):
    """`key` names the field in JSON, `heading` the column in tables, `width` is in characters.

    No slots: a generic dataclass with slots cannot be made as `Column[Record](...)` on Python 3.11.
    """

    key: str
    heading: str
    value: Callable[[Record], Cell]
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    """A named table. `keys` and `headings` are as long as each row."""

    key: str
    name: str
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


def table_of(key: str, name: str, columns: Sequence[Column[Record]], records: Iterable[Record]) -> Table:
    return Table(
        key=key,
        name=name,
        keys=tuple(column.key for column in columns),
        headings=tuple(column.heading for column in columns),
        widths=tuple(column.width for column in columns),
        rows=tuple(tuple(column.value(record) for column in columns) for record in records),
    )


def stacked(key: str, name: str, tables: Sequence[Table]) -> Table:
    """One table out of several: the union of their columns, a cell left empty where a table lacks the column."""
    order = {
        column: (heading, width)
        for table in tables
        for column, heading, width in zip(table.keys, table.headings, table.widths, strict=True)
    }
    rows = []
    for table in tables:
        for row in table.rows:
            cells = dict(zip(table.keys, row, strict=True))
            rows.append(tuple(cells.get(column) for column in order))
    return Table(
        key=key,
        name=name,
        keys=tuple(order),
        headings=tuple(heading for heading, _ in order.values()),
        widths=tuple(width for _, width in order.values()),
        rows=tuple(rows),
    )


def shown(cell: Cell) -> str | int | float | None:
    """The cell as people read it."""
    if isinstance(cell, Word):
        return cell.text
    if isinstance(cell, tuple):
        return SEPARATOR.join(word.text for word in cell)
    return cell


def coded(cell: Cell) -> Any:
    """The cell as programs read it."""
    if isinstance(cell, Word):
        return cell.code
    if isinstance(cell, tuple):
        return [word.code for word in cell]
    return cell


def percentage(share: float | None) -> float | None:
    """A share of 0 to 1 as a percentage with one decimal, rounded half up."""
    if share is None:
        return None
    return float((Decimal(repr(share)) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
