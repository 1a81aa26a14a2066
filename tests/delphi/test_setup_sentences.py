"""Everything that can be wrong with a set-up has a sentence, and the protocol says what it holds."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from analysis.types import Scale
from delphi.sentences.protocol import protocol_sentences
from delphi.sentences.setup import (
    DATES,
    FEEDBACK,
    IMPOSSIBLE,
    ROWS,
    SETTINGS,
    STOPS,
    change_sentence,
    date_sentence,
    file_sentence,
    row_sentence,
)
from surveys.file_problems import MESSAGES, FileProblem
from surveys.localized import LocalizedText
from surveys.rules.date_plan import DateFinding, DateProblem
from surveys.rules.protocol import default_settings
from surveys.rules.protocol_checks import LIMITS, Impossible
from surveys.rules.protocol_drafts import CHOICES, Change
from surveys.study_tables import RowFault, RowProblem
from surveys.vocabulary import FeedbackKind, StopRule

IMPORTANCE = {"importance": LocalizedText(en="Importance", fr="Importance")}


@pytest.fixture(autouse=True)
def request_in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_every_fault_has_a_sentence() -> None:
    assert set(ROWS) == set(RowFault) - {RowFault.FILE}
    assert set(DATES) == set(DateProblem)
    assert set(IMPOSSIBLE) == set(Impossible)
    assert set(FEEDBACK) == set(FeedbackKind)
    assert set(STOPS) == set(StopRule)
    assert {*LIMITS, *CHOICES, "asks_reason", "agree_from", "agree_to", "agreement", "iqr"} == set(SETTINGS)


@pytest.mark.slow
@pytest.mark.parametrize("code", list(MESSAGES))
def test_every_problem_with_a_file_can_be_said(code: str) -> None:
    names = "reason size limit encoding cells columns number missing header ratio parts scale known first_line first"
    params = dict.fromkeys([*names.split(), "format", "schema", "wanted", "column"], "7")
    sentence = file_sentence(FileProblem(code, file="x", line=3, value="v", **params))
    assert sentence.startswith("Line 3: “v”: ")
    assert "%(" not in sentence


def test_sentences_name_value_and_place() -> None:
    known = RowProblem(RowFault.GOAL_UNKNOWN, 4, "part_of", "Z", {"known": "A, B"})
    assert row_sentence(known) == "The goal “Z” has no line of its own; known are A, B."
    assert date_sentence(DateFinding(2, DateProblem.ROUND_SHORT, days=3)) == (
        "Round 2 is open for 3 days only; most panels need a week or two."
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            Change("agreement", "3/4", "2/3", criterion="importance"),
            "Importance, share that must agree: 75\u00a0% becomes 66.7\u00a0%.",
        ),
        (Change("min_n", 5, 6), "Fewest answers for a verdict: 5 becomes 6."),
        (Change("asks_reason", False, True), "Ask for a reason outside the middle half: no becomes yes."),
        (Change("quantile", "linear", "weibull"), "Quartiles: linear becomes Weibull."),
        (
            Change("feedback", "counts", "none"),
            "What experts see between rounds: Counts of the whole group becomes Nothing.",
        ),
    ],
)
def test_a_change_is_said_with_what_was_and_what_is(change: Change, sentence: str) -> None:
    assert change_sentence(change, names=IMPORTANCE) == sentence


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        (FeedbackKind.COUNTS, "They do not see the comments.", "each college's"),
        (FeedbackKind.BY_COLLEGE, "They see each college's answers too", "do not see the comments"),
        (FeedbackKind.COUNTS_AND_COMMENTS, "see the group's answers without names", "each college's"),
    ],
)
def test_the_protocol_says_which_feedback_it_gives(kind: FeedbackKind, said: str, unsaid: str) -> None:
    settings = replace(default_settings({"importance": Scale(1, 9)}), feedback=kind.value, stop="stable")
    words = " ".join(protocol_sentences(settings, names=IMPORTANCE))
    assert said in words
    assert unsaid not in words
    assert "only when two rounds running gave it the same verdict" in words
