"""Reads the first filled sheet of an XLSX workbook as text, after checking on the packed file that it is no bomb."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

from surveys.file_problems import FileProblem

MAX_UNPACKED_BYTES = 50_000_000
MAX_RATIO = 100
RATIO_CHECKED_FROM = 1_000_000
MAX_PARTS = 2_000
MAX_SHEET_ROWS = 1_048_576
MAX_SHEET_CELLS = 5_000_000


def workbook_rows(data: bytes, *, file: str) -> Iterator[tuple[int, list[str]]]:
    """Iterate over (row number from 1, cells as text) of the first sheet that has cells.

    Numbers come as the shortest text that gives the same number, dates as ISO 8601, formulas as the value that the
    spreadsheet program stored.
    Raises FileProblem when the workbook is damaged, too large unpacked, or a formula or error stands in for a value.
    """
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise FileProblem("workbook_unguarded", file=file)
    try:
        _check_packed(data, file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = _first_filled_sheet(data, file)
    except (FileProblem, MemoryError):
        raise
    except Exception as error:  # damaged and hostile workbooks fail in the ZIP, XML and number layers alike
        raise FileProblem("workbook_broken", file=file) from error
    return iter(rows)


def _check_packed(data: bytes, file: str) -> None:
    """Refuse what the archive's own directory gives away. zipfile never unpacks more than the directory declares."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise FileProblem("workbook_many_parts", file=file, parts=len(parts), limit=MAX_PARTS)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise FileProblem("workbook_too_big", file=file, size=unpacked, limit=MAX_UNPACKED_BYTES)
    ratio = unpacked // max(1, len(data))
    if unpacked >= RATIO_CHECKED_FROM and ratio > MAX_RATIO:
        raise FileProblem("workbook_too_dense", file=file, ratio=ratio, limit=MAX_RATIO)


def _first_filled_sheet(data: bytes, file: str) -> list[tuple[int, list[str]]]:
    written = _open(data, stored_values=False)
    for index in range(len(written.worksheets)):
        rows: list[tuple[int, list[str]]] = []
        formulas: set[tuple[int, int]] = set()
        for number, cells in _numbered(written.worksheets[index], file):
            formulas.update((number, at) for at, cell in enumerate(cells) if cell.data_type == "f")
            rows.append((number, [_as_text(cell, file=file, line=number) for cell in cells]))
        if any(any(cells) for _, cells in rows):
            if formulas:
                _fill_in(rows, formulas, _open(data, stored_values=True).worksheets[index], file)
            return rows
    raise FileProblem("workbook_no_sheet", file=file)


def _open(data: bytes, *, stored_values: bool) -> Any:
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(data), read_only=True, data_only=stored_values, keep_links=False)


def _numbered(sheet: Any, file: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Number the rows of `sheet`, counting the padding a forged row or column number causes against the limits."""
    sheet.reset_dimensions()
    n_cells = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        n_cells += len(cells)
        if number > MAX_SHEET_ROWS:
            raise FileProblem("too_many_rows", file=file, limit=MAX_SHEET_ROWS)
        if n_cells > MAX_SHEET_CELLS:
            raise FileProblem("too_many_cells", file=file, limit=MAX_SHEET_CELLS)
        if cells:
            yield number, cells


def _fill_in(rows: list[tuple[int, list[str]]], formulas: set[tuple[int, int]], stored: Any, file: str) -> None:
    """Replace each formula by its stored value."""
    values = dict(_numbered(stored, file))
    for number, texts in rows:
        for at, text in enumerate(texts):
            if (number, at) in formulas:
                texts[at] = _as_text(values[number][at], file=file, line=number)
                if not texts[at]:
                    raise FileProblem("formula_without_value", file=file, line=number, value=text)


def _as_text(cell: Any, *, file: str, line: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise FileProblem("error_value", file=file, line=line, value=str(value))
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value)
