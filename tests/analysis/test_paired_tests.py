"""Paired tests: R coin, exactRankTests, DescTools and irr where they are right, enumeration, and package traps."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, wilcoxon

from analysis.paired_tests import (
    PMethod,
    Zeros,
    bhapkar,
    change_counts,
    chi_squared_tail,
    mcnemar,
    pair_tables,
    pearson_chi2,
    stuart_maxwell,
    wilcoxon_signed_rank,
)
from analysis.types import Ratings, Scale

NAMES = ["P01", "P02", "P03", "P04", "P07"]


def rounds_of(case: dict[str, Any]) -> tuple[Ratings, Ratings]:
    scale = Scale(*case["scale"])
    before, after = (Ratings.from_matrix(np.array(case[name])[:, None], scale) for name in ("r1", "r2"))
    return before, after


def from_changes(changes: list[int], *, widest: int = 8) -> np.ndarray:
    return np.bincount(np.array(changes, dtype=np.int64) + widest, minlength=2 * widest + 1)[None]


@pytest.mark.parametrize("name", NAMES)
def test_wilcoxon_equals_coin(cases: dict[str, Any], name: str) -> None:
    case = cases["rounds"][name]
    for zeros, key in ((Zeros.WILCOX, "wsr_exact_wilcox"), (Zeros.PRATT, "wsr_exact_pratt")):
        expected = case["expected_py"][key]
        (found,) = wilcoxon_signed_rank(change_counts(*rounds_of(case)), zeros=zeros)
        assert found.n_changed == expected["n"]
        assert found.v == expected["V"]
        assert found.p == pytest.approx(expected["p"], abs=1e-7)
    coin = case["expected_R"]["coin_wsr_exact_Pratt"]
    asymptotic = case["expected_R"]["coin_wsr_asymp_Pratt"]
    if "error" not in coin:
        assert found.p == pytest.approx(coin["p"], abs=1e-7)
        assert found.p_normal == pytest.approx(asymptotic["p"], abs=1e-7)


def test_wilcoxon_with_ties_is_exact_unlike_older_scipy(cases: dict[str, Any]) -> None:
    case = cases["extra_tests"]["wilcoxon_ties_no_zeros"]
    (found,) = wilcoxon_signed_rank(from_changes(case["d"]))
    assert found.p == case["spec"] == 0.0625
    assert found.p != pytest.approx(case["scipy_1.12_auto"])
    assert found.method is PMethod.EXACT


def brute_force_p(changes: list[int], zeros: Zeros) -> float:
    kept = [d for d in changes if d or zeros is Zeros.PRATT]
    ranks = [rank for rank, d in zip(rankdata(np.abs(kept)), kept, strict=True) if d]
    signs = [d > 0 for d in kept if d]
    distance = abs(2 * sum(r for r, up in zip(ranks, signs, strict=True) if up) - sum(ranks))
    flips = [
        abs(2 * sum(r for r, up in zip(ranks, flip, strict=True) if up) - sum(ranks)) >= distance - 1e-9
        for flip in product((True, False), repeat=len(ranks))
    ]
    return sum(flips) / len(flips)


@given(st.lists(st.integers(-4, 4), max_size=9), st.sampled_from(Zeros))
def test_wilcoxon_equals_all_sign_flips(changes: list[int], zeros: Zeros) -> None:
    (found,) = wilcoxon_signed_rank(from_changes(changes), zeros=zeros)
    assert found.p == pytest.approx(brute_force_p(changes, zeros), abs=1e-12)


def test_wilcoxon_above_fifty_changes_is_normal_with_ties() -> None:
    changes = np.random.RandomState(3).randint(-3, 5, size=120)
    (found,) = wilcoxon_signed_rank(from_changes(changes.tolist()))
    expected = wilcoxon(changes[changes != 0], method="asymptotic", correction=False).pvalue
    assert found.method is PMethod.NORMAL
    assert found.p == found.p_normal == pytest.approx(float(expected), abs=1e-12)


@pytest.mark.parametrize(("n", "method"), [(50, PMethod.EXACT), (51, PMethod.NORMAL)])
def test_wilcoxon_is_exact_up_to_fifty_changes(n: int, method: PMethod) -> None:
    (found,) = wilcoxon_signed_rank(from_changes([1] * n))
    assert found.method is method
    assert found.effect == 1.0
    if method is PMethod.EXACT:
        assert found.p == 2.0**-49


def test_wilcoxon_of_an_unchanged_and_an_empty_item() -> None:
    for changes in ([0, 0, 0], []):
        (found,) = wilcoxon_signed_rank(from_changes(changes))
        assert (found.v, found.p, found.effect, found.method) == (0.0, 1.0, None, PMethod.NO_CHANGE)


def test_changes_count_only_experts_who_rated_both() -> None:
    scale = Scale(1, 3)
    before = Ratings.from_matrix([[1, np.nan], [2, 3]], scale)
    after = Ratings.from_matrix([[3, 1], [np.nan, 2]], scale)
    assert change_counts(before, after).tolist() == [[0, 0, 0, 0, 1], [0, 1, 0, 0, 0]]
    assert pair_tables(before, after).sum(axis=(1, 2)).tolist() == [1, 1]
    assert pair_tables(before, after)[0, 0, 2] == 1


def test_rounds_of_other_shape_or_scale_are_refused() -> None:
    one, two = Ratings.from_matrix([[1.0]], Scale(1, 5)), Ratings.from_matrix([[1.0, 2.0]], Scale(1, 5))
    with pytest.raises(ValueError, match=r"rounds have shapes \(1, 1\) and \(1, 2\)"):
        change_counts(one, two)
    with pytest.raises(ValueError, match="rounds have scales"):
        pair_tables(one, Ratings.from_matrix([[1.0]], Scale(1, 9)))


@pytest.mark.parametrize("name", NAMES)
def test_mcnemar_is_the_exact_binomial_test(cases: dict[str, Any], name: str) -> None:
    case = cases["rounds"][name]
    expected = case["expected_R"]["mcnemar"]
    lower, upper = case["scale"]
    (found,) = mcnemar(pair_tables(*rounds_of(case)), first=expected["thr"] - lower, last=upper - lower)
    assert (found.entered, found.left) == (expected["b"], expected["c"])
    assert found.p == pytest.approx(expected["p_exact"], abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_stuart_maxwell_equals_coin_and_its_exact_form(cases: dict[str, Any], name: str) -> None:
    case = cases["rounds"][name]
    found = stuart_maxwell(pair_tables(*rounds_of(case))[0])
    expected = case["expected_py"]["spec_stuart_maxwell"]
    exact = cases["golden_resampling"]["mh_signflip_exact"][name]
    assert found.chi2 == pytest.approx(expected["chi2"], abs=1e-9)
    assert found.df == expected["df"]
    assert found.p_chi2 == pytest.approx(expected["p"], abs=1e-7)
    assert found.p == pytest.approx(exact["p"], abs=1e-12)


def test_stuart_maxwell_does_not_repeat_package_errors(cases: dict[str, Any]) -> None:
    p01, p07 = cases["rounds"]["P01"], cases["rounds"]["P07"]
    assert p01["expected_R"]["DescTools_StuartMaxwell"]["df"] == 5
    assert stuart_maxwell(pair_tables(*rounds_of(p01))[0]).df == 4
    assert "error" in p07["expected_R"]["irr_stuart_maxwell"]
    assert stuart_maxwell(pair_tables(*rounds_of(p07))[0]).df == 4


def all_flips_p(table: np.ndarray) -> float:
    pairs = [(i, j) for i in range(len(table)) for j in range(len(table)) if i != j for _ in range(table[i, j])]
    chi2 = stuart_maxwell(table).chi2
    reached = 0
    for flip in product((False, True), repeat=len(pairs)):
        turned = np.diag(np.diag(table)).copy()
        for (i, j), turn in zip(pairs, flip, strict=True):
            turned[(j, i) if turn else (i, j)] += 1
        reached += stuart_maxwell(turned).chi2 >= chi2 - 1e-9
    return reached / 2 ** len(pairs)


@pytest.mark.parametrize("seed", range(6))
def test_stuart_maxwell_p_equals_all_sign_flips(seed: int) -> None:
    rng = np.random.RandomState(seed)
    table = np.zeros((4, 4), dtype=np.int64)
    for _ in range(7):
        table[rng.randint(4), rng.randint(4)] += 1
    assert stuart_maxwell(table).p == pytest.approx(all_flips_p(table), abs=1e-12)


def test_stuart_maxwell_of_more_than_twenty_changes_is_chi_squared() -> None:
    table = np.array([[0, 15, 2], [6, 0, 1], [1, 1, 9]])
    found = stuart_maxwell(table)
    assert found.method is PMethod.CHI_SQUARED
    assert found.p == found.p_chi2 == chi_squared_tail(found.chi2, df=2)


def test_bhapkar_equals_irr_where_that_runs(cases: dict[str, Any]) -> None:
    case = cases["rounds"]["P07"]
    found = bhapkar(pair_tables(*rounds_of(case))[0], min_n=0)
    assert found is not None
    assert found.chi2 == pytest.approx(case["expected_R"]["irr_bhapkar"]["chi2"], abs=1e-9)
    assert found.p == pytest.approx(case["expected_R"]["irr_bhapkar"]["p"], abs=1e-7)


def test_bhapkar_is_silent_where_it_misleads(cases: dict[str, Any]) -> None:
    small, exploding = cases["rounds"]["P07"], cases["rounds"]["P04"]
    assert bhapkar(pair_tables(*rounds_of(small))[0]) is None
    assert exploding["expected_py"]["statsmodels_bhapkar_full"]["chi2"] < 0
    assert bhapkar(pair_tables(*rounds_of(exploding))[0], min_n=0) is None


def test_bhapkar_of_unchanged_and_of_no_ratings() -> None:
    unchanged = bhapkar(np.diag([20, 20]))
    assert unchanged is not None
    assert (unchanged.chi2, unchanged.p, unchanged.method) == (0.0, 1.0, PMethod.NO_CHANGE)
    assert bhapkar(np.zeros((3, 3), dtype=np.int64), min_n=0) is None


@pytest.mark.parametrize("name", NAMES)
def test_pearson_chi2_of_two_rounds_equals_r(cases: dict[str, Any], name: str) -> None:
    case = cases["rounds"][name]
    table = pair_tables(*rounds_of(case))[0]
    found = pearson_chi2([table.sum(axis=1), table.sum(axis=0)])
    expected = case["expected_R"]["chisq_contingency"]
    assert found is not None
    assert (found.df, found.chi2) == (expected["df"], pytest.approx(expected["chi2"], abs=1e-9))
    assert found.p == pytest.approx(expected["p"], abs=1e-7)


def test_pearson_chi2_needs_two_rows_and_columns() -> None:
    assert pearson_chi2([[3, 0], [2, 0]]) is None
    assert pearson_chi2(np.zeros((3, 3))) is None


def test_chi_squared_tail_at_known_points() -> None:
    assert chi_squared_tail(5.0, df=0) == 1.0
    assert chi_squared_tail(2 * math.log(2), df=2) == pytest.approx(0.5, abs=1e-12)
