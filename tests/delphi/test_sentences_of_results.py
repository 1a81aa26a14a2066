"""Sentences about trust, protocol and log: one for each code, with the figures in it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from analysis.strength import StrengthCode
from analysis.types import Denominator, Quantile, Scale
from delphi.sentences.log import ACTIONS, log_sentence
from delphi.sentences.protocol import DENOMINATORS, QUARTILES, protocol_sentences
from delphi.sentences.strength import STRENGTHS, further_sentences, is_fragile, strength_sentence
from surveys.rules.protocol import CriterionRule, default_settings
from surveys.vocabulary import AuditAction
from tests.builders import said

PARAMS: dict[StrengthCode, dict[str, Any]] = {
    StrengthCode.NO_RATINGS: {},
    StrengthCode.TOO_FEW_RATINGS: {"n": 3, "needed": 5},
    StrengthCode.TOO_FEW_OF_ELIGIBLE: {"n": 5, "n_eligible": 20},
    StrengthCode.ONE_EXPERT: {"n_decisive": 2, "n": 6},
    StrengthCode.QUARTILE_FORMULA: {},
    StrengthCode.ONE_COLLEGE: {"college": "farmers", "n_colleges": 1},
    StrengthCode.RANDOM_ANSWERS: {"chance": 0.0912, "n": 5},
    StrengthCode.ANOTHER_PANEL: {"probability": 0.634},
    StrengthCode.ONE_STEP: {"steps": 1},
    StrengthCode.DEFINITION: {"agreeing": 7, "applicable": 12},
    StrengthCode.FIRM: {"probability": 0.98, "n": 9},
}


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize("code", list(StrengthCode))
def test_every_strength_has_a_sentence_with_its_figures(code: StrengthCode) -> None:
    sentence = strength_sentence({"code": code.value, "params": PARAMS[code]}, colleges={})
    assert sentence
    assert "%(" not in sentence
    assert set(STRENGTHS) == set(StrengthCode) == set(PARAMS)


def test_shares_are_written_as_percentages() -> None:
    def say(code: StrengthCode) -> str:
        colleges = {"farmers": said("Farmers' organisations")}
        return strength_sentence({"code": code.value, "params": PARAMS[code]}, colleges=colleges)

    assert "9.1\u00a0% of the time" in say(StrengthCode.RANDOM_ANSWERS)
    assert "only 63\u00a0% of similar panels" in say(StrengthCode.ANOTHER_PANEL)
    assert "without Farmers' organisations the verdict turns" in say(StrengthCode.ONE_COLLEGE)
    one = {"code": "one_college", "params": PARAMS[StrengthCode.ONE_COLLEGE]}
    assert strength_sentence(one, colleges={}) == "One college decides: without it the verdict turns."
    assert strength_sentence(None, colleges={}) == ""
    assert is_fragile({"code": "one_expert", "params": {}})
    assert not is_fragile({"code": "firm", "params": {}})


def test_further_sentences_come_from_the_frozen_report() -> None:
    report = {
        "verdict": "in",
        "strength": {"code": "firm", "params": {}},
        "multiverse": {"in": 9, "applicable": 12, "dissenting": []},
        "n_dont_know": 3,
        "n": 6,
    }
    assert further_sentences(report) == (
        "Same under 9 of 12 published definitions of consensus.",
        "3 people say it is outside their expertise or need information.",
    )
    assert further_sentences({**report, "verdict": "none", "n_dont_know": 1})[0].startswith("Same under 3 of 12")
    assert further_sentences({**report, "verdict": "insufficient", "n_dont_know": 0}) == ()


def test_the_protocol_is_read_as_it_is_applied() -> None:
    nine = Scale(1, 9)
    settings = default_settings({"importance": nine, "feasibility": nine})
    names = {"importance": said("Importance"), "feasibility": said("Feasibility")}
    assert protocol_sentences(settings, names=names) == [
        "A statement is agreed when at least 75\u00a0% rate it 7 to 9 and the middle half spans at most 2 points, with "
        "at least 5 answers (quartiles: linear).",
        "Shares are taken of those who rated the statement.",
        "There are at most 3 rounds.",
        "A statement leaves the questionnaire as soon as it is agreed, or agreed to drop.",
        "Between rounds experts see the group's answers without names, from 5 answers on.",
        "Who has not finished is reminded at most 3 times a round.",
        "At least 24 hours lie between two reminders.",
    ]
    strict = replace(
        settings,
        criteria={**settings.criteria, "feasibility": CriterionRule(agree_from=5, agree_to=9, agreement="2/3")},
        shows_feedback=False,
        grace_minutes=30,
    )
    sentences = protocol_sentences(strict, names=names)
    assert sentences[1].startswith("Feasibility: A statement is agreed when at least 67\u00a0% rate it 5 to 9")
    assert "Between rounds experts do not see the group's answers." in sentences
    assert sentences[-1] == "Answers are taken until 30 minutes after the closing time."
    assert set(QUARTILES) == set(Quantile)
    assert set(DENOMINATORS) == set(Denominator)


@pytest.mark.slow
@pytest.mark.parametrize("action", list(AuditAction))
def test_every_action_of_the_log_has_a_sentence(action: AuditAction) -> None:
    sentence = log_sentence(action, {}, time_zone="Europe/Paris")
    assert sentence.endswith((".", "”"))
    assert "%(" not in sentence
    assert set(ACTIONS) == set(AuditAction)


def test_the_log_says_what_was_recorded() -> None:
    details = {"number": 2, "before": "2026-05-04T09:00:00+00:00", "after": "2026-05-06T16:00:00+00:00"}
    assert log_sentence(AuditAction.DEADLINE_EXTENDED, details, time_zone="Europe/Paris") == (
        "Moved the closing time of round 2 to Wednesday 6 May 2026, 18:00 Paris (16:00 UTC)."
    )
    placed = {"statement": "A5-04", "how": "merged", "idea": 7}
    assert log_sentence(AuditAction.IDEA_PLACED, placed, time_zone="UTC") == "Merged an idea into A5-04."
    undone = {"undone": "kept", "statement": "A5-04", "retired": True}
    assert log_sentence(AuditAction.PLACEMENT_UNDONE, undone, time_zone="UTC") == (
        "Took an idea out of A5-04, which was taken back."
    )
    hostile = {"reason": "100% sure %(n)s %s"}
    assert "100% sure %(n)s %s" in log_sentence(AuditAction.IDEA_PARKED, hostile, time_zone="UTC")
