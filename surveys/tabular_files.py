"""Reads CSV and XLSX files from strangers into plain rows of text; refuses what is too large or not what it says.

CSV: UTF-8 with or without a mark, UTF-16, and Windows-1252 as a last resort; comma, semicolon or tab, whichever the
header uses. XLSX: the first sheet that has cells, after size, ratio and part count were checked on the packed file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from surveys.file_problems import FileProblem

MAX_BYTES = 50_000_000
MAX_ROWS = 500_000
MAX_UPLOADED_ROWS = 10_000
"""Of a file sent through a page, where somebody waits; ratings read from the command line may have more."""
MAX_COLUMNS = 5_000
MAX_CELLS = 5_000_000
MAX_CELL_CHARACTERS = 10_000
DELIMITERS = (",", ";", "\t")

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"


class Row(NamedTuple):
    """One row under the header: its line number in the file and one stripped text per column."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file's header and rows; every row has as many cells as the header. `notices` are English sentences."""

    file: str
    header: tuple[str, ...]
    header_line: int
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def read_table(source: Path | bytes, *, name: str | None = None, most_rows: int = MAX_ROWS) -> Table:
    """Read a CSV or XLSX file, told apart by content and never by name.

    Blank rows are skipped. Text is stripped and brought to Unicode normal form C.
    Raises FileProblem for a file that is missing, too large, damaged, empty, or whose rows do not fit its header.
    """
    if isinstance(source, Path):
        file, data = name or source.name, _read_bytes(source, name or source.name)
    else:
        file, data = name or "the file", source
        _check_size(len(data), file)
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileProblem("empty", file=file)
    if data.startswith(_COMPOUND):
        raise FileProblem("old_workbook", file=file)
    if data.startswith(_ZIP):
        from surveys.workbook_files import workbook_rows

        rows = workbook_rows(data, file=file)
        return _assemble(rows, file=file, pad=True, notices=(), most_rows=most_rows)
    text, notices = _decode(data, file)
    return _assemble(_csv_rows(text, file), file=file, pad=False, notices=notices, most_rows=most_rows)


def read_loose_rows(data: bytes, *, name: str | None = None) -> tuple[Row, ...]:
    """The rows of a CSV or XLSX file as they are, header or not: blank ones skipped, short ones filled up.

    For files whose columns a person is going to match. Raises FileProblem for what is too large, damaged or empty.
    """
    file = name or "the file"
    _check_size(len(data), file)
    if not data.strip(b"\x00\t\r\n \xef\xbb\xbf"):
        raise FileProblem("empty", file=file)
    if data.startswith(_COMPOUND):
        raise FileProblem("old_workbook", file=file)
    if data.startswith(_ZIP):
        from surveys.workbook_files import workbook_rows

        raw = workbook_rows(data, file=file)
    else:
        raw = _csv_rows(_decode(data, file)[0], file)
    rows = []
    for line, raw_cells in raw:
        cells = [_clean(cell, file=file, line=line) for cell in raw_cells]
        if any(cells):
            rows.append(Row(line, tuple(cells)))
            _check_amount(rows=len(rows), cells=len(rows) * len(cells), file=file, most_rows=MAX_UPLOADED_ROWS)
    width = max((len(row.cells) for row in rows), default=0)
    if not rows:
        raise FileProblem("empty", file=file)
    return tuple(Row(row.line, row.cells + ("",) * (width - len(row.cells))) for row in rows)


def _read_bytes(path: Path, file: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise FileProblem("not_a_file", file=file)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
            _check_size(max(len(data), path.stat().st_size), file)
    except FileNotFoundError:
        raise FileProblem("not_found", file=file) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise FileProblem("unreadable", file=file, reason=reason) from None
    return data


def _check_size(size: int, file: str) -> None:
    if size > MAX_BYTES:
        raise FileProblem("too_large", file=file, size=size, limit=MAX_BYTES)


def _decode(data: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    """The text and what had to be assumed about it."""
    encoding = _marked_encoding(data)
    notices: tuple[str, ...] = ()
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8-sig":
            raise FileProblem("bad_encoding", file=file, encoding="UTF-16") from None
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise FileProblem("bad_encoding", file=file, line=line, encoding="UTF-8") from None
        notices = (f"{file} is not UTF-8; it was read as Windows-1252",)
    if "\x00" in text:
        raise FileProblem("not_text", file=file)
    return text, notices


def _marked_encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # A header is ASCII enough that UTF-16 without a mark shows as a zero in every other byte.
    start = data[:4]
    if len(start) == 4 and start[1] == start[3] == 0 and start[0] and start[2]:
        return "utf-16-le"
    if len(start) == 4 and start[0] == start[2] == 0 and start[1] and start[3]:
        return "utf-16-be"
    return "utf-8-sig"


def _csv_rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    skipped = 0
    declared = re.match(r"\s*sep=(.)\r?\n", text)
    if declared:
        text, skipped = text[declared.end() :], text.count("\n", 0, declared.end())
    delimiter = declared.group(1) if declared else _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1 + skipped
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            code = "cell_too_long" if "field limit" in str(error) else "bad_quotes"
            raise FileProblem(code, file=file, line=line, limit=MAX_CELL_CHARACTERS) from None
        yield line, cells


def _delimiter(text: str) -> str:
    """The delimiter that the first line uses most, outside quotation marks."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = re.sub(r'"[^"]*"?', "", header)
    return max(DELIMITERS, key=bare.count)


def _assemble(
    raw: Iterable[tuple[int, list[str]]], *, file: str, pad: bool, notices: tuple[str, ...], most_rows: int
) -> Table:
    """Check the shape of numbered raw rows; `pad` fills short rows, as a sheet drops blank cells at the end."""
    header: tuple[str, ...] | None = None
    header_line = 0
    rows: list[Row] = []
    n_cells = 0
    for line, raw_cells in raw:
        cells = [_clean(cell, file=file, line=line) for cell in raw_cells]
        while cells and not cells[-1] and len(cells) > len(header or ()):
            cells.pop()
        if not any(cells):
            continue
        if header is None:
            header, header_line = _header(cells, file=file, line=line), line
            continue
        if len(cells) > len(header):
            raise FileProblem("row_too_long", file=file, line=line, cells=len(cells), columns=len(header))
        if len(cells) < len(header):
            if not pad:
                raise FileProblem("row_too_short", file=file, line=line, cells=len(cells), columns=len(header))
            cells.extend([""] * (len(header) - len(cells)))
        n_cells += len(cells)
        _check_amount(rows=len(rows) + 1, cells=n_cells, file=file, most_rows=most_rows)
        rows.append(Row(line, tuple(cells)))
    if header is None:
        raise FileProblem("empty", file=file)
    return Table(file=file, header=header, header_line=header_line, rows=tuple(rows), notices=notices)


def _clean(cell: str, *, file: str, line: int) -> str:
    if len(cell) > MAX_CELL_CHARACTERS:
        raise FileProblem("cell_too_long", file=file, line=line, value=cell, limit=MAX_CELL_CHARACTERS)
    cell = cell.strip()
    return cell if cell.isascii() else unicodedata.normalize("NFC", cell)


def _header(cells: list[str], *, file: str, line: int) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise FileProblem("too_many_columns", file=file, line=line, limit=MAX_COLUMNS)
    seen: set[str] = set()
    for number, name in enumerate(cells, start=1):
        if not name:
            raise FileProblem("column_unnamed", file=file, line=line, number=number)
        if name.casefold() in seen:
            raise FileProblem("column_twice", file=file, line=line, column=name)
        seen.add(name.casefold())
    return tuple(cells)


def _check_amount(*, rows: int, cells: int, file: str, most_rows: int) -> None:
    if rows > min(most_rows, MAX_ROWS):
        raise FileProblem("too_many_rows", file=file, limit=min(most_rows, MAX_ROWS))
    if cells > MAX_CELLS:
        raise FileProblem("too_many_cells", file=file, limit=MAX_CELLS)
