"""A table of people between two visits of a page: read back from it, its columns matched, its lines checked."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from surveys.queries.panel_people import addresses_on_panel, colleges_of_study, known_places, regions_of_study
from surveys.rules.panel_checks import CheckedLine, KnownPlaces, Line, check_lines
from surveys.rules.panel_columns import PanelField, guess_columns, has_heading
from surveys.tabular_files import Row

MENDED = (PanelField.NAME, PanelField.EMAIL, PanelField.LANGUAGE, PanelField.COLLEGE, PanelField.REGION)
"""What can be mended on the page, line by line."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A table with its columns matched and its lines checked."""

    rows: tuple[Row, ...]
    has_heading: bool
    fields: tuple[PanelField | None, ...]
    typed: Mapping[int, Mapping[PanelField, str]]
    left_out: frozenset[int]
    places: KnownPlaces
    lines: tuple[CheckedLine, ...]


def table_text(rows: tuple[Row, ...]) -> str:
    """The rows as text that reads back to the same cells; the first cell is the number of the line."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    for row in rows:
        writer.writerow([row.line, *row.cells])
    return stream.getvalue()


def rows_of(text: str) -> tuple[Row, ...]:
    """What `table_text` wrote; lines that were tampered with are skipped."""
    found = [cells for cells in csv.reader(io.StringIO(text.replace("\r\n", "\n"))) if cells and cells[0].isdecimal()]
    width = max((len(cells) for cells in found), default=1)
    return tuple(Row(int(cells[0]), tuple(cells[1:] + [""] * (width - len(cells)))) for cells in found)


def match(
    session: Session, *, task_force_id: int, study_id: int, rows: tuple[Row, ...], posted: Mapping[str, str]
) -> Matched:
    """Lines as the page's own choices read them; without choices, as the headings suggest."""
    first = rows[0].cells if rows else ()
    headed = posted["heading"] == "yes" if "heading" in posted else bool(rows) and has_heading(first)
    body = rows[1:] if headed else rows
    guessed = guess_columns(first if headed else [""] * len(first), [row.cells for row in body])
    fields = tuple(_chosen(posted.get(f"map-{at}"), guess) for at, guess in enumerate(guessed))
    typed: dict[int, dict[PanelField, str]] = {}
    for row in body:
        for field in MENDED:
            value = posted.get(f"cell-{row.line}-{field.value}")
            if value is not None:
                typed.setdefault(row.line, {})[field] = value
    left_out = frozenset(row.line for row in body if posted.get(f"skip-{row.line}") == "yes")
    places = known_places(colleges_of_study(session, study_id=study_id), regions_of_study(session, study_id=study_id))
    lines = check_lines(
        [line_of(row, fields=fields, typed=typed.get(row.line, {})) for row in body if row.line not in left_out],
        places=places,
        on_panel=addresses_on_panel(session, task_force_id=task_force_id),
    )
    return Matched(
        rows=rows,
        has_heading=headed,
        fields=fields,
        typed=typed,
        left_out=left_out,
        places=places,
        lines=lines,
    )


def without_lines(matched: Matched, *, numbers: frozenset[int]) -> tuple[Row, ...]:
    """The rows that stay on the page once `numbers` are stored; the heading stays."""
    head = {matched.rows[0].line} if matched.has_heading and matched.rows else set()
    return tuple(row for row in matched.rows if row.line in head or row.line not in numbers)


def _chosen(choice: str | None, guess: PanelField | None) -> PanelField | None:
    if choice is None:
        return guess
    return PanelField(choice) if choice in set(PanelField) else None


def line_of(row: Row, *, fields: tuple[PanelField | None, ...], typed: Mapping[PanelField, str]) -> Line:
    texts = {field: cell for field, cell in zip(fields, row.cells, strict=False) if field is not None}
    return Line(number=row.line, texts={**texts, **typed})
