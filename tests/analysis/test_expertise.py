"""Weighting by self-rated expertise: definitions, and equal weights change nothing."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from analysis.agreement import wilson
from analysis.expertise import WeightedItem, Weighting, expertise_weights, weighted_items
from analysis.types import ConsensusRule, Ratings, Scale

NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)


def weigh(votes: list[float], weights: list[float], rule: ConsensusRule = RULE) -> WeightedItem:
    (found,) = weighted_items(Ratings.from_matrix(np.array(votes)[:, None], NINE), weights=weights, rule=rule)
    return found


def test_weights_from_self_ratings() -> None:
    assert expertise_weights([5, 1, None, 3]).tolist() == [1.0, 0.2, 0.0, 0.6]
    assert expertise_weights([5, 1, None, 2], weighting=Weighting.EXCLUDE).tolist() == [1.0, 0.0, 0.0, 1.0]
    with pytest.raises(ValueError, match=r"self-rating 6 is not one of 1\.\.5"):
        expertise_weights([6])


def test_equal_weights_change_nothing() -> None:
    votes = [8, 7, 9, 3, 8, 7]
    found = weigh(votes, [0.6] * 6)
    low, high = wilson(k=5, n=6) or (0.0, 0.0)
    assert found.effective_n == pytest.approx(6)
    assert (found.share, found.low, found.high) == (pytest.approx(5 / 6), pytest.approx(low), pytest.approx(high))
    assert found.median == 7.5
    assert (found.reaches_agreement, found.unweighted_reaches, found.changes_agreement) == (True, True, False)


def test_weights_can_turn_agreement() -> None:
    found = weigh([8, 8, 8, 3], [0.2, 0.2, 0.2, 1.0])
    assert (found.unweighted_reaches, found.reaches_agreement, found.changes_agreement) == (True, False, True)
    assert found.share == pytest.approx(0.375)
    assert found.effective_n == pytest.approx(1.6**2 / 1.12)
    assert found.median == 3.0


@pytest.mark.parametrize(
    ("votes", "weights", "median"),
    [
        ([1, 5, 9], [1, 1, 1], 5.0),
        ([1, 5, 9], [2, 1, 1], 3.0),
        ([1, 5, 9], [1, 0, 1], 5.0),
        ([2, 9], [1, 1], 5.5),
        ([2, 9], [0.3, 0.1], 2.0),
    ],
)
def test_weighted_median(votes: list[float], weights: list[float], median: float) -> None:
    assert weigh(votes, weights).median == median


@pytest.mark.parametrize(("votes", "share", "limits"), [([8, 9], 1.0, "high"), ([1, 2], 0.0, "low")])
def test_limits_are_closed_at_the_ends(votes: list[float], share: float, limits: str) -> None:
    found = weigh(votes, [1, 0.5])
    assert found.share == share == getattr(found, limits)


def test_two_thirds_is_two_thirds() -> None:
    rule = ConsensusRule(agree_from=7, agree_to=9, agreement=Fraction(2, 3), iqr=2.0)
    assert weigh([8, 8, 3], [0.2, 0.2, 0.2], rule).reaches_agreement


@pytest.mark.parametrize("votes", [[8.0, np.nan], [np.nan, np.nan]])
def test_no_weight_left(votes: list[float]) -> None:
    found = weigh(votes, [0.0, 1.0])
    assert (found.reason, found.share, found.median, found.effective_n) == ("no_weight", None, None, 0.0)
    assert found.reaches_agreement is False
    assert found.unweighted_reaches is (votes[0] == 8.0)


def test_wrong_weights_are_refused() -> None:
    with pytest.raises(ValueError, match=r"weights have shape \(1,\); allowed is \(2,\)"):
        weigh([8, 8], [1.0])
    with pytest.raises(ValueError, match="weight -1 is negative"):
        weigh([8, 8], [1.0, -1.0])
    with pytest.raises(ValueError, match="outside the scale"):
        weigh([8, 8], [1.0, 1.0], ConsensusRule.default_for(Scale(0, 100)))
