"""Tabular files from strangers: encodings, delimiters, workbooks, and everything that must be refused in one line."""

import io
import string
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from surveys import tabular_files, workbook_files
from surveys.file_problems import MESSAGES, FileProblem, one_line
from surveys.tabular_files import Row, read_table


def problem(source: bytes | Path) -> str:
    with pytest.raises(FileProblem) as caught:
        read_table(source, name="f")
    assert caught.value.code in MESSAGES
    return str(caught.value)


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same workbook with one part replaced."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encodings_delimiters_and_line_ends_all_read_the_same(encoding: str, delimiter: str, ending: str) -> None:
    text = ending.join([f"expert{delimiter}thème", f"Zoë{delimiter}7", ""])
    table = read_table(text.encode(encoding), name="f")
    assert (table.header, table.rows, table.notices) == (("expert", "thème"), (Row(2, ("Zoë", "7")),), ())


def test_windows_text_is_read_and_said() -> None:
    table = read_table("expert;thème – été\nZoë;7\n".encode("cp1252"), name="f")
    assert table.header == ("expert", "thème – été")
    assert table.notices == ("f is not UTF-8; it was read as Windows-1252",)


def test_text_in_no_encoding_is_refused_with_its_line() -> None:
    assert problem(b"expert,Q1\nE1,\x81\n") == "f, line 2: the text is not valid UTF-8"
    assert problem(b"\xff\xfee\x00x") == "f: the text is not valid UTF-16"


def test_composed_and_decomposed_accents_are_one_text() -> None:
    assert read_table("e\u0301,b\n1,2\n".encode()).header == ("\u00e9", "b")


def test_delimiter_inside_quotation_marks_does_not_count() -> None:
    table = read_table(b'expert;"a, b, c";"d ""x"", e"\nE1;1;2\n')
    assert table.header == ("expert", "a, b, c", 'd "x", e')


def test_declared_delimiter_line_is_honoured_and_counted() -> None:
    assert read_table(b"sep=;\r\na;b,c\r\n1;2\r\n").rows == (Row(3, ("1", "2")),)


def test_line_numbers_survive_blank_lines_and_line_breaks_in_cells() -> None:
    table = read_table(b'\na,b\n\n"x\ny",1\n,\n2,3\n')
    assert table.header_line == 2
    assert table.rows == (Row(4, ("x\ny", "1")), Row(7, ("2", "3")))


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf", b",,\n,\n"])
def test_empty_file_is_refused(data: bytes) -> None:
    assert problem(data) == "f: is empty"


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"a,b\n1,2,3\n", "f, line 2: the row has 3 cells, the header has 2"),
        (b"a,b\n1\n", "f, line 2: the row has 1 cells, the header has 2"),
        (b"a,,c\n", "f, line 1: column 2 has content but no name"),
        (b"a,A\n", "f, line 1, column A: the column name appears twice"),
        (b'a,b\n1,"2\n3,4\n', "f, line 2: the quotation marks do not match"),
        (b'a,b\n"1"x,2\n', "f, line 2: the quotation marks do not match"),
        (b"a,b\nx\x00,1\n", "f: is neither CSV text nor an XLSX workbook"),
        (b"\xd0\xcf\x11\xe0 old", f"f: {MESSAGES['old_workbook']}"),
        (b"PK\x03\x04 broken", "f: the workbook is damaged or is not XLSX"),
        (b"a\n" + b"x" * 10_001, 'f, line 2: "' + "x" * 59 + '…": the cell has more than 10000 characters'),
        (b"a\n" + b"x" * 200_000, "f, line 2: the cell has more than 10000 characters"),
    ],
)  # fmt: skip
def test_misshapen_file_is_refused_with_its_line(data: bytes, expected: str) -> None:
    assert problem(data) == expected


def test_delimiters_at_the_end_of_a_row_are_no_cells() -> None:
    assert read_table(b"a,b,,\n1,2,,\n").rows == (Row(2, ("1", "2")),)


def test_path_that_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path / "none.csv") == "f: there is no such file"
    assert problem(tmp_path) == "f: this is not a file"
    assert problem(Path("a\x00b")) == "f: cannot be read (the name is not valid)"
    assert problem(tmp_path / ("x" * 300)) == "f: cannot be read (File name too long)"


def test_file_name_is_used_when_none_is_given(tmp_path: Path) -> None:
    path = tmp_path / "panel.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert read_table(path).file == "panel.csv"


def test_limits_hold(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    monkeypatch.setattr(tabular_files, "MAX_CELLS", 3)
    assert problem(path) == "f: has more than 3 cells"
    monkeypatch.setattr(tabular_files, "MAX_ROWS", 1)
    assert problem(path) == "f: has more than 1 rows"
    monkeypatch.setattr(tabular_files, "MAX_COLUMNS", 1)
    assert problem(path) == "f, line 1: has more than 1 columns"
    monkeypatch.setattr(tabular_files, "MAX_BYTES", 11)
    assert problem(path) == problem(path.read_bytes()) == "f: has 12 bytes; at most 11 are read"


def test_workbook_cells_become_text() -> None:
    table = read_table(workbook(["expert", "Q1", "Q2", "Q3"], ["E1", 7, 7.0, 7.5], [None], ["E2", date(2026, 3, 1)]))
    assert table.rows == (Row(2, ("E1", "7", "7", "7.5")), Row(4, ("E2", "2026-03-01T00:00:00", "", "")))


def test_first_sheet_with_cells_is_read() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("data").append(["expert", "Q1"])
    stream = io.BytesIO()
    book.save(stream)
    assert read_table(stream.getvalue()).header == ("expert", "Q1")


def test_workbook_without_cells_is_refused() -> None:
    assert problem(workbook()) == "f: the workbook has no sheet with cells"


def test_text_that_looks_like_a_formula_stays_text() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["expert", "Q1"])
    book.active["A2"].value = "=1+1"
    book.active["A2"].data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    assert read_table(stream.getvalue()).rows == (Row(2, ("=1+1", "")),)


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>expert</t></is></c><c r="B1" t="inlineStr"><is><t>Q1</t></is></c></row>'
    "%s</sheetData></worksheet>"
)


def sheet(rows: str) -> bytes:
    return with_part(workbook(["x"]), "xl/worksheets/sheet1.xml", (SHEET % rows).encode())


def test_formula_is_read_as_its_stored_value() -> None:
    data = sheet('<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>3+4</f><v>7</v></c></row>')
    assert read_table(data).rows == (Row(2, ("1", "7")),)


def test_formula_without_a_stored_value_is_refused_not_read_as_blank() -> None:
    assert problem(workbook(["expert", "Q1"], ["E1", "=3+4"])) == (
        'f, line 2: "=3+4": the formula has no stored value; save the workbook once in a spreadsheet program'
    )


def test_spreadsheet_error_is_refused() -> None:
    data = sheet('<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>')
    assert problem(data) == 'f, line 2: "#N/A": the cell holds a spreadsheet error'


def test_wrong_dimension_hides_no_row() -> None:
    content = (
        SHEET.replace("<sheetData>", '<dimension ref="A1"/><sheetData>') % '<row r="2"><c r="A2"><v>5</v></c></row>'
    )
    data = with_part(workbook(["x"]), "xl/worksheets/sheet1.xml", content.encode())
    assert read_table(data).rows == (Row(2, ("5", "")),)


def test_forged_row_number_is_refused() -> None:
    assert problem(sheet('<row r="2000000000"><c><v>5</v></c></row>')) == "f: has more than 1048576 rows"


def test_forged_column_is_counted_with_its_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_files, "MAX_SHEET_CELLS", 100)
    assert problem(sheet('<row r="2"><c r="XFD2"><v>5</v></c></row>')) == "f: has more than 100 cells"


def test_packed_size_ratio_and_parts_are_checked_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = with_part(workbook(["x"]), "xl/worksheets/sheet1.xml", b" " * 5_000_000)
    assert problem(bomb).startswith("f: the workbook is packed ")
    monkeypatch.setattr(workbook_files, "MAX_UNPACKED_BYTES", 1_000_000)
    assert problem(bomb).startswith("f: the workbook unpacks to 50")
    monkeypatch.setattr(workbook_files, "MAX_PARTS", 3)
    assert problem(bomb).startswith("f: the workbook has ")


def test_entities_are_not_expanded() -> None:
    content = '<!DOCTYPE a [<!ENTITY b "7">]>' + SHEET % '<row r="2"><c r="A2"><v>&b;</v></c></row>'
    data = with_part(workbook(["x"]), "xl/worksheets/sheet1.xml", content.encode())
    assert problem(data) == "f: the workbook is damaged or is not XLSX"


def test_workbooks_are_refused_without_the_xml_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpyxl, "DEFUSEDXML", False)
    assert problem(workbook(["a"])) == "f: workbooks are not read without the defusedxml package"


def test_every_message_can_be_filled_in() -> None:
    for code, message in MESSAGES.items():
        fields: dict[str, Any] = {name: "x" for _, name, _, _ in string.Formatter().parse(message) if name}
        assert str(FileProblem(code, file="f", **fields)).startswith("f: ")


def test_shown_text_has_no_control_characters_and_an_end() -> None:
    assert one_line("a\r\n\x1bb") == "a   b"
    assert len(one_line("x" * 1000)) == 60
