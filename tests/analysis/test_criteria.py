"""Several criteria: rescaling, weighted sums and products, the Pareto front, and how far weights may move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analysis.criteria import Combination, combined_scores, pareto_front, rescale, weight_interval
from analysis.types import Scale

ITEMS = np.array([[1.0, 0.0], [0.6, 0.6], [0.0, 1.0], [0.5, 0.5]])
EVEN = [0.5, 0.5]


def test_rescaling_puts_the_scale_on_zero_to_one() -> None:
    assert rescale([1, 5, 9], scale=Scale(1, 9)).tolist() == [0, 0.5, 1]


def test_sum_and_product_rank_the_lopsided_differently() -> None:
    assert combined_scores(ITEMS, weights=EVEN) == pytest.approx((0.5, 0.6, 0.5, 0.5))
    product = combined_scores(ITEMS, weights=EVEN, combination=Combination.GEOMETRIC)
    assert product == pytest.approx((0, 0.6, 0, 0.5))


def test_pareto_front_keeps_what_nothing_beats() -> None:
    assert pareto_front(ITEMS) == (True, True, True, False)
    assert pareto_front([[0.5, 0.5], [0.5, 0.5]]) == (True, True)


def test_weight_interval_ends_where_the_top_changes() -> None:
    found = weight_interval(ITEMS, weights=EVEN, criterion=0, top=1)
    assert (found.low, found.high) == (pytest.approx(0.4), pytest.approx(0.6))


def test_weight_interval_of_an_undisputed_top_is_everything() -> None:
    found = weight_interval([[0.9, 0.9], [0.1, 0.2]], weights=EVEN, criterion=0, top=1)
    assert (found.low, found.high, found.reason) == (0.0, 1.0, None)
    assert weight_interval(ITEMS, weights=EVEN, criterion=0, top=4).high == 1.0


def test_weight_interval_needs_a_clear_cut() -> None:
    found = weight_interval(ITEMS, weights=EVEN, criterion=0, top=2)
    assert (found.low, found.high, found.reason) == (None, None, "tie_at_the_cut")


@given(st.integers(0, 10_000), st.floats(0.01, 0.99))
def test_top_is_the_same_inside_the_interval(seed: int, place: float) -> None:
    u = np.random.RandomState(seed).uniform(size=(5, 3))
    weights = np.array([0.5, 0.3, 0.2])
    found = weight_interval(u, weights=weights, criterion=0, top=2)
    assume(found.low is not None and found.high is not None)
    assert found.low <= 0.5 <= found.high
    own = found.low + place * (found.high - found.low)
    moved = np.array([own, (1 - own) * 0.6, (1 - own) * 0.4])

    def best(w: np.ndarray) -> set[int]:
        return set(np.argsort(-(u @ w))[:2].tolist())

    assert best(moved) == best(weights)


@pytest.mark.parametrize(
    ("weights", "message"),
    [([0.5, 0.6], "add up to 1"), ([1.5, -0.5], "non-negative"), ([1.0], r"weights have shape \(1,\)")],
)
def test_weights_must_fit(weights: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        combined_scores(ITEMS, weights=weights)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weights": EVEN, "criterion": 0, "top": 0}, "top is 0; allowed is 1 to 4"),
        ({"weights": EVEN, "criterion": 2, "top": 1}, "criterion is 2; allowed is 0 to 1"),
        ({"weights": [1.0, 0.0], "criterion": 0, "top": 1}, "weights of the other criteria are all 0"),
    ],
)
def test_weight_interval_refuses(options: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        weight_interval(ITEMS, **options)
