"""Turn-out, leavers against stayers, and last ratings carried forward."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.participation import attrition, carry_forward, has_returned, participation
from analysis.types import CellState, Ratings, Scale

NINE = Scale(1, 9)
R, DK, AB, MI, NA, NR = (np.int8(state) for state in CellState)


def round_of(states: list[list[int]], value: int = 5) -> Ratings:
    grid = np.array(states, dtype=np.int8).reshape(len(states), -1)
    return Ratings(values=np.full(grid.shape, value), states=grid, scale=NINE)


def test_turn_out_of_every_round() -> None:
    first = round_of([[R, R], [R, DK], [AB, AB], [NR, NR], [NA, NA]])
    second = round_of([[R, R], [NR, NR], [MI, NA], [R, NA], [NA, NA]])
    one, two = participation([first, second])
    assert (one.round, one.eligible, one.returned, one.rated) == (1, 4, 3, 2)
    assert (one.response_rate, one.retention) == (0.75, 1.0)
    assert (two.round, two.eligible, two.returned, two.rated) == (2, 4, 3, 2)
    assert two.retention == pytest.approx(2 / 3)


def test_nobody_asked_and_nobody_back() -> None:
    (asked_none,) = participation([round_of([[NA]])])
    assert (asked_none.response_rate, asked_none.retention) == (None, None)
    (nobody_back,) = participation([round_of([[NR]])])
    assert (nobody_back.response_rate, nobody_back.retention) == (0.0, None)
    assert participation([]) == ()


def test_rounds_must_name_the_same_experts() -> None:
    with pytest.raises(ValueError, match="round 2 has 1 experts; round 1 has 2"):
        participation([round_of([[R], [R]]), round_of([[R]])])


def test_who_returned() -> None:
    ratings = round_of([[R, NR], [NA, NR], [NR, NR], [MI, MI], [DK, NA]])
    assert has_returned(ratings).tolist() == [True, False, False, True, True]


def test_leavers_who_thought_otherwise_are_seen() -> None:
    votes = np.array([[8, 5], [9, 5], [8, 5], [9, 5], [8, 5], [2, 5], [1, 5], [2, 5], [3, 5], [1, 5]], dtype=float)
    found = attrition(Ratings.from_matrix(votes, NINE), stayed=[True] * 5 + [False] * 5)
    split, same = found.items
    assert (split.n_stayed, split.n_left, split.test.delta, split.is_biased) == (5, 5, -1.0, True)
    assert split.test.p == pytest.approx(2 / 252)
    assert split.p_adjusted == pytest.approx(4 / 252)
    assert split.effect == pytest.approx((8.4 - 1.8) / np.sqrt((4 * 0.3 + 4 * 0.7) / 8))
    assert (same.effect, same.is_biased, same.test.delta) == (None, False, 0.0)
    assert (found.effect, found.median_abs_delta, found.is_biased) == (split.effect, 0.5, True)


def test_balanced_leavers_are_no_bias() -> None:
    votes = np.array([3, 5, 7, 9, 3, 5, 7, 9], dtype=float)[:, None]
    found = attrition(Ratings.from_matrix(votes, NINE), stayed=[True] * 4 + [False] * 4)
    assert (found.effect, found.median_abs_delta, found.is_biased) == (0.0, 0.0, False)


def test_large_differences_flag_small_panels_without_significance() -> None:
    votes = np.array([8, 7, 3], dtype=float)[:, None]
    found = attrition(Ratings.from_matrix(votes, NINE), stayed=[True, True, False])
    assert not found.items[0].is_biased
    assert found.is_biased


def test_nobody_left() -> None:
    found = attrition(Ratings.from_matrix([[7.0], [8.0]], NINE), stayed=[True, True])
    assert (found.effect, found.median_abs_delta, found.is_biased) == (None, None, False)
    assert (found.items[0].p_adjusted, found.items[0].n_left) == (None, 0)


def test_one_against_one_has_no_pooled_spread() -> None:
    found = attrition(Ratings.from_matrix([[7.0], [8.0]], NINE), stayed=[True, False])
    assert found.items[0].effect is None


def test_stayed_must_cover_every_expert() -> None:
    with pytest.raises(ValueError, match=r"stayed has shape \(1,\); allowed is \(2,\)"):
        attrition(Ratings.from_matrix([[7.0], [8.0]], NINE), stayed=[True])


def test_last_ratings_are_carried_forward_for_those_who_left_only() -> None:
    before = round_of([[R], [R], [DK], [R]], value=8)
    after = round_of([[NR], [R], [NR], [MI]], value=3)
    filled = carry_forward(before, after)
    assert filled.states[:, 0].tolist() == [R, R, NR, MI]
    assert filled.counts[0].tolist() == [0, 0, 1, 0, 0, 0, 0, 1, 0]
    with pytest.raises(ValueError, match="rounds have shapes"):
        carry_forward(before, round_of([[R]]))
