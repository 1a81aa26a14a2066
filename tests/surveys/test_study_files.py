"""Frameworks and study texts from files: read, refused with their place, checked."""

import json
import tomllib
from pathlib import Path

import pytest

from delphi.demo.content import FOLDER
from surveys.file_problems import FileProblem
from surveys.framework_checks import Finding, check_framework
from surveys.study_files import read_framework, read_study_texts
from surveys.vocabulary import FacilityType, FrameworkFinding

GOOD = """schema = "delphi-framework/1"
version = 3

[[goals]]
code = "A"
name = { en = "Goal", fr = "But" }

[[objectives]]
code = "A1"
goal = "A"
title = { en = "First", fr = "Premier" }
focal_2023 = true

[[objectives.facility_statements]]
source = { en = "Plan", fr = "Plan" }
facility = "CF"

[[objectives]]
code = "A2"
goal = "A"
title = { en = "Second", fr = "Deuxième" }

[[facilities]]
code = "CF.I"
type = "CF"
name = { en = "Strategy", fr = "Stratégie" }
"""


def problem_with(text: str) -> FileProblem:
    with pytest.raises(FileProblem) as raised:
        read_framework(text.encode(), name="framework.toml")
    return raised.value


def test_framework_is_read_with_its_lists() -> None:
    framework = read_framework(GOOD.encode())
    assert [objective.code for objective in framework.objectives] == ["A1", "A2"]
    assert framework.version == 3
    assert framework.languages == ("en", "fr")
    first, second = framework.objectives
    assert first.is_focal and not second.is_focal
    assert [(word.source["en"], word.facility) for word in first.facility_words] == [("Plan", "CF")]
    assert framework.facilities[0].type is FacilityType.CORE


def test_json_with_the_same_keys_gives_the_same_framework() -> None:
    assert read_framework(json.dumps(tomllib.loads(GOOD)).encode()) == read_framework(GOOD.encode())


def test_demo_framework_is_whole() -> None:
    framework = read_framework(FOLDER / "framework.toml")
    sizes = (len(framework.goals), len(framework.objectives), len(framework.facilities), len(framework.categories))
    assert sizes == (6, 24, 14, 12)
    assert sum(len(objective.facility_words) for objective in framework.objectives) == 60


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            'schema = "delphi-framework/1"',
            'schema = "other/1"',
            'framework.toml, line 1, column schema: "other/1" is not the schema delphi-framework/1',
        ),
        (
            'title = { en = "Second", fr = "Deuxième" }',
            'title = "Second"',
            'framework.toml, line 21, column objectives[2].title: "Second" must be texts by language',
        ),
        (
            'code = "A2"\ngoal = "A"',
            'code = "A2"\ngoal = "Z"',
            'framework.toml, line 20, column objectives[2].goal: "Z" is not known here; known are A',
        ),
        (
            'facility = "CF"',
            'facility = "XX"',
            "framework.toml, line 16, column objectives[1].facility_statements[1].facility: "
            '"XX" is not known here; known are CF, GF, split, CF+GF',
        ),
        (
            'code = "A2"\n',
            "",
            "framework.toml, line 18, column objectives[2].code: must not be missing",
        ),
        ("version = 3", "version = true", 'framework.toml, line 2, column version: "True" must be a whole number'),
        ("version = 3", "version = ", "framework.toml, line 2: is not valid TOML (Invalid value)"),
    ],
)
def test_a_wrong_value_is_named_with_line_column_and_value(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    assert str(problem_with(GOOD.replace(old, new))) == sentence


def test_broken_json_is_named_with_its_line() -> None:
    assert str(problem_with('{\n"schema": }')) == "framework.toml, line 2: is not valid JSON (Expecting value)"


def test_text_in_another_encoding_is_refused() -> None:
    with pytest.raises(FileProblem) as raised:
        read_framework(GOOD.encode("latin-1"), name="f.toml")
    assert str(raised.value) == "f.toml, line 21: the text is not valid UTF-8"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as raised:
        read_framework(tmp_path / "nothing.toml")
    assert str(raised.value) == "nothing.toml: there is no such file"


def test_check_finds_the_known_contradictions_of_the_demo_framework() -> None:
    findings = check_framework(read_framework(FOLDER / "framework.toml"))
    assert sorted((finding.code, finding.where) for finding in findings) == [
        (FrameworkFinding.FACILITY_DISAGREES, "A1"),
        (FrameworkFinding.FACILITY_DISAGREES, "B1"),
        (FrameworkFinding.FACILITY_DISAGREES, "D1"),
        (FrameworkFinding.FACILITY_DISAGREES, "F1"),
        (FrameworkFinding.TARGET_IS_BASELINE, "F2"),
    ]


def test_check_finds_missing_languages_and_codes_used_twice() -> None:
    text = GOOD.replace('code = "A2"', 'code = "A1"').replace('{ en = "Goal", fr = "But" }', '{ en = "Goal" }')
    findings = check_framework(read_framework(text.encode()))
    assert Finding(FrameworkFinding.DUPLICATE_CODE, where="objectives", details="A1") in findings
    assert Finding(FrameworkFinding.LANGUAGE_MISSING, where="A", details="name (fr)") in findings


def test_study_texts_bring_scales_and_glossary() -> None:
    texts = read_study_texts(FOLDER / "study.toml")
    assert [(scale.code, scale.lower, scale.upper) for scale in texts.scales] == [
        ("importance", 1, 9),
        ("feasibility", 1, 9),
    ]
    assert texts.scales[0].labels[9]["fr"] == "essentiel"
    assert {"en", "fr"} == set(texts.consent) == set(texts.glossary[0].term) == set(texts.glossary[0].meaning)
