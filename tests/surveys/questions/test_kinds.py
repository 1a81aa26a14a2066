"""Every kind of question: what it takes for an answer, what it refuses and why, what it makes of many answers."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import CHOICE, Option, options_from_json
from surveys.vocabulary import QuestionKind, ViolationCode
from tests.builders import EVERY_KIND, said

OPTIONS = tuple(Option(f"o{number}", said(text)) for number, text in enumerate(("Tax", "Market", "Levy"), start=1))
QUANTILE = Quantile.LINEAR


def asked(kind: QuestionKind, **settings: Any) -> AskedQuestion:
    found = {**EVERY_KIND[kind], **settings}
    groups = options_from_json(found.pop("groups", []))  # type: ignore[arg-type]
    found.pop("unit", None)
    has_options = QUESTION_KINDS[kind].needs_options
    question = AskedQuestion(id=1, position=1, kind=kind, text=said("What first?"), groups=groups)
    return replace(question, options=OPTIONS if has_options else (), **found)  # type: ignore[arg-type]


def read(kind: QuestionKind, fields: dict[str, str], **settings: Any) -> Any:
    return QUESTION_KINDS[kind].read(asked(kind, **settings), fields)


def summary(kind: QuestionKind, *answers: dict[str, Any], **settings: Any) -> Any:
    return QUESTION_KINDS[kind].summarise(asked(kind, **settings), answers, quantile=QUANTILE)


K = QuestionKind
VALID: list[tuple[QuestionKind, dict[str, str], dict[str, Any]]] = [
    (K.RANKING, {"o1": "2", "o2": "1", "o3": " 3 "}, {"order": ["o2", "o1", "o3"]}),
    (K.TOP_X, {"place-1": "o3", "place-2": "o1"}, {"order": ["o3", "o1"]}),
    (K.TOP_X, {"place-1": "o3", "place-2": ""}, {"order": ["o3"]}),
    (K.POINTS, {"o1": "60", "o2": "40", "o3": ""}, {"points": {"o1": 60, "o2": 40, "o3": 0}}),
    (K.MULTIPLE_CHOICE, {"o3": "on", "o1": "on"}, {"chosen": ["o1", "o3"]}),
    (K.SINGLE_CHOICE, {CHOICE: "o2"}, {"chosen": "o2"}),
    (K.YES_NO, {CHOICE: "no"}, {"chosen": "no"}),
    (K.NUMBER, {"value": "12,5"}, {"value": 12.5}),
    (K.NUMBER, {"value": "0,125"}, {"value": 0.125}),
    (K.NUMBER, {"value": "\u202f120\u00a0"}, {"value": 120}),
    (K.PROBABILITY, {"value": "40 %"}, {"value": 40}),
    (K.PROBABILITY, {"value": "0"}, {"value": 0}),
    (K.YEAR, {"value": "2031"}, {"value": 2031}),
    (K.SHORT_TEXT, {"text": "  Soil first\r\n"}, {"text": "Soil first"}),
    (K.LONG_TEXT, {"text": "One\r\nTwo"}, {"text": "One\nTwo"}),
    (K.SORT_GROUPS, {"o1": "g2", "o3": "g1"}, {"groups": {"o1": "g2", "o3": "g1"}}),
]


@pytest.mark.parametrize(("kind", "fields", "answer"), VALID)
def test_an_answer_is_read_and_shown_again(kind: QuestionKind, fields: dict[str, str], answer: dict[str, Any]) -> None:
    assert read(kind, fields) == answer
    question = asked(kind)
    typed = QUESTION_KINDS[kind].typed(question, answer)
    assert QUESTION_KINDS[kind].read(question, typed) == answer
    assert QUESTION_KINDS[kind].checked(question, answer) == answer


def test_every_kind_is_covered() -> None:
    assert {kind for kind, _, _ in VALID} == set(QUESTION_KINDS) == set(QuestionKind)


@pytest.mark.parametrize("kind", QuestionKind)
def test_blank_fields_are_no_answer(kind: QuestionKind) -> None:
    question = asked(kind)
    blank = dict.fromkeys(QUESTION_KINDS[kind].fields(question), " ")
    assert QUESTION_KINDS[kind].read(question, blank) is None
    assert QUESTION_KINDS[kind].read(question, {}) is None


REFUSED: list[tuple[QuestionKind, dict[str, str], ViolationCode, dict[str, Any]]] = [
    (K.RANKING, {"o1": "1", "o2": "1", "o3": "2"}, ViolationCode.PLACE_TWICE, {"place": 1}),
    (K.RANKING, {"o1": "1", "o2": ""}, ViolationCode.PLACES_MISSING, {"n": 2}),
    (K.RANKING, {"o1": "4"}, ViolationCode.NUMBER_OUT_OF_RANGE, {"lower": 1, "upper": 3}),
    (K.RANKING, {"o1": "first"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "first", "example": "12"}),
    (K.RANKING, {"o9": "1"}, ViolationCode.UNKNOWN_OPTION, {}),
    (K.TOP_X, {"place-1": "o1", "place-2": "o1"}, ViolationCode.OPTION_TWICE, {"first": 1, "second": 2}),
    (K.TOP_X, {"place-1": "", "place-2": "o1"}, ViolationCode.PLACE_SKIPPED, {"place": 1}),
    (K.TOP_X, {"place-1": "o7"}, ViolationCode.UNKNOWN_OPTION, {}),
    (K.TOP_X, {"place-3": "o1"}, ViolationCode.UNKNOWN_OPTION, {}),
    (K.POINTS, {"o1": "60", "o2": "28"}, ViolationCode.POINTS_LEFT, {"left": 12, "total": 100}),
    (K.POINTS, {"o1": "60", "o2": "50"}, ViolationCode.POINTS_OVER, {"over": 10, "total": 100}),
    (K.POINTS, {"o1": "-5"}, ViolationCode.NUMBER_OUT_OF_RANGE, {"lower": 0, "upper": 100}),
    (K.POINTS, {"o1": "33.3"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "33.3", "example": "12"}),
    (K.MULTIPLE_CHOICE, dict.fromkeys(("o1", "o2", "o3"), "on"), ViolationCode.TOO_MANY_CHOSEN, {"n": 3, "limit": 2}),
    (K.SINGLE_CHOICE, {CHOICE: "o4"}, ViolationCode.UNKNOWN_OPTION, {}),
    (K.YES_NO, {CHOICE: "maybe"}, ViolationCode.UNKNOWN_OPTION, {}),
    (K.NUMBER, {"value": "NaN"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "NaN", "example": 1250.5}),
    (K.NUMBER, {"value": "1e3"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "1e3", "example": 1250.5}),
    (K.NUMBER, {"value": "1,000"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "1,000", "example": 1250.5}),
    (K.NUMBER, {"value": "٣"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "٣", "example": 1250.5}),
    (K.NUMBER, {"value": "501"}, ViolationCode.NUMBER_OUT_OF_RANGE, {"lower": 0, "upper": 500.5}),
    (K.PROBABILITY, {"value": "101"}, ViolationCode.NUMBER_OUT_OF_RANGE, {"lower": 0, "upper": 100}),
    (K.YEAR, {"value": "31"}, ViolationCode.NUMBER_OUT_OF_RANGE, {"lower": 2025, "upper": 2100}),
    (K.YEAR, {"value": "2030.5"}, ViolationCode.NUMBER_UNREADABLE, {"typed": "2030.5", "example": "2030"}),
    (K.SHORT_TEXT, {"text": "x" * 203}, ViolationCode.TEXT_TOO_LONG, {"limit": 200, "over": 3}),
    (K.SORT_GROUPS, {"o1": "g3"}, ViolationCode.UNKNOWN_OPTION, {}),
]


@pytest.mark.parametrize(("kind", "fields", "code", "params"), REFUSED)
def test_what_is_no_answer_is_refused_with_its_reason(
    kind: QuestionKind, fields: dict[str, str], code: ViolationCode, params: dict[str, Any]
) -> None:
    with pytest.raises(RuleViolation) as refused:
        read(kind, fields)
    assert (refused.value.code, refused.value.params) == (code, params)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(QuestionKind),
    fields=st.dictionaries(
        st.sampled_from(("o1", "o2", "o3", "place-1", "place-2", "value", "text", CHOICE, "o0", "")),
        st.text(max_size=12) | st.sampled_from(("1", "2", "3", "50", "o1", "g1", "on", "yes", "2030", "1" * 30)),
    ),
)
def test_rubbish_is_refused_or_makes_an_answer_that_reads_the_same_again(
    kind: QuestionKind, fields: dict[str, str]
) -> None:
    question = asked(kind)
    try:
        answer = QUESTION_KINDS[kind].read(question, fields)
    except RuleViolation:
        return
    if answer is not None:
        assert QUESTION_KINDS[kind].checked(question, answer) == answer
        assert summary(kind, answer) is not None


@pytest.mark.parametrize("kind", QuestionKind)
@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"order": ["o1"] * 3},
        {"order": None},
        {"chosen": ["o9"]},
        {"value": "12"},
        {"text": 5},
        {"points": {"o1": 1}},
    ],
)
def test_an_answer_no_form_could_have_sent_is_refused(kind: QuestionKind, answer: dict[str, Any]) -> None:
    with pytest.raises(RuleViolation):
        QUESTION_KINDS[kind].checked(asked(kind), answer)


def test_a_ranking_gives_mean_ranks_borda_scores_and_kemenys_order() -> None:
    found = summary(
        K.RANKING, *({"order": order} for order in (["o1", "o2", "o3"], ["o1", "o3", "o2"], ["o2", "o1", "o3"]))
    )
    assert found == {
        "options": {
            "o1": {"mean_rank": 4 / 3, "borda": 5.0, "first": 2},
            "o2": {"mean_rank": 2.0, "borda": 3.0, "first": 1},
            "o3": {"mean_rank": 8 / 3, "borda": 1.0, "first": 0},
        },
        "kemeny": ["o1", "o2", "o3"],
        "is_only": True,
    }


def test_choices_give_counts_and_wilson_limits() -> None:
    found = summary(K.MULTIPLE_CHOICE, *({"chosen": chosen} for chosen in (["o1"], ["o1", "o2"], ["o1"], ["o3"])))
    assert {code: one["k"] for code, one in found["options"].items()} == {"o1": 3, "o2": 1, "o3": 1}
    # R: prop.test(3, 4, correct = FALSE)
    assert (found["options"]["o1"]["low"], found["options"]["o1"]["high"]) == pytest.approx((0.3006, 0.9544), abs=1e-4)
    top = summary(K.TOP_X, {"order": ["o1", "o2"]}, {"order": ["o2"]})["options"]
    assert [(top[code]["k"], top[code]["first"]) for code in ("o1", "o2", "o3")] == [(1, 1), (2, 1), (0, 0)]
    assert {code: one["k"] for code, one in summary(K.YES_NO, {"chosen": "yes"})["options"].items()} == {
        "yes": 1,
        "no": 0,
    }


def test_points_give_mean_shares_and_medians() -> None:
    found = summary(K.POINTS, *({"points": {"o1": a, "o2": 100 - a, "o3": 0}} for a in (80, 60, 10)))["options"]
    assert found["o1"] == {"mean_share": 0.5, "median": 60.0, "n_any": 3}
    assert found["o3"] == {"mean_share": 0.0, "median": 0.0, "n_any": 0}


def test_numbers_give_median_quartiles_and_range() -> None:
    found = summary(K.YEAR, *({"value": year} for year in (2030, 2035, 2028, 2050)))
    assert found == {
        "n": 4,
        "median": 2032.5,
        "q1": 2029.5,
        "q3": 2038.75,
        "lowest": 2028.0,
        "highest": 2050.0,
        "mean": 2035.75,
    }


def test_sorting_counts_by_option_and_group() -> None:
    found = summary(K.SORT_GROUPS, {"groups": {"o1": "g1", "o2": "g2"}}, {"groups": {"o1": "g1"}})["options"]
    assert found["o1"] == {"n": 2, "groups": {"g1": 2, "g2": 0}}
    assert found["o2"] == {"n": 1, "groups": {"g1": 0, "g2": 1}}
    assert found["o3"] == {"n": 0, "groups": {"g1": 0, "g2": 0}}


@pytest.mark.parametrize("kind", QuestionKind)
def test_no_answers_give_no_figures_and_no_error(kind: QuestionKind) -> None:
    found = summary(kind)
    assert "nan" not in repr(found)
    assert all(not one.get("k") and not one.get("n") for one in found.get("options", {}).values())
