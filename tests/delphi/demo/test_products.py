"""The finished demo as its products: 24 objectives, 162 activities, a dozen categories, the same in every format."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session

from delphi.exports import Wanted, What, make_file
from delphi.plan.chapters import Chapters
from tests.delphi.demo.conftest import DEMO_NOW, BuiltDemo

DemoAt = Callable[[str], BuiltDemo]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
LANGUAGES = ("en", "fr")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELPHI_SECRET_KEY", "k" * 40)


def a_file(session: Session, what: What, format: str, language: str, **more: Any) -> bytes:
    return make_file(session, study_id=1, wanted=Wanted(what, format, language, **more), now=DEMO_NOW)


def letters(text: str) -> str:
    return re.sub(r"\W|_", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl")).casefold()


def docx_letters(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return letters("".join(node.text or "" for node in body.iter() if node.tag.endswith("}t")))


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_stage_reads_the_same_in_every_format(demo_at: DemoAt, language: str) -> None:
    with demo_at("plan").database.reading() as session:
        published = json.loads(a_file(session, What.PUBLISHED, "json", language))
        document = json.loads(a_file(session, What.ACTIVITIES, "json", language))
        table = a_file(session, What.ACTIVITIES, "csv", language).decode("utf-8-sig")
        book = load_workbook(io.BytesIO(a_file(session, What.ACTIVITIES, "xlsx", language)))
        plans = {
            chapters: (
                a_file(session, What.PLAN, "pdf", language, chapters=chapters),
                a_file(session, What.PLAN, "docx", language, chapters=chapters),
            )
            for chapters in Chapters
        }
    sheet = [[cell.value for cell in row] for row in book.worksheets[1].iter_rows()]
    rows = [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]
    in_csv = list(csv.DictReader(io.StringIO(table, newline="")))[: len(rows)]
    assert len(rows) == len(document["activities"]) == len(published["activities"]) == 162
    assert len({row["objective"] for row in document["activities"]}) == 24
    assert len({row["category"] for row in document["activities"]}) == 12
    by_code = {record["code"]: record for record in published["activities"]}
    heads = dict(zip(document["activities"][0], sheet[0], strict=True))
    for row, line, record in zip(rows, in_csv, document["activities"], strict=True):
        one = by_code[record["code"]]
        assert row[heads["code"]] == line[heads["code"]] == record["code"]
        assert row[heads["text"]] == line[heads["text"]] == record["text"] == one["text"][language]
        assert (row[heads["rank"]], record["rank"]) == (one["rank"], one["rank"])
        assert float(line[heads["median"]] or "nan") == pytest.approx(
            float("nan") if row[heads["median"]] is None else row[heads["median"]], nan_ok=True
        )
    for pdf, word in plans.values():
        found = {
            "pdf": letters("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)),
            "docx": docx_letters(word),
        }
        for name, text in found.items():
            missing = [row["code"] for row in document["activities"] if letters(row["code"] + row["text"]) not in text]
            assert missing == [], name
            for code in ("A1", "B1", "D1", "F1"):
                said = {"en": f"{code}: the documents disagree", "fr": f"{code} : les documents ne s’accordent pas"}
                assert letters(said[language]) in text, (name, code)


def test_both_languages_stand_side_by_side_in_one_workbook(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        book = load_workbook(io.BytesIO(a_file(session, What.ACTIVITIES, "xlsx", "en-fr")))
        single = {
            code: load_workbook(io.BytesIO(a_file(session, What.ACTIVITIES, "xlsx", code))).worksheets[1]
            for code in LANGUAGES
        }
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[1]]
    for code in LANGUAGES:
        own = [cell.value for cell in single[code][1]]
        text = next(head for head in own if head in ("Text", "Texte"))
        both = [sheet.cell(row, heads.index(f"{text} ({code.upper()})") + 1).value for row in range(2, 164)]
        assert both == [single[code].cell(row, own.index(text) + 1).value for row in range(2, 164)]


def test_a_french_spreadsheet_reads_its_csv(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        content = a_file(session, What.ACTIVITIES, "csv", "fr", separator=";")
        plain = a_file(session, What.ACTIVITIES, "csv", "fr", separator=";", mark=False)
    assert content == b"\xef\xbb\xbf" + plain
    rows = list(csv.DictReader(io.StringIO(plain.decode(), newline=""), delimiter=";"))
    assert len(rows) == 370
    medians = {row["Médiane"] for row in rows}
    assert any("," in value for value in medians) and not any("." in value for value in medians)


def test_drawings_come_as_svg_and_png_with_their_words(demo_at: DemoAt) -> None:
    with demo_at("plan").database.reading() as session:
        archive = zipfile.ZipFile(io.BytesIO(a_file(session, What.DRAWINGS, "zip", "fr")))
    names = set(archive.namelist())
    assert len([name for name in names if name.endswith(".png")]) == 373
    assert {name[:-4] for name in names if name.endswith(".svg")} == {
        name[:-4] for name in names if name.endswith(".png")
    }
    assert archive.read("activities-by-category.png").startswith(b"\x89PNG")
    assert "ratings/F3-23: F3-23: 5 réponses." in archive.read("README.txt").decode()


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None and os.environ.get("CI") != "true", reason="LibreOffice is not installed")
def test_another_office_opens_the_files_and_runs_no_cell(demo_at: DemoAt, tmp_path: Path) -> None:
    with demo_at("plan").database.reading() as session:
        (tmp_path / "list.xlsx").write_bytes(a_file(session, What.ACTIVITIES, "xlsx", "fr"))
        (tmp_path / "plan.docx").write_bytes(a_file(session, What.PLAN, "docx", "fr"))
    cells = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("x")']
    from delphi.exports.tables import Table
    from delphi.exports.writers import as_csv, as_xlsx

    risky = Table("risky", "Risky", ("text",), ("Text",), (20,), tuple((cell,) for cell in cells))
    (tmp_path / "risky.xlsx").write_bytes(as_xlsx([risky]))
    (tmp_path / "risky.csv").write_bytes(as_csv(risky))
    for source, target in (("list.xlsx", "ods"), ("plan.docx", "pdf"), ("risky.xlsx", "csv"), ("risky.csv", "xlsx")):
        folder = tmp_path / target
        command = [str(OFFICE), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
        subprocess.run(
            [*command, "--convert-to", target, "--outdir", str(folder), str(tmp_path / source)],
            check=True,
            capture_output=True,
            timeout=240,
        )
    assert len(PdfReader(tmp_path / "pdf" / "plan.pdf").pages) > 20
    back = list(csv.reader(io.StringIO((tmp_path / "csv" / "risky.csv").read_text(encoding="utf-8"), newline="")))
    assert [row[0].strip() for row in back[1:]] == [cell.strip() for cell in cells]
    stored = load_workbook(tmp_path / "xlsx" / "risky.xlsx").worksheets[0]
    assert [row[0].data_type for row in stored.iter_rows(min_row=2)] == ["s"] * len(cells)
