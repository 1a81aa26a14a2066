"""One table in two languages: a column whose cells read differently stands twice, side by side."""

from collections.abc import Sequence

from delphi.exports.tables import Cell, Table, shown


def in_two_languages(first: Table, second: Table, *, languages: Sequence[str]) -> Table:
    """Both tables have the same rows and columns. ValueError where they have not."""
    if first.keys != second.keys or len(first.rows) != len(second.rows):
        raise ValueError(f"table {first.key!r} has another shape in {languages[1]} than in {languages[0]}")
    keys: list[str] = []
    headings: list[str] = []
    widths: list[int] = []
    columns: list[tuple[Cell, ...]] = []
    for at, key in enumerate(first.keys):
        sides = [tuple(row[at] for row in table.rows) for table in (first, second)]
        heads = (first.headings[at], second.headings[at])
        both = heads[0] if heads[0] == heads[1] else " · ".join(heads)
        if all(shown(one) == shown(other) for one, other in zip(*sides, strict=True)):
            keys.append(key)
            headings.append(both)
            widths.append(first.widths[at])
            columns.append(sides[0])
            continue
        for language, head, side in zip(languages, heads, sides, strict=True):
            keys.append(f"{key}_{language}")
            headings.append(f"{head} ({language.upper()})")
            widths.append(first.widths[at])
            columns.append(side)
    name = first.name if first.name == second.name else f"{first.name} · {second.name}"[:31]
    rows = tuple(zip(*columns, strict=True)) if first.rows else ()
    return Table(first.key, name, tuple(keys), tuple(headings), tuple(widths), rows)
