"""The finished demo as its products: 24 objectives, 162 activities, a dozen categories, the same in every format."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from delphi.exports import Wanted, What, make_file
from delphi.exports.tables import Table
from delphi.exports.writers import as_csv, as_xlsx
from delphi.plan.chapters import Chapters
from tests.delphi.demo.conftest import DEMO_NOW, BuiltDemo

pytestmark = pytest.mark.slow

DemoAt = Callable[[str], BuiltDemo]
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
LANGUAGES = ("en", "fr")
FRENCH_CSV = "CSV:59,34,76,1,,1036"
"""Semicolons, double quotes, UTF-8, from the first line, in French."""
DISPUTED = ("A1", "B1", "D1", "F1")
# Each form, way of cutting and language, and each two of them together.
PLANS = (
    ("pdf", Chapters.FACILITY, "fr"),
    ("pdf", Chapters.GOAL, "en"),
    ("docx", Chapters.FACILITY, "en"),
    ("docx", Chapters.GOAL, "fr"),
)


class Products:
    """Files of the demo, each made once, and what other programs read in them."""

    def __init__(self, demo: BuiltDemo) -> None:
        self._demo = demo
        self._made: dict[Wanted, bytes] = {}
        self._read: dict[Wanted, list[list[Any]]] = {}

    def file(self, what: What, format: str, language: str, **more: Any) -> bytes:
        wanted = Wanted(what, format, language, **more)
        if wanted not in self._made:
            with self._demo.database.reading() as session:
                self._made[wanted] = make_file(session, study_id=1, wanted=wanted, now=DEMO_NOW)
        return self._made[wanted]

    def activities(self, language: str) -> list[list[Any]]:
        """The rows of the sheet of activities, heads first."""
        wanted = Wanted(What.ACTIVITIES, "xlsx", language)
        if wanted not in self._read:
            book = load_workbook(io.BytesIO(self.file(wanted.what, "xlsx", language)), read_only=True)
            self._read[wanted] = [list(row) for row in book.worksheets[1].iter_rows(values_only=True)]
        return self._read[wanted]


@pytest.fixture(scope="module")
def products(demo_at: DemoAt) -> Iterator[Products]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DELPHI_SECRET_KEY", "k" * 40)
        yield Products(demo_at("plan"))


def letters(text: str) -> str:
    return re.sub(r"\W|_", "", text.replace("ﬁ", "fi").replace("ﬂ", "fl")).casefold()


def pdf_letters(content: bytes) -> str:
    return letters("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))


def docx_letters(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return letters("".join(node.text or "" for node in body.iter() if node.tag.endswith("}t")))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_stage_reads_the_same_in_every_table(products: Products, language: str) -> None:
    published = json.loads(products.file(What.PUBLISHED, "json", language))
    document = json.loads(products.file(What.ACTIVITIES, "json", language))
    table = products.file(What.ACTIVITIES, "csv", language).decode("utf-8-sig")
    head, *sheet = products.activities(language)
    rows = [dict(zip(head, row, strict=True)) for row in sheet]
    in_csv = list(csv.DictReader(io.StringIO(table, newline="")))[: len(rows)]
    assert len(rows) == len(document["activities"]) == len(published["activities"]) == 162
    assert len({row["objective"] for row in document["activities"]}) == 24
    assert len({row["category"] for row in document["activities"]}) == 12
    by_code = {record["code"]: record for record in published["activities"]}
    heads = dict(zip(document["activities"][0], head, strict=True))
    for row, line, record in zip(rows, in_csv, document["activities"], strict=True):
        one = by_code[record["code"]]
        assert row[heads["code"]] == line[heads["code"]] == record["code"]
        assert row[heads["text"]] == line[heads["text"]] == record["text"] == one["text"][language]
        assert (row[heads["rank"]], record["rank"]) == (one["rank"], one["rank"])
        assert float(line[heads["median"]] or "nan") == pytest.approx(
            float("nan") if row[heads["median"]] is None else row[heads["median"]], nan_ok=True
        )


@pytest.mark.parametrize(("format", "chapters", "language"), PLANS)
def test_the_plan_holds_every_activity_and_every_disagreement(
    products: Products, format: str, chapters: Chapters, language: str
) -> None:
    document = json.loads(products.file(What.ACTIVITIES, "json", language))
    content = products.file(What.PLAN, format, language, chapters=chapters)
    text = docx_letters(content) if format == "docx" else pdf_letters(content)
    missing = [row["code"] for row in document["activities"] if letters(row["code"] + row["text"]) not in text]
    assert (len(document["activities"]), missing) == (162, [])
    for code in DISPUTED:
        said = {"en": f"{code}: the documents disagree", "fr": f"{code} : les documents ne s’accordent pas"}
        assert letters(said[language]) in text, code


def test_both_languages_stand_side_by_side_in_one_workbook(products: Products) -> None:
    heads, *rows = products.activities("en-fr")
    for code in LANGUAGES:
        own, *single = products.activities(code)
        text = next(head for head in own if head in ("Text", "Texte"))
        at = heads.index(f"{text} ({code.upper()})")
        assert [row[at] for row in rows] == [row[own.index(text)] for row in single]


def test_a_french_spreadsheet_reads_its_csv(products: Products) -> None:
    content = products.file(What.ACTIVITIES, "csv", "fr", separator=";")
    plain = products.file(What.ACTIVITIES, "csv", "fr", separator=";", mark=False)
    assert content == b"\xef\xbb\xbf" + plain
    rows = list(csv.DictReader(io.StringIO(plain.decode(), newline=""), delimiter=";"))
    assert len(rows) == 370
    medians = {row["Médiane"] for row in rows}
    assert any("," in value for value in medians) and not any("." in value for value in medians)


def test_drawings_come_as_svg_and_png_with_their_words(products: Products) -> None:
    archive = zipfile.ZipFile(io.BytesIO(products.file(What.DRAWINGS, "zip", "fr")))
    names = set(archive.namelist())
    assert len([name for name in names if name.endswith(".png")]) == 373
    assert {name[:-4] for name in names if name.endswith(".svg")} == {
        name[:-4] for name in names if name.endswith(".png")
    }
    assert archive.read("activities-by-category.png").startswith(b"\x89PNG")
    assert "ratings/F3-23: F3-23: 5 réponses." in archive.read("README.txt").decode()


def in_office(source: Path, target: str, folder: Path, *, options: str = "") -> Path:
    """The file `source` as LibreOffice opens it and stores it again; `options` of the filter that reads it."""
    command = [str(OFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    reading = [f"--infilter={options}"] if options else []
    out = folder / f"{source.stem}-{target}"
    subprocess.run(
        [*command, *reading, "--convert-to", target, "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        timeout=1_200,
    )
    return out / f"{source.stem}.{target}"


@pytest.mark.skipif(OFFICE is None and os.environ.get("CI") != "true", reason="LibreOffice is not installed")
def test_another_office_opens_the_files_and_runs_no_cell(products: Products, tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(products.file(What.ACTIVITIES, "xlsx", "fr"))
    (tmp_path / "plan.docx").write_bytes(products.file(What.PLAN, "docx", "fr", chapters=Chapters.GOAL))
    in_office(tmp_path / "list.xlsx", "ods", tmp_path)
    assert len(PdfReader(in_office(tmp_path / "plan.docx", "pdf", tmp_path)).pages) > 20
    cells = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("x")']
    risky = Table("risky", "Risky", ("text",), ("Text",), (20,), tuple((cell,) for cell in cells))
    (tmp_path / "book.xlsx").write_bytes(as_xlsx([risky]))
    back = in_office(tmp_path / "book.xlsx", "csv", tmp_path).read_text(encoding="utf-8")
    assert [row[0].strip() for row in csv.reader(io.StringIO(back, newline=""))][1:] == [cell.strip() for cell in cells]
    (tmp_path / "line.csv").write_bytes(as_csv(risky))
    stored = load_workbook(in_office(tmp_path / "line.csv", "xlsx", tmp_path)).worksheets[0]
    assert [row[0].data_type for row in stored.iter_rows(min_row=2)] == ["s"] * len(cells)


@pytest.mark.skipif(OFFICE is None and os.environ.get("CI") != "true", reason="LibreOffice is not installed")
def test_a_french_office_reads_semicolons_and_decimal_commas(products: Products, tmp_path: Path) -> None:
    """Opened as a French spreadsheet does: every cell in its column, medians as numbers, texts to the letter."""
    (tmp_path / "liste.csv").write_bytes(products.file(What.ACTIVITIES, "csv", "fr", separator=";"))
    opened = in_office(tmp_path / "liste.csv", "xlsx", tmp_path, options=FRENCH_CSV)
    heads, *rows = (
        load_workbook(io.BytesIO(opened.read_bytes()), read_only=True).worksheets[0].iter_rows(values_only=True)
    )
    own, *expected = products.activities("fr")
    median, text = own.index("Médiane"), own.index("Texte")
    assert len(rows) == 370
    assert [row[heads.index("Texte")] for row in rows[:162]] == [row[text] for row in expected]
    assert [row[heads.index("Médiane")] for row in rows[:162]] == [row[median] for row in expected]
    assert any(isinstance(row[median], float) and row[median] % 1 for row in expected)
