"""Corridors: membership is the verdict, distance is the least number of changes, top-ups are the completions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement

import numpy as np
import pytest

from analysis.consensus import judge
from analysis.corridors import (
    Corridors,
    can_complete_into,
    consensus_corridors,
    corridors_of_change,
    dissent_corridors,
    is_narrow_enough,
    steps_into,
)
from analysis.types import ConsensusRule, Quantile, Scale, Verdict

FOUR = Scale(1, 4)


def all_panels(n: int, points: int) -> np.ndarray:
    return np.array([np.bincount(c, minlength=points) for c in combinations_with_replacement(range(points), n)])


def members(counts: np.ndarray, corridors: Corridors) -> np.ndarray:
    cumulative = np.cumsum(counts, axis=1)[:, None]
    return ((cumulative >= corridors.least) & (cumulative <= corridors.most)).all(axis=2).sum(axis=1)


RULES = [
    ConsensusRule(agree_from=a, agree_to=b, agreement=share, iqr=iqr, quantile=quantile, min_n=1)
    for a, b in ((3, 4), (1, 2), (2, 3), (1, 4), (4, 4))
    for share, iqr in ((Fraction(2, 3), 1.0), (Fraction(1, 3), 0.5), (Fraction(1), 0.0))
    for quantile in Quantile
]


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_corridors_hold_exactly_the_panels_of_the_verdict(n: int) -> None:
    panels = all_panels(n, 4)
    for rule in RULES:
        judgement = judge(panels, rule=rule, scale=FOUR)
        options = {"rule": rule, "scale": FOUR, "n": n, "n_denominator": n}
        inside = members(panels, consensus_corridors(**options))
        low = members(panels, consensus_corridors(**options, low_end=True))
        assert np.array_equal(inside, judgement.agreement & judgement.iqr)
        assert np.array_equal(low, judgement.opposition & judgement.iqr)
        assert np.array_equal(members(panels, dissent_corridors(**options)) == 0, inside == 1)
        assert np.array_equal(members(panels, dissent_corridors(**options, low_end=True)) == 0, low == 1)


def test_a_larger_denominator_asks_for_more_agreement() -> None:
    rule = replace(ConsensusRule.default_for(FOUR), min_n=1)
    panels = all_panels(4, 4)
    corridors = consensus_corridors(rule=rule, scale=FOUR, n=4, n_denominator=6)
    unreachable = consensus_corridors(rule=rule, scale=FOUR, n=4, n_denominator=7)
    judgement = judge(panels, rule=rule, scale=FOUR, n_denominator=np.full(len(panels), 6))
    assert np.array_equal(members(panels, corridors), judgement.agreement & judgement.iqr)
    assert len(unreachable.least) == 0
    assert steps_into(np.cumsum(panels, axis=1), unreachable).tolist() == [-1] * len(panels)
    assert not can_complete_into(np.cumsum(panels, axis=1), unreachable, n_added=1).any()


def test_rule_always_met_on_agreement_has_only_wide_dissent() -> None:
    rule = ConsensusRule(agree_from=1, agree_to=4, agreement=Fraction(1), iqr=3.0, min_n=1)
    assert len(dissent_corridors(rule=rule, scale=FOUR, n=5, n_denominator=5).least) == 0


@pytest.mark.parametrize("verdict", [Verdict.IN, Verdict.OUT, Verdict.NONE])
def test_corridors_of_change_hold_every_other_verdict(verdict: Verdict) -> None:
    panels = all_panels(5, 4)
    for rule in RULES:
        found = corridors_of_change(verdict, rule=rule, scale=FOUR, n=5, n_denominator=5)
        reached = np.logical_or.reduce([members(panels, target) > 0 for target in found])
        others = np.array([other is not verdict for other in judge(panels, rule=rule, scale=FOUR).verdicts()])
        assert not (others & ~reached).any()
        if verdict is not Verdict.OUT:
            assert np.array_equal(others, reached)


def test_narrowness_depends_on_scale_length_and_box() -> None:
    assert is_narrow_enough(rule=ConsensusRule.default_for(Scale(1, 9)), scale=Scale(1, 9), n=500)
    assert not is_narrow_enough(rule=ConsensusRule.default_for(Scale(0, 100)), scale=Scale(0, 100), n=6)
    middle = replace(ConsensusRule.default_for(Scale(1, 9)), agree_from=4, agree_to=6)
    assert is_narrow_enough(rule=middle, scale=Scale(1, 9), n=12)
    assert not is_narrow_enough(rule=middle, scale=Scale(1, 9), n=500)


def test_rules_off_the_scale_are_refused() -> None:
    rule = ConsensusRule.default_for(Scale(1, 9))
    for build in (consensus_corridors, dissent_corridors):
        with pytest.raises(ValueError, match="outside the scale"):
            build(rule=rule, scale=FOUR, n=5, n_denominator=5)
