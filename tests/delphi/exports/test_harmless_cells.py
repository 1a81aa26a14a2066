"""Nothing that somebody typed runs when a file is opened."""

import csv
import io
import json
from dataclasses import replace

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from delphi.database import Database
from delphi.exports.tables import Table
from delphi.exports.writers import as_csv, as_json, as_xlsx
from surveys.localized import LocalizedText
from surveys.models import StatementVersion
from tests.delphi.exports.files import export_activities
from tests.published import a_published_study

DANGEROUS = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "\x00=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://x")']
TABLE = Table("t", "Sheet", ("text", "n"), ("Text", "n"), (10, 10), tuple((text, -1) for text in DANGEROUS))


def test_csv_prefixes_what_a_spreadsheet_would_run_and_leaves_numbers() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(TABLE).decode("utf-8-sig"), newline="")))[1:]
    assert all(text.startswith("'") for text, _ in rows)
    assert [number for _, number in rows] == ["-1"] * len(DANGEROUS)
    assert rows[0][0] == "'=1+1"


def test_xlsx_holds_plain_strings_and_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(as_xlsx([TABLE])))["Sheet"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells][:4] == DANGEROUS[:4]
    assert all(cell.hyperlink is None for cell in cells)


def test_control_characters_get_into_no_file() -> None:
    dirty = "a\x00b\x1bc\x7fd\ud800e\r\nf"
    table = replace(TABLE, rows=((dirty, 1),))
    for content in (as_csv(table), as_json({}, [table])):
        text = content.decode("utf-8-sig")
        assert not any(ord(character) < 32 and character not in "\r\n\t" for character in text)
    assert json.loads(as_json({}, [table]))["t"] == [{"text": "abcde\nf", "n": 1}]
    assert load_workbook(io.BytesIO(as_xlsx([table])))["Sheet"]["A2"].value == "abcde\nf"


def test_infinity_is_refused_in_json() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({}, [replace(TABLE, rows=(("x", float("inf")),))])


def test_rows_beyond_one_sheet_go_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delphi.exports.writers.MAX_SHEET_ROWS", 4)
    book = load_workbook(io.BytesIO(as_xlsx([TABLE])))
    assert book.sheetnames == ["Sheet", "Sheet 2", "Sheet 3"]
    texts = [row[0].value for sheet in book for row in sheet.iter_rows(min_row=2)]
    assert len(texts) == len(DANGEROUS)


def test_a_statement_that_looks_like_a_formula_is_harmless_in_the_list(lite: Database) -> None:
    with lite.writing() as session:
        study = a_published_study(session)
        version = session.exec(
            select(StatementVersion).where(StatementVersion.statement_id == study.statements["A5-01"])
        ).one()
        version.text = LocalizedText(en='=HYPERLINK("http://x","A")', fr="@SOMME(A1)")
        session.add(version)
    with lite.reading() as session:
        for language, expected in (("en", "'=HYPERLINK"), ("fr", "'@SOMME")):
            content = export_activities(session, study_id=study.study_id, format="csv", language=language)
            rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
            cells = [cell for row in rows for cell in row.values() if "HYPERLINK" in cell or "SOMME" in cell]
            assert cells
            assert cells[0].startswith(expected)
