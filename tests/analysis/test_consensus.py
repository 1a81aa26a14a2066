"""The verdict: both criteria, exact thresholds, mirror image, minimum number, and the classes people read."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.consensus import classify, judge, reaches
from analysis.types import ConsensusClass, ConsensusRule, Scale, Verdict

NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)
counts_9 = st.lists(st.integers(0, 6), min_size=9, max_size=9)


def counts_of(*rows: list[int]):
    return np.array([[row.count(v) for v in range(1, 10)] for row in rows], dtype=np.int64)


def verdict(values: list[int], rule: ConsensusRule = RULE) -> Verdict:
    return judge(counts_of(values), rule=rule, scale=NINE).verdicts()[0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7, 8, 8, 9, 9], Verdict.IN),
        ([1, 1, 2, 2, 3], Verdict.OUT),
        ([7, 7, 7, 3, 3], Verdict.NONE),  # 60 % only
        ([1, 7, 7, 9, 9, 9, 9, 1], Verdict.NONE),  # 75 %, but an IQR of 3.5
        ([5, 5, 5, 5, 5], Verdict.NONE),
        ([8, 8, 8, 8], Verdict.INSUFFICIENT),
        ([], Verdict.NO_DATA),
    ],
)
def test_verdict_needs_both_criteria(values: list[int], expected: Verdict) -> None:
    assert verdict(values) is expected


def test_two_thirds_is_not_67_percent() -> None:
    values = [7, 7, 7, 7, 7, 7, 6, 6, 6]
    assert verdict(values, replace(RULE, agreement=Fraction(2, 3))) is Verdict.IN
    assert verdict(values, replace(RULE, agreement=Fraction(67, 100))) is Verdict.NONE
    assert reaches(np.array([6]), np.array([9]), threshold=Fraction(2, 3)).tolist() == [True]


def test_iqr_exactly_at_the_limit_passes() -> None:
    values = [7, 7, 9, 9, 9]
    assert verdict(values, replace(RULE, iqr=2.0)) is Verdict.IN
    assert verdict(values, replace(RULE, iqr=1.75)) is Verdict.NONE


def test_denominator_decides() -> None:
    counts = counts_of([7, 8, 9])
    rule = replace(RULE, min_n=3)
    among_rated = judge(counts, rule=rule, scale=NINE)
    among_five = judge(counts, rule=rule, scale=NINE, n_denominator=np.array([5]), n_eligible=np.array([5]))
    assert among_rated.verdicts() == (Verdict.IN,)
    assert among_five.verdicts() == (Verdict.NONE,)
    assert (among_five.k_agree.tolist(), among_five.n.tolist()) == ([3], [5])


def test_half_of_the_eligible_must_have_rated() -> None:
    counts = counts_of([8, 8, 8, 8, 8])
    for eligible, expected in ((10, Verdict.IN), (11, Verdict.INSUFFICIENT)):
        found = judge(counts, rule=RULE, scale=NINE, n_eligible=np.array([eligible]))
        assert found.verdicts() == (expected,)


def test_criteria_of_an_item_nobody_rated_are_not_met() -> None:
    found = judge(counts_of([]), rule=RULE, scale=NINE)
    assert (found.agreement.tolist(), found.opposition.tolist(), found.iqr.tolist()) == ([False], [False], [False])


def test_rule_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="agreement range 7-9 is outside the scale 1-5"):
        judge(np.zeros((1, 5), dtype=np.int64), rule=RULE, scale=Scale(1, 5))


@given(counts_9)
def test_reversing_the_scale_swaps_in_and_out(frequency: list[int]) -> None:
    forth = judge(np.array([frequency]), rule=RULE, scale=NINE).verdicts()[0]
    back = judge(np.array([frequency[::-1]]), rule=RULE, scale=NINE).verdicts()[0]
    swapped = {Verdict.IN: Verdict.OUT, Verdict.OUT: Verdict.IN}
    assert back is swapped.get(forth, forth)


@given(counts_9)
def test_one_more_favourable_answer_never_lowers_the_agreement_criterion(frequency: list[int]) -> None:
    more = [*frequency[:8], frequency[8] + 1]
    found = judge(np.array([frequency, more]), rule=RULE, scale=NINE).agreement.tolist()
    assert found[1] >= found[0]


@pytest.mark.parametrize(
    ("values", "bipolar", "expected"),
    [
        ([8, 8, 8, 8, 8], False, ConsensusClass.AGREED_HIGH),
        ([2, 2, 2, 2, 2], False, ConsensusClass.AGREED_LOW),
        ([7, 7, 7, 4, 4], False, ConsensusClass.LEANING),
        ([3, 3, 3, 6, 6], False, ConsensusClass.LEANING),
        ([7, 7, 4, 4], False, ConsensusClass.TOO_FEW),
        ([6, 6, 6, 5, 5, 8], False, ConsensusClass.LEANING),
        ([7, 7, 7, 4, 4, 4], False, ConsensusClass.SCATTERED),
        ([9, 9, 9, 1, 1], True, ConsensusClass.TWO_CAMPS),
        ([], False, ConsensusClass.TOO_FEW),
    ],
)
def test_class_names_the_shape_of_opinion(values: list[int], bipolar: bool, expected: ConsensusClass) -> None:
    found = judge(counts_of(values), rule=RULE, scale=NINE)
    assert classify(found, bipolar=np.array([bipolar])) == (expected,)
