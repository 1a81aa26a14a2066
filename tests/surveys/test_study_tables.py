"""Studies from a spreadsheet: read whole, every problem by its line, nothing half."""

import csv
import io

import openpyxl
import pytest

from delphi.demo.content import demo_framework
from surveys.framework_checks import Finding, check_framework
from surveys.localized import LocalizedText
from surveys.study_files import read_framework
from surveys.study_tables import RowFault, as_lines, read_study_table
from surveys.study_templates import FOLDER, criterion_templates, study_templates
from surveys.vocabulary import FrameworkFinding

EXAMPLE = (FOLDER / "example_study.csv").read_bytes()


def as_workbook(data: bytes) -> bytes:
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(data.decode())):
        book.active.append(row)  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data", [EXAMPLE, as_workbook(EXAMPLE), EXAMPLE.replace(b",", b";")], ids=["csv", "xlsx", "semicolon"]
)
def test_the_file_to_fill_in_reads_without_a_problem(data: bytes) -> None:
    study = read_study_table(as_lines(data, name="study"))
    assert study.problems == ()
    assert study.name["fr"] == "Des sols sains dans notre région"
    assert study.panels == ("A1", "A2")
    assert [entry.code for entry in study.framework.colleges] == ["farmers", "science"]
    assert study.framework.objectives[0].target_2030["en"] == "Every second farm has one."
    assert [(one.opens is None, one.closes is None) for one in study.rounds] == [(False, False)] * 3
    assert study.rounds[0].closes is not None
    assert study.rounds[0].closes.hour == 18


def test_every_problem_is_listed_with_its_line() -> None:
    study = read_study_table(
        "what,code,part_of,title_en,title_fr,facility,opens\n"
        "goal,A,,Act,Agir,,\n"
        "objective,A1,A,First,Premier,CF,\n"
        "\n"
        "objective,A1,A,Second,,XX,\n"
        "objective,,Z,,,,\n"
        "thing,X,,,,,\n"
        "round,9,,,,,\n"
        "round,1,,,,,soon\n"
    )
    assert [(one.fault, one.line, one.column) for one in study.problems] == [
        (RowFault.CODE_TWICE, 5, "code"),
        (RowFault.FACILITY_UNKNOWN, 5, "facility"),
        (RowFault.CODE_MISSING, 6, "code"),
        (RowFault.TITLE_MISSING, 6, "title_en"),
        (RowFault.GOAL_UNKNOWN, 6, "part_of"),
        (RowFault.WHAT_UNKNOWN, 7, "what"),
        (RowFault.ROUND_NUMBER, 8, "code"),
        (RowFault.DATE_UNREADABLE, 9, "opens"),
    ]
    assert study.problems[0].params == {"first_line": 3}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("code,title_en,title_fr\nA1,One,Un\n", "column_missing"),
        ("what,code,title_en,title_fr\ngoal,A\n", "row_too_short"),
        ('what,code,title_en,title_fr\ngoal,A,"Act,Agir\n', "bad_quotes"),
        ("", "empty"),
    ],
)
def test_a_file_that_is_no_table_is_one_problem(lines: str, code: str) -> None:
    (problem,) = read_study_table(lines).problems
    assert problem.fault is RowFault.FILE
    assert problem.params["code"] == code


def test_a_file_without_objective_is_refused() -> None:
    study = read_study_table("what,code,title_en,title_fr\ngoal,A,Act,Agir\n")
    assert [one.fault for one in study.problems] == [RowFault.NO_OBJECTIVE]


def test_lines_keep_the_numbers_they_have_in_the_file() -> None:
    lines = as_lines(b"what,code\n\n\ngoal,A\n", name="x").split("\n")
    assert lines[3] == "goal,A"


def test_every_template_is_whole_in_every_language() -> None:
    templates = study_templates()
    assert next(iter(templates)) == "objective_task_force"
    assert len(templates) >= 3
    for template in templates.values():
        for text in (template.name, template.about, template.purpose, template.consent, template.perspective):
            assert set(text) == {"en", "fr"}
        for scale in template.scales:
            assert {scale.lower, scale.upper} <= set(scale.labels)
            assert all(set(words) == {"en", "fr"} for words in scale.labels.values())


def test_words_follow_the_scale() -> None:
    importance = criterion_templates()["importance"]
    assert len(importance.on_scale(lower=1, upper=9).labels) == 9
    assert set(importance.on_scale(lower=0, upper=100).labels) == {0, 50, 100}
    assert set(importance.on_scale(lower=1, upper=10).labels) == {1, 10}


def test_an_unknown_acronym_is_found_where_it_is_first_used() -> None:
    text = """schema = "delphi-framework/1"
goals = [{ code = "A", name = { en = "Goal", fr = "But" } }]
[[objectives]]
code = "A1"
goal = "A"
title = { en = "MRV first", fr = "MNV" }
[[objectives]]
code = "A2"
goal = "A"
title = { en = "MRV again", fr = "MNV" }
"""
    framework = read_framework(text.encode())
    found = [
        one for one in check_framework(framework, acronyms={"MNV"}) if one.code is FrameworkFinding.UNKNOWN_ACRONYM
    ]
    assert found == [Finding(FrameworkFinding.UNKNOWN_ACRONYM, where="A1", details="MRV")]


def test_documents_that_disagree_are_named_in_the_language_of_the_reader() -> None:
    (b1,) = [one for one in check_framework(demo_framework()) if one.where == "B1"]
    assert b1.said == LocalizedText(
        en="Strategic Plan, version 2, June 2022: GF; Roadmap 2023, November 2022: CF",
        fr="Plan stratégique, version 2, juin 2022: GF; Feuille de route 2023, novembre 2022: CF",
    )
