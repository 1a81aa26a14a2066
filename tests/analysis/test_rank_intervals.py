"""Uncertainty of ranks: R csranks, the recorded bootstrap, edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.rank_intervals import bootstrap_ranks, plausible_top, simultaneous_rank_intervals, tied_ranks
from analysis.types import Ratings, Scale

NINE = Scale(1, 9)


def ratings_of(case: dict[str, Any]) -> Ratings:
    return Ratings.from_matrix(np.array(case["ratings"], dtype=float).T, Scale(*case["scale"]))


@pytest.mark.parametrize("name", ["M01_9pt_ties", "M03_5pt_ties"])
def test_simultaneous_intervals_equal_csranks(cases: dict[str, Any], name: str) -> None:
    expected = cases["ranking"]["csranks"][name]
    for draws in (1000, 20_000):
        found = simultaneous_rank_intervals(ratings_of(cases["matrices"][name]), draws=draws)
        assert [pair[0] for pair in found] == expected["cs_simul_stepdownTRUE"]["L"]
        assert [pair[1] for pair in found] == expected["cs_simul_stepdownTRUE"]["U"]
    assert list(plausible_top(found, top=3)) == expected["taubest3"]


def test_bootstrap_ranks_equal_the_recorded_ones(cases: dict[str, Any]) -> None:
    expected = cases["golden_resampling"]["bootstrap_rank"]["M01_9pt_ties"]
    found = bootstrap_ranks(ratings_of(cases["matrices"]["M01_9pt_ties"]), seed=expected["seed"], top=2)
    assert [item.low for item in found] == expected["rank_ci95_lo"]
    assert [item.high for item in found] == expected["rank_ci95_hi"]
    assert [item.top_chance for item in found] == pytest.approx(expected["p_top2"], abs=1e-9)


def test_bootstrap_intervals_are_narrower_than_the_simultaneous_ones(cases: dict[str, Any]) -> None:
    ratings = ratings_of(cases["matrices"]["M01_9pt_ties"])
    wide = sum(high - low for low, high in simultaneous_rank_intervals(ratings))
    naive = sum(item.high - item.low for item in bootstrap_ranks(ratings))
    assert naive < wide


def plain_intervals(values: np.ndarray, *, draws: int, seed: int) -> list[tuple[int, int]]:
    """One pair after the other, on complete data whose differences all vary, with the same normal draws."""
    m, k = values.shape
    normal = np.random.RandomState(seed).standard_normal((draws, m)).astype(np.float32)
    t, noise = {}, {}
    for i in range(k):
        for j in range(k):
            if i != j:
                d = values[:, i] - values[:, j]
                centred = d - d.mean()
                t[i, j] = d.mean() / (d.std(ddof=1) / m**0.5)
                noise[i, j] = normal @ (centred / np.sqrt((centred**2).sum()))
    rejected: set[tuple[int, int]] = set()
    while True:
        left = [pair for pair in t if pair not in rejected]
        highest = np.max([noise[pair] for pair in left], axis=0)
        critical = np.sort(highest)[int(np.ceil(0.95 * draws)) - 1]
        found = {pair for pair in t if t[pair] > critical}
        if found == rejected:
            return [(1 + sum(j == i for _, j in found), k - sum(a == i for a, _ in found)) for i in range(k)]
        rejected = found


@pytest.mark.parametrize("seed", range(4))
def test_simultaneous_intervals_equal_a_plain_computation(seed: int) -> None:
    rng = np.random.RandomState(seed)
    values = np.clip(rng.normal(np.linspace(3, 8, 6), 1.6, size=(14, 6)).round(), 1, 9)
    found = simultaneous_rank_intervals(Ratings.from_matrix(values, NINE), seed=7, draws=800)
    assert list(found) == plain_intervals(values, draws=800, seed=7)


def test_differences_without_variance_are_decided_by_sign() -> None:
    base = np.array([2.0, 3, 4, 5, 6, 7])
    ratings = Ratings.from_matrix(np.stack([base, base + 1, base], axis=1), NINE)
    assert simultaneous_rank_intervals(ratings) == ((2, 3), (1, 1), (2, 3))


def test_items_with_few_ratings_are_not_ranked() -> None:
    nan = np.nan
    values = np.array([[8, 8, 2.0], [9, nan, 1], [8, nan, 2], [9, nan, 1], [8, nan, 3], [9, nan, 1]])
    found = simultaneous_rank_intervals(Ratings.from_matrix(values, NINE))
    assert found == ((1, 1), None, (2, 2))
    assert plausible_top(found, top=1) == (True, False, False)


def test_pairs_without_common_experts_decide_nothing() -> None:
    nan = np.nan
    values = np.array([[9, nan]] * 6 + [[nan, 1]] * 6)
    assert simultaneous_rank_intervals(Ratings.from_matrix(values, NINE)) == ((1, 2), (1, 2))


def test_incomplete_pairs_use_their_common_experts() -> None:
    rng = np.random.RandomState(1)
    values = np.clip(rng.normal([8, 5, 2], 0.8, size=(20, 3)).round(), 1, 9)
    values[rng.random_sample(values.shape) < 0.2] = np.nan
    assert simultaneous_rank_intervals(Ratings.from_matrix(values, NINE)) == ((1, 1), (2, 2), (3, 3))


@pytest.mark.parametrize("n_items", [0, 1])
def test_lists_without_pairs(n_items: int) -> None:
    ratings = Ratings.from_matrix(np.full((6, n_items), 5.0), NINE)
    assert simultaneous_rank_intervals(ratings) == ((1, 1),) * n_items


def test_bootstrap_puts_an_unrated_replicate_last() -> None:
    nan = np.nan
    ratings = Ratings.from_matrix(np.array([[9, nan], [9, nan], [9, nan], [9, 9]]), NINE)
    first, second = bootstrap_ranks(ratings, replicates=400)
    assert (first.low, first.high, second.low, second.high) == (1, 2, 1, 2)
    assert first.top_chance == pytest.approx(1 - second.top_chance)
    assert first.top_chance > 0.5


def test_tied_ranks_span_their_block() -> None:
    best, worst = tied_ranks(np.array([[3.0, 5.0, 3.0, 1.0], [2.0, 2.0, 2.0, 2.0]]))
    assert best.tolist() == [[2, 1, 2, 4], [1, 1, 1, 1]]
    assert worst.tolist() == [[3, 1, 3, 4], [4, 4, 4, 4]]
