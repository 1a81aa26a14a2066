"""Group tests: R and coin on the reference groups, enumeration of small panels, SciPy on random ones."""

from __future__ import annotations

from itertools import combinations, product
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kruskal, mannwhitneyu

from analysis.group_tests import dunn, fisher_exact, kruskal_wallis, mann_whitney

NAMES = ["G01", "G02"]


def counts_of(ratings: list[int], points: int = 9) -> np.ndarray:
    return np.bincount(np.array(ratings, dtype=np.int64) - 1, minlength=points)


def stacked(case: dict[str, Any]) -> np.ndarray:
    """Histograms (groups, 1, K)."""
    return np.stack([counts_of(ratings)[None] for ratings in case["groups"].values()])


@pytest.mark.parametrize("name", NAMES)
def test_kruskal_wallis_equals_r(cases: dict[str, Any], name: str) -> None:
    expected = cases["groups"][name]["expected_R"]
    (found,) = kruskal_wallis(stacked(cases["groups"][name]))
    assert found.h == pytest.approx(expected["kruskal"]["H"], abs=1e-9)
    assert found.df == expected["kruskal"]["df"]
    assert found.p == pytest.approx(expected["kruskal"]["p"], abs=1e-7)
    assert found.epsilon2 == pytest.approx(expected["epsilon2"], abs=1e-9)
    assert found.eta2_h == pytest.approx(expected["eta2_H"], abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_fisher_equals_r(cases: dict[str, Any], name: str) -> None:
    groups = cases["groups"][name]["groups"].values()
    inside = [sum(rating >= 7 for rating in ratings) for ratings in groups]
    found = fisher_exact(inside, [len(ratings) for ratings in groups])
    assert found == pytest.approx(cases["groups"][name]["expected_R"]["fisher"]["p"], abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_dunn_equals_rstatix(cases: dict[str, Any], name: str) -> None:
    expected = cases["groups"][name]["expected_R"]["dunn_holm"]
    found = dunn(stacked(cases["groups"][name])[:, 0])
    assert [one.z for one in found] == pytest.approx(np.atleast_1d(expected["z"]).tolist(), abs=1e-9)
    assert [one.p for one in found] == pytest.approx(np.atleast_1d(expected["p"]).tolist(), abs=1e-7)
    assert [one.p_adjusted for one in found] == pytest.approx(np.atleast_1d(expected["p_adj"]).tolist(), abs=1e-7)


def test_mann_whitney_equals_coin(cases: dict[str, Any]) -> None:
    case = cases["groups"]["G01"]
    (found,) = mann_whitney(*stacked(case))
    assert found.is_exact
    assert found.u == case["expected_R"]["wilcox_cc"]["W"]
    assert found.p == pytest.approx(case["expected_R"]["coin_exact"]["p"], abs=1e-7)
    assert found.delta == pytest.approx(case["expected_R"]["cliffs_delta"], abs=1e-9)


def test_mann_whitney_counts_ties_unlike_scipy(cases: dict[str, Any]) -> None:
    case = cases["extra_tests"]["mannwhitney_ties"]
    (found,) = mann_whitney(counts_of(case["x"])[None], counts_of(case["y"])[None])
    assert found.p == pytest.approx(case["spec"], abs=1e-12)
    assert found.p != pytest.approx(case["scipy_1.17.1_exact_ignores_ties"])


def split_p(first: list[int], second: list[int]) -> float:
    pooled = first + second

    def distance(chosen: tuple[int, ...]) -> float:
        rest = [pooled[i] for i in range(len(pooled)) if i not in chosen]
        return abs(sum(np.sign(pooled[i] - y) for i in chosen for y in rest))

    observed = distance(tuple(range(len(first))))
    splits = list(combinations(range(len(pooled)), len(first)))
    return sum(distance(chosen) >= observed for chosen in splits) / len(splits)


small_groups = st.lists(st.integers(1, 5), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(small_groups, small_groups)
def test_mann_whitney_equals_all_splits(first: list[int], second: list[int]) -> None:
    (found,) = mann_whitney(counts_of(first, 5)[None], counts_of(second, 5)[None])
    assert found.p == pytest.approx(split_p(first, second), abs=1e-12)


def test_mann_whitney_of_many_is_normal_with_continuity() -> None:
    rng = np.random.RandomState(2)
    x, y = rng.randint(1, 8, size=15), rng.randint(2, 10, size=14)
    (found,) = mann_whitney(counts_of(x.tolist())[None], counts_of(y.tolist())[None])
    expected = mannwhitneyu(x, y, method="asymptotic", use_continuity=True)
    assert not found.is_exact
    assert found.u == expected.statistic
    assert found.p == pytest.approx(float(expected.pvalue), abs=1e-12)


def test_mann_whitney_exactly_in_the_middle_is_no_evidence() -> None:
    x = [1, 9] * 8
    (found,) = mann_whitney(counts_of(x)[None], counts_of(x)[None])
    assert (found.p, found.delta) == (1.0, 0.0)


def test_mann_whitney_without_variance_or_ratings() -> None:
    same, none = counts_of([5, 5])[None], counts_of([])[None]
    (equal,), (empty,) = mann_whitney(same, same), mann_whitney(same, none)
    assert (equal.u, equal.p, equal.delta) == (2.0, 1.0, 0.0)
    assert (empty.u, empty.p, empty.delta) == (None, None, None)


def test_kruskal_wallis_of_many_items_equals_scipy() -> None:
    rng = np.random.RandomState(8)
    ratings = [rng.randint(1, 10, size=(size, 30)) for size in (7, 5, 9)]
    counts = np.stack([np.stack([counts_of(column.tolist()) for column in group.T]) for group in ratings])
    found = kruskal_wallis(counts)
    for item, one in enumerate(found):
        expected = kruskal(*[group[:, item] for group in ratings])
        assert one.h == pytest.approx(float(expected.statistic), abs=1e-9)
        assert one.p == pytest.approx(float(expected.pvalue), abs=1e-9)


def test_kruskal_wallis_needs_two_groups_and_variance() -> None:
    item = counts_of([5, 5, 5])
    (alone,) = kruskal_wallis(np.stack([item, counts_of([])])[:, None])
    (constant,) = kruskal_wallis(np.stack([item, item])[:, None])
    (nobody,) = kruskal_wallis(np.zeros((0, 1, 9), dtype=np.int64))
    assert [one.reason for one in (alone, constant, nobody)] == ["too_few_groups", "no_variance", "too_few_groups"]
    assert (constant.h, constant.p, constant.epsilon2, constant.df) == (None, None, None, None)


def test_kruskal_wallis_of_single_ratings_has_no_eta_squared() -> None:
    (found,) = kruskal_wallis(np.stack([counts_of([3]), counts_of([7])])[:, None])
    assert (found.h, found.eta2_h) == (pytest.approx(1.0), None)


def test_kruskal_wallis_leaves_out_groups_that_do_not_enter() -> None:
    counts = np.stack([counts_of([7, 8, 9]), counts_of([4, 5, 6]), counts_of([1, 1])])[:, None]
    enters = np.array([[True], [True], [False]])
    assert kruskal_wallis(counts, enters=enters) == kruskal_wallis(counts[:2])


def tables_p(inside: list[int], totals: list[int]) -> float:
    total = sum(inside)
    ways = {
        table: np.prod([comb(n, k) for n, k in zip(totals, table, strict=True)])
        for table in product(*[range(n + 1) for n in totals])
        if sum(table) == total
    }
    observed = ways[tuple(inside)]
    return float(sum(w for w in ways.values() if w <= observed * (1 + 1e-7)) / sum(ways.values()))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=2, max_size=3))
def test_fisher_equals_all_tables(groups: list[tuple[int, int]]) -> None:
    inside, totals = [min(pair) for pair in groups], [max(pair) for pair in groups]
    found = fisher_exact(inside, totals)
    if sum(n > 0 for n in totals) < 2:
        assert found is None
    else:
        assert found == pytest.approx(tables_p(inside, totals), abs=1e-12)


def test_fisher_limits() -> None:
    assert fisher_exact([1, 0], [5, 0]) is None
    assert fisher_exact([50] * 5, [100] * 5) is None
    with pytest.raises(ValueError, match="k is 6; allowed is 0 to 5"):
        fisher_exact([6, 1], [5, 5])


def test_dunn_needs_variance_and_two_groups() -> None:
    item = counts_of([5, 5, 5])
    assert dunn(np.stack([item, item])) == ()
    assert dunn(np.stack([counts_of([1, 9]), counts_of([])])) == ()
    assert [
        (one.first, one.second) for one in dunn(np.stack([counts_of([1, 2]), counts_of([]), counts_of([8, 9])]))
    ] == [(0, 2)]
