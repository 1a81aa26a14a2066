"""Persuasion or departures: the three parts add up, and departures are seen."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.decomposition import ShareChange, decompose_change
from analysis.types import ConsensusRule, Ratings, Scale

NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)
NAN = float("nan")


def change(before: list[float], after: list[float]) -> ShareChange:
    first, second = (Ratings.from_matrix(np.array(values)[:, None], NINE) for values in (before, after))
    (found,) = decompose_change(first, second, rule=RULE)
    return found


def test_persuasion_alone() -> None:
    found = change([3, 3, 8, 8], [8, 3, 8, 8])
    assert (found.persuasion, found.leavers, found.joiners, found.change) == (0.25, 0.0, 0.0, 0.25)
    assert (found.n_stayed, found.n_left, found.n_joined, found.is_alarming) == (4, 0, 0, False)


def test_gain_by_departures_is_alarming() -> None:
    found = change([3, 3, 8, 8], [NAN, NAN, 8, 8])
    assert (found.persuasion, found.leavers, found.joiners) == (0.0, 0.5, 0.0)
    assert (found.n_left, found.is_alarming) == (2, True)


def test_departures_that_explain_exactly_half_of_a_gain_are_no_alarm() -> None:
    # stayers 1 of 4 -> 2 of 4, all 1 of 8 before: 1/4 by persuasion, 1/8 by leaving of 3/8
    modest = change([8, 3, 3, 3, 3, 3, 3, 3], [8, 8, 3, 3, NAN, NAN, NAN, NAN])
    assert (modest.persuasion, modest.leavers, modest.is_alarming) == (0.25, 0.125, False)
    # 1/4 and 1/4 of a gain of 1/2
    half = change([8, 8, 3, 3, 3, 3, 3, 3], [8, 8, 8, 3, NAN, NAN, NAN, NAN])
    assert (half.persuasion, half.leavers, half.is_alarming) == (0.25, 0.25, False)


def test_joiners_are_counted() -> None:
    found = change([3, 8, NAN, NAN], [3, 8, 8, 8])
    assert (found.persuasion, found.leavers, found.joiners) == (0.0, 0.0, 0.25)
    assert found.n_joined == 2


def test_departures_hiding_a_loss_are_no_gain() -> None:
    found = change([3, 8, 8], [NAN, 8, 3])
    assert found.leavers is not None and found.leavers > 0
    assert not found.is_alarming


def test_nobody_in_both_rounds() -> None:
    found = change([8, NAN], [NAN, 3])
    assert (found.reason, found.change, found.persuasion, found.leavers, found.joiners) == ("no_pairs", *[None] * 4)
    assert (found.share_before, found.share_after, found.n_left, found.n_joined) == (1.0, 0.0, 1, 1)
    empty = change([NAN], [NAN])
    assert (empty.share_before, empty.share_after, empty.reason) == (None, None, "no_pairs")


cell = st.sampled_from([None, *range(1, 10)])


@given(st.lists(st.tuples(cell, cell), min_size=1, max_size=25))
def test_parts_add_up_exactly(cells: list[tuple[int | None, int | None]]) -> None:
    before = [NAN if a is None else a for a, _ in cells]
    after = [NAN if b is None else b for _, b in cells]
    found = change(before, after)
    if found.change is None or found.persuasion is None or found.leavers is None or found.joiners is None:
        assert not any(a is not None and b is not None for a, b in cells)
        return
    assert found.persuasion + found.leavers + found.joiners == found.change
    assert found.share_before is not None and found.share_after is not None
    assert found.change == pytest.approx(found.share_after - found.share_before, abs=1e-15)
    rated = [[x for x in side if x is not None] for side in zip(*cells, strict=True)]
    shares = [Fraction(sum(x >= 7 for x in side), len(side)) for side in rated]
    stay = [(a, b) for a, b in cells if a is not None and b is not None]
    leavers = Fraction(sum(a >= 7 for a, _ in stay), len(stay)) - shares[0]
    gain = shares[1] - shares[0]
    assert found.leavers == pytest.approx(float(leavers), abs=1e-15)
    assert found.is_alarming == (gain > 0 and 2 * leavers > gain)


def test_rule_and_rounds_are_checked() -> None:
    ratings = Ratings.from_matrix([[5.0]], NINE)
    with pytest.raises(ValueError, match="rounds have shapes"):
        decompose_change(ratings, Ratings.from_matrix([[5.0], [5.0]], NINE), rule=RULE)
    with pytest.raises(ValueError, match="outside the scale"):
        decompose_change(ratings, ratings, rule=ConsensusRule.default_for(Scale(0, 100)))
