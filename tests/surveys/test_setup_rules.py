"""Rules of the set-up, without a database: impossible protocols, forms, dates, acronyms."""

from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction

import pytest

from analysis.types import Scale
from surveys.rules.acronyms import acronyms_in, explained_in, unknown_acronyms
from surveys.rules.date_plan import DateProblem, RoundDates, date_findings, proposed_dates
from surveys.rules.protocol import CriterionRule, ProtocolSettings, default_settings
from surveys.rules.protocol_checks import Impossible, protocol_problems
from surveys.rules.protocol_drafts import (
    Change,
    changes_between,
    protocol_fields,
    read_protocol,
    share_of,
    typed_share,
)
from surveys.vocabulary import FeedbackKind, StopRule

NINE = Scale(1, 9)
USUAL = default_settings({"importance": NINE})
MONDAY = date(2027, 3, 1)


def with_rule(**changes: object) -> ProtocolSettings:
    return replace(USUAL, criteria={"importance": replace(USUAL.criteria["importance"], **changes)})  # type: ignore[arg-type]


def found(settings: ProtocolSettings, **panels: int) -> list[tuple[str, Impossible]]:
    return [(one.name, one.why) for one in protocol_problems(settings, scales={"importance": NINE}, panels=panels)]


def test_the_usual_protocol_is_possible() -> None:
    assert found(USUAL, A1=5, A2=0) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (with_rule(agree_from=8, agree_to=7), ("agree_from-importance", Impossible.REVERSED)),
        (with_rule(agree_to=10), ("agree_from-importance", Impossible.OFF_SCALE)),
        (with_rule(agree_from=5), ("agree_from-importance", Impossible.OVERLAPS_MIRROR)),
        (with_rule(agreement="1/2"), ("share-importance", Impossible.SHARE_TOO_SMALL)),
        (with_rule(agreement="3/2"), ("share-importance", Impossible.SHARE_TOO_SMALL)),
        (with_rule(iqr=8.0), ("iqr-importance", Impossible.WIDTH_TOO_LARGE)),
        (replace(USUAL, min_group_size=2), ("min_group_size", Impossible.OUT_OF_RANGE)),
        (replace(USUAL, min_group_size=11), ("min_group_size", Impossible.OUT_OF_RANGE)),
        (replace(USUAL, max_rounds=0), ("max_rounds", Impossible.OUT_OF_RANGE)),
        (replace(USUAL, reminder_gap_hours=0), ("reminder_gap_hours", Impossible.OUT_OF_RANGE)),
        (replace(USUAL, criteria={}), ("add", Impossible.NO_CRITERION)),
    ],
)
def test_each_impossible_rule_is_named_at_its_field(
    settings: ProtocolSettings, expected: tuple[str, Impossible]
) -> None:
    assert found(settings) == [expected]


def test_a_panel_smaller_than_the_fewest_answers_is_named() -> None:
    (problem,) = protocol_problems(USUAL, scales={"importance": NINE}, panels={"A1": 4, "A2": 5, "B1": 0})
    assert problem.why is Impossible.PANEL_TOO_SMALL
    assert problem.params == {"needed": 5, "invited": 4, "task_force": "A1"}


@pytest.mark.parametrize(
    ("typed", "share"),
    [
        ("75", Fraction(3, 4)),
        ("75 %", Fraction(3, 4)),
        ("66,7\u202f%", Fraction(667, 1000)),
        ("2/3", Fraction(2, 3)),
        ("0.8", Fraction(4, 5)),
        ("1", Fraction(1)),
        ("1 %", Fraction(1, 100)),
        ("100", Fraction(1)),
        ("", None),
        ("most", None),
        ("1/0", None),
    ],
)
def test_shares_are_read_as_people_write_them(typed: str, share: Fraction | None) -> None:
    assert share_of(typed) == share


@pytest.mark.parametrize("agreement", ["3/4", "2/3", "667/1000", "1", "51/100"])
def test_a_share_goes_through_the_form_unchanged(agreement: str) -> None:
    assert share_of(typed_share(agreement)) == Fraction(agreement)


def test_settings_go_through_the_form_unchanged() -> None:
    unusual = replace(
        with_rule(agreement="2/3", iqr=1.5),
        feedback=FeedbackKind.BY_COLLEGE.value,
        stop=StopRule.STABLE.value,
        asks_reason=True,
        min_group_size=8,
        instrument="abc",
    )
    silent = replace(USUAL, shows_feedback=False)
    for settings in (USUAL, unusual, silent):
        read = read_protocol(protocol_fields(settings), criteria=["importance"], base=settings)
        assert (read.settings, read.unreadable) == (settings, ())


def test_fields_that_cannot_be_read_are_named() -> None:
    fields = protocol_fields(USUAL) | {"min_n": "five", "share-importance": "many", "quantile": "mine"}
    read = read_protocol(fields, criteria=["importance"], base=USUAL)
    assert read.settings is None
    assert set(read.unreadable) == {"min_n", "share-importance", "quantile"}


def test_settings_that_say_what_always_held_keep_the_fingerprint_of_older_protocols() -> None:
    older = {
        "criteria": {"importance": {"agree_from": 7, "agree_to": 9, "agreement": "3/4", "iqr": 2.0}},
        "quantile": "linear",
        "denominator": "rated",
        "min_n": 5,
        "min_group_size": 5,
        "max_rounds": 3,
        "shows_feedback": True,
        "grace_minutes": 0,
        "reminders_at_most": 3,
    }
    assert ProtocolSettings.from_json(older).as_json() == older
    assert replace(USUAL, stop=StopRule.STABLE.value).as_json()["stop"] == "stable"


def test_changes_name_setting_before_and_after() -> None:
    after = replace(
        USUAL, criteria={"importance": CriterionRule(7, 9, agreement="4/5", iqr=2.0)}, min_n=6, shows_feedback=False
    )
    assert changes_between(USUAL, after) == [
        Change("agreement", "3/4", "4/5", criterion="importance"),
        Change("min_n", 5, 6),
        Change("feedback", "counts_and_comments", "none"),
    ]
    assert changes_between(USUAL, USUAL) == []


def a_round(opens: str, closes: str) -> RoundDates:
    return RoundDates(datetime.fromisoformat(opens), datetime.fromisoformat(closes))


@pytest.mark.parametrize("today", [date(2026, 11, 21), date(2026, 12, 14), date(2027, 4, 20), MONDAY])
def test_proposed_dates_have_nothing_wrong_or_unwise(today: date) -> None:
    proposed = proposed_dates(today, n_rounds=4)
    assert len(proposed) == 4
    assert date_findings(proposed, today=today) == []


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        ([a_round("2027-03-08T09:00", "2027-03-08T08:00")], [(1, DateProblem.END_BEFORE_START)]),
        ([a_round("2027-03-08T09:00", "2027-03-20T18:00")], [(1, DateProblem.WEEKEND_END)]),
        (
            [a_round("2026-12-14T09:00", "2026-12-25T18:00")],
            [(1, DateProblem.OPENS_IN_PAST), (1, DateProblem.HOLIDAY_END)],
        ),
        ([a_round("2027-03-08T09:00", "2027-03-10T18:00")], [(1, DateProblem.ROUND_SHORT)]),
        ([a_round("2027-03-08T09:00", "2027-05-10T18:00")], [(1, DateProblem.ROUND_LONG)]),
        (
            [a_round("2027-03-08T09:00", "2027-03-19T18:00"), a_round("2027-03-19T09:00", "2027-03-31T18:00")],
            [(2, DateProblem.OVERLAP)],
        ),
        (
            [a_round("2027-03-08T09:00", "2027-03-18T18:00"), a_round("2027-03-19T09:00", "2027-03-31T18:00")],
            [(2, DateProblem.DESK_SHORT)],
        ),
        ([RoundDates(datetime.fromisoformat("2027-03-08"), None)], [(1, DateProblem.MISSING)]),
        ([RoundDates(None, None), a_round("2027-03-08T09:00", "2027-03-19T18:00")], [(1, DateProblem.MISSING)]),
        ([a_round("2027-03-08T09:00", "2027-03-19T18:00"), RoundDates(None, None)], []),
    ],
)  # fmt: skip
def test_dates_are_found_wrong_or_unwise(rounds: list[RoundDates], expected: list[tuple[int, DateProblem]]) -> None:
    assert [(one.number, one.problem) for one in date_findings(rounds, today=MONDAY)] == expected


def test_acronyms_are_told_from_words_codes_and_roman_numerals() -> None:
    assert acronyms_in("MRV of NDCs under the UNFCCC; A1, CF.IV, COP XXI in the EU by 2030") == [
        "MRV", "NDC", "UNFCCC", "COP",
    ]  # fmt: skip


def test_an_acronym_behind_its_own_words_is_explained() -> None:
    assert explained_in("Soil organic carbon (SOC) and certification (ABC)") == {"SOC"}
    texts = ["Soil organic carbon (SOC) first.", "SOC again, and XYZ"]
    assert unknown_acronyms(texts, known={"MRV"}) == ["XYZ"]
    assert unknown_acronyms(texts, known={"XYZ"}) == []
