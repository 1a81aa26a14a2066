"""The same rows in every format: CSV, XLSX and JSON are opened and compared cell by cell."""

import csv
import io
import json
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, select

from delphi.database import Database
from delphi.exports import Wanted, What
from delphi.plan.chapters import Chapters
from surveys.models import RoundResult
from tests.conftest import SECRET_KEY, an_app
from tests.delphi.exports.files import export_activities, export_data, export_ratings
from tests.published import PublishedStudy

Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)


def csv_rows(content: bytes) -> tuple[list[str], list[list[str]]]:
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets need the byte order mark to read accents"
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return rows[0], rows[1:]


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


def as_text(value: Any) -> str:
    """A value of a workbook or of JSON as a text; numbers to the 15 digits a spreadsheet keeps."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, int | float) else str(value)


def plain(text: str) -> str:
    """A CSV cell in the same form."""
    return f"{float(text):.15g}" if NUMBER.fullmatch(text) else text


def word(document: dict[str, Any], key: str, value: Any) -> str:
    """A JSON value as tables show it: codes through the document's own list of words, lists joined."""
    words = document["words"].get(key, {})
    if isinstance(value, list):
        return " | ".join(word(document, key, one) for one in value)
    return words.get(as_text(value), as_text(value))


def test_activities_are_the_same_in_csv_and_xlsx(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        files = {
            name: export_activities(session, study_id=published.study_id, format=name, language="en")
            for name in ("csv", "xlsx")
        }
    heads, rows = csv_rows(files["csv"])
    book = sheets(files["xlsx"])
    assert list(book) == [
        "Read me",
        "Activities",
        "Statistics",
        "Obstacles",
        "Success factors",
        "Trace",
        "Definitions",
    ]
    assert (len(book["Activities"]) - 1, len(book["Obstacles"]) - 1, len(book["Success factors"]) - 1) == (8, 4, 2)
    stacked = [
        dict(zip(book[sheet][0], row, strict=True))
        for sheet in ("Activities", "Obstacles", "Success factors")
        for row in book[sheet][1:]
    ]
    assert len(stacked) == len(rows) == 14
    for in_csv, in_sheet in zip(rows, stacked, strict=True):
        assert [plain(cell) for cell in in_csv] == [as_text(in_sheet.get(head)) for head in heads]


def test_activities_are_the_same_in_csv_and_json(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        heads, rows = csv_rows(export_activities(session, study_id=published.study_id, format="csv", language="en"))
        document = json.loads(export_activities(session, study_id=published.study_id, format="json", language="en"))
    assert document["schema"] == "delphi-activities/1"
    records = [*document["activities"], *document["obstacles"], *document["success_factors"]]
    texts = {record["code"]: f"{record['code']} {record['text']}" for record in records}
    keys = list(dict.fromkeys(key for record in records for key in record))
    assert len(keys) == len(heads)
    for in_csv, record in zip(rows, records, strict=True):
        for head, key, cell in zip(heads, keys, in_csv, strict=True):
            value = record.get(key)
            if key in ("obstacles", "success_factors"):
                assert cell == " | ".join(texts[code] for code in value or []), head
            else:
                assert plain(cell) == word(document, key, value), (head, record["code"])


def test_data_are_the_same_in_csv_xlsx_and_json(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        files = {
            name: export_data(session, study_id=published.study_id, format=name, language="en")
            for name in ("csv", "xlsx", "json")
        }
        ratings = export_ratings(session, study_id=published.study_id, language="en")
    document, book = json.loads(files["json"]), sheets(files["xlsx"])
    assert list(book) == ["Read me", "Statistics", "Ratings", "Rounds", "Concordance", "Definitions"]
    assert document["schema"] == "delphi-data/1"
    for sheet, key, content in (("Statistics", "statistics", files["csv"]), ("Ratings", "ratings", ratings)):
        heads, rows = csv_rows(content)
        assert book[sheet][0] == heads
        assert len(rows) == len(book[sheet]) - 1 == len(document[key])
        for in_csv, in_sheet, record in zip(rows, book[sheet][1:], document[key], strict=True):
            assert [plain(cell) for cell in in_csv] == [as_text(value) for value in in_sheet]
            assert [plain(cell) for cell in in_csv] == [word(document, k, v) for k, v in record.items()]


def test_figures_are_those_of_the_frozen_results(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        document = json.loads(export_data(session, study_id=published.study_id, format="json", language="en"))
        results = {result.id: result for result in session.exec(select(RoundResult)).all()}
    assert len(document["statistics"]) == len(results) == 22
    for row in document["statistics"]:
        result = results[row["result_id"]]
        assert (row["n"], row["median"], row["q1"], row["q3"], row["iqr"], row["mean"]) == (
            result.n,
            result.median,
            result.q1,
            result.q3,
            result.iqr,
            result.mean,
        )
        assert (row["agreement_k"], row["agreement_n"]) == (result.agreement_k, result.agreement_n)
        assert (row["verdict"], row["class"]) == (result.verdict, result.consensus_class)
    first = next(
        row for row in document["statistics"] if (row["statement"], row["criterion"]) == ("A5-02", "importance")
    )
    assert first["response_rate_pct"] == 83.3
    assert (first["n"], first["n_returned"], first["n_outside_expertise"], first["frequency"]) == (
        5,
        6,
        1,
        "7:1 8:3 9:1",
    )
    assert (first["median_class"], first["iqr_within"]) == ("agree", True)


def test_an_unranked_activity_says_why(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        document = json.loads(export_activities(session, study_id=published.study_id, format="json", language="en"))
    by_code = {row["code"]: row for row in document["activities"]}
    assert by_code["A5-04"]["rank"] is None
    assert by_code["A5-04"]["unranked_reason"] == "2 of the 5 ratings needed."
    assert by_code["A5-01"]["unranked_reason"] is None
    assert [row["rank"] for row in document["activities"] if row["objective"] == "A5"] == [1, 2, 3, None]


def test_definitions_name_rule_quartiles_and_fingerprint(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        content = export_activities(session, study_id=published.study_id, format="xlsx", language="en")
        document = json.loads(export_activities(session, study_id=published.study_id, format="json", language="en"))
    defined = {row[0]: row[1] for row in sheets(content)["Definitions"][1:]}
    assert defined["Rule: Importance"] == (
        "Agreed when at least 75\u00a0% of the ratings are 7 to 9 and the middle half spans at most 2 points, "
        "with at least 5 ratings. The mirror image of the rule agrees to drop."
    )
    assert "Hyndman and Fan type 7" in defined["Quartiles"]
    fingerprint = document["protocol"]["fingerprint"]
    assert defined["Fingerprint of the rule"] == fingerprint == document["rules"][0]["fingerprint"]
    assert {row["rule"] for row in document["statistics"]} == {fingerprint}
    assert fingerprint in {row[0]: row[1] for row in sheets(content)["Read me"]}["Protocol"]


def test_files_carry_codes_and_no_person(lite: Database, published: PublishedStudy) -> None:
    with lite.reading() as session:
        document = json.loads(export_data(session, study_id=published.study_id, format="json", language="en"))
        text = json.dumps(document) + export_ratings(session, study_id=published.study_id, language="fr").decode()
    codes = {row["expert"] for row in document["ratings"]}
    panellists = {*published.small.panellists, *published.other.panellists}
    assert len(codes) == len(panellists) == 12
    assert not codes & {str(one) for one in panellists}
    assert "Expert soil" not in text
    assert "@example.org" not in text


def test_codes_differ_between_studies_and_keys(
    lite: Database, published: PublishedStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    from delphi.exports.pseudonyms import expert_codes

    ids = published.small.panellists
    codes = expert_codes(ids, study="soil", key="k" * 40)
    assert codes == expert_codes(ids[::-1], study="soil", key="k" * 40)
    assert not set(codes.values()) & set(expert_codes(ids, study="water", key="k" * 40).values())
    assert not set(codes.values()) & set(expert_codes(ids, study="soil", key="j" * 40).values())


def test_ratings_of_people_are_refused_without_a_secret(
    lite: Database, published: PublishedStudy, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    from delphi.config import ConfigurationProblem

    monkeypatch.delenv("DELPHI_SECRET_KEY")
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path))
    with lite.reading() as session:
        with pytest.raises(ConfigurationProblem, match="DELPHI_SECRET_KEY"):
            export_ratings(session, study_id=published.study_id, language="en")
        assert len(csv_rows(export_data(session, study_id=published.study_id, format="csv", language="en"))[1]) == 22


@pytest.mark.parametrize(
    ("format", "language", "reason"),
    [("pdf", "en", "written as csv, xlsx, json, not as pdf"), ("csv", "de", "allowed are en, fr")],
)
def test_unknown_format_or_language_is_refused(
    lite: Database, published: PublishedStudy, format: str, language: str, reason: str
) -> None:
    with lite.reading() as session, pytest.raises(ValueError, match=reason):
        export_activities(session, study_id=published.study_id, format=format, language=language)


def test_same_results_give_the_same_bytes(lite: Database, published: PublishedStudy) -> None:
    def files(session: Session) -> list[bytes]:
        return [
            export_data(session, study_id=published.study_id, format=name, language="fr")
            for name in ("csv", "xlsx", "json")
        ]

    with lite.reading() as session:
        first = files(session)
    with an_app(lite).app_context(), lite.reading() as session:
        second = [export_data(session, study_id=published.study_id, format=name, language="fr") for name in ("csv",)]
    with lite.reading() as session:
        assert files(session) == first
    assert second == first[:1], "the command line and the web give the same file"


def test_file_names_say_study_contents_and_language() -> None:
    assert Wanted(What.ACTIVITIES, "xlsx", "fr").file_name(study="soil") == "soil-activities-fr.xlsx"
    by_goal = Wanted(What.PLAN, "docx", "en-fr", chapters=Chapters.GOAL)
    assert by_goal.file_name(study="soil") == "soil-plan-by-goal-en-fr.docx"
