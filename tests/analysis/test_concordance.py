"""Kendall's W: Friedman's identity, ties, gaps, the permutation stream, and when it is undefined."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, spearmanr

from analysis import concordance as module
from analysis import pairwise_concordance
from analysis.concordance import PMethod, WMethod, kendall_w, permutation_draws, permutation_p
from analysis.ranks import doubled_ranks

NAN = np.nan
tables = st.integers(3, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 5), min_size=k, max_size=k), min_size=2, max_size=6)
)


@settings(deadline=None)
@given(tables)
def test_w_is_friedmans_chi2_over_its_maximum(rows: list[list[int]]) -> None:
    table = np.array(rows, dtype=float)
    m, k = table.shape
    found = kendall_w(table, permutations=0)
    if found.w is None:
        assert (found.reason, bool((table == table[:, :1]).all())) == ("no_variance", True)
        return
    with np.errstate(invalid="ignore"):
        chi2, p = friedmanchisquare(*table.T)
    assert found.w == pytest.approx(chi2 / (m * (k - 1)), abs=1e-12)
    assert found.p == pytest.approx(p, abs=1e-12)
    assert (found.m_used, found.k_used, found.df, found.m_dropped) == (m, k, k - 1, 0)


@settings(deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_experts_does_not_matter(rows: list[list[int]], random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    first, second = kendall_w(np.array(rows), permutations=0), kendall_w(np.array(shuffled), permutations=0)
    assert (first.w, first.p) == (second.w, second.p)


@settings(deadline=None)
@given(tables)
def test_reversing_the_scale_leaves_w(rows: list[list[int]]) -> None:
    table = np.array(rows, dtype=float)
    assert kendall_w(table, permutations=0).w == kendall_w(6 - table, permutations=0).w


def naive_p(table: np.ndarray, *, seed: int, permutations: int) -> float:
    ranks, _ = doubled_ranks(table)
    m, k = ranks.shape
    rng = np.random.RandomState(seed)
    observed = ((ranks.sum(axis=0) - m * (k + 1)) ** 2).sum()
    at_least = 0
    for _ in range(permutations):
        sums = np.zeros(k, dtype=np.int64)
        for j in range(m):
            sums += ranks[j][rng.permutation(k)]
        at_least += ((sums - m * (k + 1)) ** 2).sum() >= observed
    return (1 + at_least) / (permutations + 1)


@pytest.mark.parametrize(("m", "k"), [(2, 3), (5, 7), (12, 11)])
def test_permutation_p_reads_the_stream_one_permutation_at_a_time(m: int, k: int) -> None:
    table = np.random.RandomState(m * k).randint(1, 6, size=(m, k)).astype(float)
    expected = naive_p(table, seed=99, permutations=199)
    assert kendall_w(table, seed=99, permutations=199).p == expected


def test_permutation_p_is_the_same_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    ranks, _ = doubled_ranks(np.random.RandomState(3).randint(1, 6, size=(4, 5)))
    whole = permutation_p(ranks, seed=5, permutations=150)
    monkeypatch.setattr(module, "CACHED_CELLS", 4 * 5 * 40)
    monkeypatch.setattr(module, "COLUMNS_AT_ONCE", 12)
    assert permutation_p(ranks, seed=5, permutations=150) == whole


def test_draws_are_those_of_the_frozen_generator() -> None:
    draws = permutation_draws(np.random.RandomState(20240101), m=3, k=6, replicates=2)
    rng = np.random.RandomState(20240101)
    for replicate in range(2):
        for expert in range(3):
            order = list(range(6))
            for step, last in enumerate(range(5, 0, -1)):
                chosen = int(draws[step, expert * 2 + replicate])
                order[last], order[chosen] = order[chosen], order[last]
            assert order == rng.permutation(6).tolist()


def test_permutation_p_of_a_long_list_follows_the_plain_loop() -> None:
    ranks, _ = doubled_ranks(np.random.RandomState(4).randint(1, 400, size=(3, 300)))
    rng = np.random.RandomState(9)
    observed = ((ranks.sum(axis=0) - 3 * 301) ** 2).sum()
    reached = 0
    for _ in range(19):
        shuffled = np.stack([ranks[expert][rng.permutation(300)] for expert in range(3)])
        reached += int(((shuffled.sum(axis=0) - 3 * 301) ** 2).sum() >= observed)
    assert permutation_p(ranks, seed=9, permutations=19) == (1 + reached) / 20


def test_large_tables_take_the_chi_squared_p() -> None:
    table = np.random.RandomState(1).randint(1, 10, size=(21, 8)).astype(float)
    assert kendall_w(table).p_method is PMethod.CHI2
    assert kendall_w(table[:20]).p_method is PMethod.PERMUTATION
    assert kendall_w(table[:, :7]).p_method is PMethod.PERMUTATION
    assert kendall_w(table[:, :7], permutations=0).p_method is PMethod.CHI2


def test_perfect_order_gives_one_and_equal_ratings_none() -> None:
    assert kendall_w([[1, 2, 3], [4, 5, 6], [1, 5, 9]]).w == 1
    level = kendall_w([[9, 9, 9], [9, 9, 9]])
    assert (level.w, level.p, level.reason) == (None, None, "no_variance")


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (np.empty((0, 4)), "fewer_than_two_experts"),
        (np.empty((3, 0)), "fewer_than_two_experts"),
        ([[1.0, 2.0, 3.0]], "fewer_than_two_experts"),
        ([[1.0], [2.0]], "fewer_than_two_items"),
        ([[NAN, NAN], [NAN, NAN]], "fewer_than_two_experts"),
    ],
)
def test_too_little_has_no_w(table, reason: str) -> None:
    found = kendall_w(table)
    assert (found.w, found.chi2, found.df, found.p, found.reason) == (None, None, None, None, reason)


def test_table_must_have_two_dimensions() -> None:
    with pytest.raises(ValueError, match="ratings have 1 dimensions; allowed is 2"):
        kendall_w([1.0, 2.0])


def test_incomplete_experts_are_dropped_while_enough_remain() -> None:
    table = np.array([[1, 2, 3, 4], [2, 1, 3, 4], [1, 3, 2, 4], [4, 3, NAN, 1]])
    found = kendall_w(table)
    assert found.w == kendall_w(table[:3]).w
    assert (found.w_method, found.m_used, found.m_dropped) == (WMethod.COMPLETE_EXPERTS, 3, 1)


@pytest.mark.parametrize("n_complete", [2, 3])
def test_pairs_take_over_when_too_few_experts_are_complete(n_complete: int) -> None:
    complete = np.random.RandomState(2).randint(1, 6, size=(n_complete, 4)).astype(float)
    gappy = np.random.RandomState(3).randint(1, 6, size=(4 if n_complete == 3 else 1, 4)).astype(float)
    gappy[:, 0] = NAN
    found = kendall_w(np.vstack([complete, gappy]))
    assert (found.w_method, found.m_dropped, found.p) == (WMethod.PAIRWISE, 0, None)
    assert found.reason == "pairwise_has_no_p"


def test_expert_without_any_rating_is_not_in_the_table() -> None:
    table = np.array([[1, 2, 3.0], [1, 3, 2], [2, 3, 1]])
    empty = np.full((5, 3), NAN)
    assert kendall_w(np.vstack([table, empty])) == kendall_w(table)


def one_pair_at_a_time(table: np.ndarray) -> float:
    total = weights = 0.0
    for a, b in itertools.combinations(table, 2):
        both = ~np.isnan(a) & ~np.isnan(b)
        n = int(both.sum())
        x, y = a[both], b[both]
        defined = n > 1 and len(set(x)) > 1 and len(set(y)) > 1
        total += (n - 1) * spearmanr(x, y).statistic if defined else 0.0
        weights += max(0, n - 1)
    q = (~np.isnan(table)).sum() / table.shape[1]
    return (1 + total / weights * (q - 1)) / q


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("block", [1, 4_000_000])
def test_pairwise_w_equals_one_pair_at_a_time(seed: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairwise_concordance, "BLOCK_CELLS", block)
    rng = np.random.RandomState(seed)
    table = rng.randint(1, 6, size=(6, 7)).astype(float)
    table[rng.uniform(size=table.shape) < 0.3] = NAN
    found = kendall_w(table, policy=WMethod.PAIRWISE)
    assert found.w == pytest.approx(one_pair_at_a_time(table), abs=1e-12)


def test_pairwise_w_has_the_same_bits_in_any_order_of_experts() -> None:
    table = np.array([[NAN, NAN, 1, 1], [NAN, 1, 1, 2], [NAN, 1, 2, 3], [NAN, 2, NAN, 1], [NAN, 1, 1, 2], [3, 1, 2, 2]])
    found = {kendall_w(table[list(order)], policy=WMethod.PAIRWISE).w for order in itertools.permutations(range(6))}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[1.0, 2.0]], "fewer_than_two_experts"),
        ([[1.0], [2.0]], "fewer_than_two_items"),
        ([[1.0, NAN], [NAN, 2.0]], "no_common_items"),
        ([[1.0, 1.0, NAN], [2.0, 2.0, 5.0]], "no_variance"),
    ],
)
def test_pairwise_w_says_why_it_is_undefined(table, reason: str) -> None:
    found = kendall_w(table, policy=WMethod.PAIRWISE)
    assert (found.w, found.reason) == (None, reason)


def test_pairwise_w_gives_up_on_thousands_of_experts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairwise_concordance, "MAX_EXPERTS", 2)
    found = kendall_w([[1.0, 2.0], [2.0, 1.0], [1.0, NAN]], policy=WMethod.PAIRWISE)
    assert found.reason == "panel_too_large_for_pairs"


def test_small_known_table_keeps_its_value() -> None:
    # Siegel & Castellan 1988, section 9.2: three executives rank six applicants, W = 0.16.
    table = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
    assert kendall_w(table).w == pytest.approx(0.162, abs=0.001)
