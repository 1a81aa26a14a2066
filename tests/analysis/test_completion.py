"""Can the missing answers turn the verdict: against every completion of small panels."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations_with_replacement, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.completion import CloseOutlook, CometBounds, close_outlook, comet_bounds
from analysis.consensus import judge
from analysis.types import ConsensusRule, Denominator, Quantile, Scale, Verdict

NINE = Scale(1, 9)


def outlook(ratings: list[int], *, outstanding: int, scale: Scale = NINE, **options: object) -> CloseOutlook:
    counts = np.bincount(np.array(ratings, dtype=np.int64) - scale.lower, minlength=scale.points)[None]
    rule = options.pop("rule", ConsensusRule.default_for(scale))
    (found,) = close_outlook(counts, n_outstanding=outstanding, rule=rule, scale=scale, **options)
    return found


def by_enumeration(
    counts: np.ndarray, *, outstanding: int, rule: ConsensusRule, scale: Scale, total: int, eligible: int
) -> int | None:
    fixed = rule.denominator is Denominator.ELIGIBLE

    def codes(panels: np.ndarray, added: int) -> np.ndarray:
        n_denominator = np.full(len(panels), total + (0 if fixed else added))
        return judge(
            panels, rule=rule, scale=scale, n_denominator=n_denominator, n_eligible=np.full(len(panels), eligible)
        ).codes

    now = codes(counts[None], 0)[0]
    for added in range(1, outstanding + 1):
        answers = combinations_with_replacement(range(scale.points), added)
        panels = np.array([counts + np.bincount(answer, minlength=scale.points) for answer in answers])
        if (codes(panels, added) != now).any():
            return added
    return None


@st.composite
def panels_in_progress(draw: st.DrawFn) -> tuple[np.ndarray, ConsensusRule, int, int, int]:
    """A histogram on 2 to 5 points, a rule, who may still answer, the rule's denominator and who was asked."""
    points = draw(st.integers(2, 5))
    agree_from, agree_to = sorted(draw(st.tuples(st.integers(1, points), st.integers(1, points))))
    rule = ConsensusRule(
        agree_from=agree_from,
        agree_to=agree_to,
        agreement=draw(st.sampled_from([Fraction(3, 4), Fraction(2, 3), Fraction(1, 4), Fraction(1)])),
        iqr=draw(st.sampled_from([0.0, 0.5, 1.0, 2.0])),
        quantile=draw(st.sampled_from(Quantile)),
        denominator=draw(st.sampled_from(Denominator)),
        min_n=draw(st.integers(1, 5)),
    )
    counts = np.array(draw(st.lists(st.integers(0, 2), min_size=points, max_size=points)), dtype=np.int64)
    outstanding = draw(st.integers(0, 3))
    eligible = int(counts.sum()) + outstanding + draw(st.integers(0, 2))
    unsure = 0 if rule.denominator is Denominator.RATED else draw(st.integers(0, 1))
    total = eligible if rule.denominator is Denominator.ELIGIBLE else int(counts.sum()) + unsure
    return counts, rule, outstanding, total, eligible


@settings(max_examples=300, deadline=None)
@given(panels_in_progress())
def test_outlook_equals_every_completion(panel: tuple[np.ndarray, ConsensusRule, int, int, int]) -> None:
    counts, rule, outstanding, total, eligible = panel
    scale = Scale(1, len(counts))
    (found,) = close_outlook(
        counts[None],
        n_outstanding=outstanding,
        rule=rule,
        scale=scale,
        n_denominator=np.array([total]),
        n_eligible=np.array([eligible]),
    )
    expected = by_enumeration(counts, outstanding=outstanding, rule=rule, scale=scale, total=total, eligible=eligible)
    assert (found.least, found.settled, found.exact) == (expected, expected is None, True)


def test_settled_agreement_can_be_closed() -> None:
    found = outlook([8] * 10, outstanding=2)
    assert (found.verdict, found.settled, found.least) == (Verdict.IN, True, None)
    assert (found.share_low, found.share_high) == (10 / 12, 1.0)
    assert (found.median_low, found.median_high) == (8.0, 8.0)


def test_one_answer_can_turn_a_close_verdict() -> None:
    found = outlook([8, 8, 8, 8, 8, 8, 3, 3], outstanding=3)
    assert (found.verdict, found.least, found.settled) == (Verdict.IN, 1, False)
    agreed = outlook([7, 8, 8, 7, 7, 7, 8, 6], outstanding=4)
    assert (agreed.verdict, agreed.least) == (Verdict.IN, 2)


def test_first_answers_change_an_item_without_a_verdict() -> None:
    nobody = outlook([], outstanding=6)
    assert (nobody.verdict, nobody.least) == (Verdict.NO_DATA, 1)
    few = outlook([8, 8, 8], outstanding=6)
    assert (few.verdict, few.least) == (Verdict.INSUFFICIENT, 2)
    hopeless = outlook([8, 8, 8], outstanding=1)
    assert (hopeless.verdict, hopeless.settled) == (Verdict.INSUFFICIENT, True)


def test_nobody_outstanding_settles_everything() -> None:
    found = outlook([8, 8, 8, 8, 3], outstanding=0)
    assert found.settled
    assert (found.share_low, found.share_high) == (0.8, 0.8)


def test_item_nobody_can_rate_has_no_bounds() -> None:
    found = outlook([], outstanding=0)
    assert (found.share_low, found.share_high, found.median_low, found.median_high) == (None, None, None, None)


def test_eligible_denominator_does_not_grow() -> None:
    rule = ConsensusRule(agree_from=7, agree_to=9, agreement=Fraction(3, 4), iqr=2.0, denominator=Denominator.ELIGIBLE)
    found = outlook([8] * 6, outstanding=2, rule=rule)
    assert (found.verdict, found.least) == (Verdict.IN, None)
    assert (found.share_low, found.share_high) == (0.75, 1.0)


def test_outstanding_may_differ_between_items() -> None:
    counts = np.array([[0, 0, 0, 0, 0, 0, 0, 8, 0]] * 2)
    rule = ConsensusRule.default_for(NINE)
    near, far = close_outlook(counts, n_outstanding=np.array([1, 4]), rule=rule, scale=NINE)
    assert (near.least, far.least) == (None, 3)


def test_least_never_falls_when_fewer_are_outstanding() -> None:
    rng = np.random.RandomState(6)
    counts = rng.multinomial(8, [0.05] * 6 + [0.3, 0.3, 0.1], size=30)
    rule = ConsensusRule.default_for(NINE)
    by_outstanding = [
        [item.least for item in close_outlook(counts, n_outstanding=k, rule=rule, scale=NINE)] for k in range(6)
    ]
    for fewer, more in pairwise(by_outstanding):
        for a, b in zip(fewer, more, strict=True):
            assert a == b or (a is None and b is not None)


def test_bounds_widen_with_every_outstanding_answer() -> None:
    found = [outlook([7, 8, 8, 3, 5], outstanding=k) for k in range(8)]
    for tight, wide in pairwise(found):
        assert wide.share_low <= tight.share_low <= tight.share_high <= wide.share_high
        assert wide.median_low <= tight.median_low <= tight.median_high <= wide.median_high


def test_long_scales_try_the_extremes() -> None:
    scale = Scale(0, 100)
    agreed = outlook([80] * 8, outstanding=4, scale=scale)
    assert (agreed.verdict, agreed.exact, agreed.least) == (Verdict.IN, False, 3)
    open_ = outlook([80, 82, 85, 90, 20, 30], outstanding=4, scale=scale)
    assert (open_.verdict, open_.least) == (Verdict.NONE, 2)


def test_negative_outstanding_is_refused() -> None:
    with pytest.raises(ValueError, match="n_outstanding is -1"):
        outlook([8], outstanding=-1)


def test_comet_bounds_take_both_shares_at_once() -> None:
    counts = np.array([[0] * 7 + [8, 0], [0] * 7 + [20, 0]])
    open_, robust = comet_bounds(counts, n_outstanding=np.array([2, 3]), scale=NINE) or ()
    assert open_ == CometBounds(best=Verdict.IN, middle=Verdict.IN, worst=Verdict.NONE)
    assert robust == CometBounds(best=Verdict.IN, middle=Verdict.IN, worst=Verdict.IN)
    assert (open_.is_robust, robust.is_robust) == (False, True)
    assert comet_bounds(np.array([[1, 1, 1, 1, 1]]), n_outstanding=1, scale=Scale(1, 5)) is None
