"""The spreadsheet that sets up a study, to be downloaded and filled in."""

import csv
import io

from delphi.exports.tables import Table
from surveys.study_templates import FOLDER

EXAMPLE = FOLDER / "example_study.csv"


def study_file_lines() -> bytes:
    """CSV with a byte order mark, so that spreadsheet programs read its accents."""
    return b"\xef\xbb\xbf" + EXAMPLE.read_bytes()


def study_file_table() -> Table:
    """The same as a sheet."""
    heading, *rows = list(csv.reader(io.StringIO(EXAMPLE.read_text(encoding="utf-8"))))
    widths = tuple(28 if name[-3:] in ("_en", "_fr") else 12 for name in heading)
    return Table(
        key="study",
        name="study",
        keys=tuple(heading),
        headings=tuple(heading),
        widths=widths,
        rows=tuple(tuple(row) for row in rows),
    )
