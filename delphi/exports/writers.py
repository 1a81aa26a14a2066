"""Tables as CSV, XLSX and JSON. No cell can become a formula, and no control character gets into a file."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from delphi.exports.tables import Cell, Reference, Table, Word, coded, shown

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
MAX_SHEET_ROWS = 1_048_575
"""Rows of data that fit on a sheet under the heading."""
MAX_CELL_CHARACTERS = 32_767


def as_csv(table: Table, *, separator: str = ",", mark: bool = True, language: str = "") -> bytes:
    """UTF-8, CRLF; text a spreadsheet would run starts with an apostrophe.

    `mark` sets the byte order mark by which spreadsheets know UTF-8. A French spreadsheet reads semicolons between
    cells and a comma inside numbers: with `;` and `language="fr"` numbers are written like that.
    """
    has_comma = separator == ";" and language == "fr"
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n", delimiter=separator)
    writer.writerow([_harmless(heading) for heading in table.headings])
    for row in table.rows:
        cells = [_harmless(shown(cell)) for cell in row]
        writer.writerow([_with_comma(cell) for cell in cells] if has_comma else cells)
    return stream.getvalue().encode("utf-8-sig" if mark else "utf-8")


def _with_comma(cell: str | int | float | None) -> str | int | None:
    return str(cell).replace(".", ",") if isinstance(cell, float) else cell


def as_xlsx(tables: Sequence[Table], *, title: str = "") -> bytes:
    """A workbook with a sheet a table; text is stored as text, whatever it begins with."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as book:
        # A fixed date: the same results give the same file.
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC), "title": title, "author": "Delphi"})
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        body = book.add_format({"text_wrap": True, "valign": "top"})
        for table in tables:
            for part, start in enumerate(range(0, max(len(table.rows), 1), MAX_SHEET_ROWS), start=1):
                sheet = book.add_worksheet(table.name if part == 1 else f"{table.name[:26]} {part}")
                sheet.freeze_panes(1, 0)
                # On paper: across, as wide as the sheet, the head on every page.
                sheet.set_landscape()
                sheet.set_paper(9)
                sheet.fit_to_pages(1, 0)
                sheet.repeat_rows(0)
                for at, width in enumerate(table.widths):
                    sheet.set_column(at, at, width)
                _write_row(sheet, 0, table.headings, heading)
                rows = table.rows[start : start + MAX_SHEET_ROWS]
                for number, row in enumerate(rows, start=1):
                    _write_row(sheet, number, [shown(cell) for cell in row], body)
                if rows:
                    sheet.autofilter(0, 0, len(rows), len(table.headings) - 1)
    return stream.getvalue()


def as_json(head: Mapping[str, Any], tables: Sequence[Table]) -> bytes:
    """`head`, then each table as a list of objects, and under `words` what each code means in this language."""
    document: dict[str, Any] = {**head, "words": words_of(tables)}
    for table in tables:
        document[table.key] = [
            {key: coded(cell) for key, cell in zip(table.keys, row, strict=True)} for row in table.rows
        ]
    return (json.dumps(_clean(document), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def words_of(tables: Sequence[Table]) -> dict[str, dict[str, str]]:
    """Field to code to word, for every code that occurs in the tables."""
    words: dict[str, dict[str, str]] = {}
    for table in tables:
        for row in table.rows:
            for key, cell in zip(table.keys, row, strict=True):
                for word in _words_in(cell):
                    if isinstance(word, Reference):
                        continue
                    words.setdefault(key, {})[json.dumps(word.code).strip('"')] = word.text
    return {key: dict(sorted(meanings.items())) for key, meanings in sorted(words.items())}


def _words_in(cell: Cell) -> tuple[Word, ...]:
    if isinstance(cell, Word):
        return (cell,)
    return cell if isinstance(cell, tuple) else ()


def _write_row(sheet: Any, number: int, cells: Sequence[str | int | float | None], style: Any) -> None:
    for at, cell in enumerate(cells):
        if cell is None or cell == "":
            continue
        if isinstance(cell, str):
            sheet.write_string(number, at, _fitting(_without_controls(cell)), style)
        else:
            sheet.write_number(number, at, cell, style)


def _fitting(text: str) -> str:
    """A cell takes 32,767 characters; only a list of many long texts gets there, and these have rows of their own."""
    return text if len(text) <= MAX_CELL_CHARACTERS else f"{text[: MAX_CELL_CHARACTERS - 2]} …"


def _harmless(cell: str | int | float | None) -> str | int | float | None:
    if not isinstance(cell, str):
        return cell
    cleaned = _without_controls(cell)
    return f"'{cleaned}" if cell.startswith(FORMULA_STARTS) or cleaned.startswith(FORMULA_STARTS) else cleaned


def _without_controls(text: str) -> str:
    return CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _without_controls(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value
