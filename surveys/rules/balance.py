"""The balance of a panel: how many people in each cell of two groupings, and where nobody is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

Pair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class CrossTable:
    """`cells[row][column]` people; who lacks one of the two is counted in `n_unplaced` and in no cell."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    n_unplaced: int

    @property
    def row_totals(self) -> tuple[int, ...]:
        return tuple(sum(row) for row in self.cells)

    @property
    def column_totals(self) -> tuple[int, ...]:
        return tuple(sum(column) for column in zip(*self.cells, strict=True))

    @property
    def empty_rows(self) -> tuple[str, ...]:
        return tuple(name for name, total in zip(self.rows, self.row_totals, strict=True) if not total)

    @property
    def empty_columns(self) -> tuple[str, ...]:
        return tuple(name for name, total in zip(self.columns, self.column_totals, strict=True) if not total)


def cross(pairs: Sequence[Pair], *, rows: Sequence[str], columns: Sequence[str]) -> CrossTable:
    """Count people by two groupings; every row and column is there, also those without anybody."""
    counts = Counter(pairs)
    cells = tuple(tuple(counts[row, column] for column in columns) for row in rows)
    return CrossTable(
        rows=tuple(rows),
        columns=tuple(columns),
        cells=cells,
        n_unplaced=len(pairs) - sum(map(sum, cells)),
    )
