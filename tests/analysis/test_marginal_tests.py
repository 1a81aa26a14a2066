"""Tests of changed distributions: R coin, DescTools and irr where they are right, enumeration, and package traps."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from analysis.chi_squared import chi_squared_tail
from analysis.marginal_tests import bhapkar, pearson_chi2, stuart_maxwell
from analysis.paired_tests import PMethod, pair_tables
from tests.analysis.test_paired_tests import NAMES, rounds_of


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


@pytest.mark.parametrize("df", [1, 2, 5, 8, 39, 161, 1000])
def test_chi_squared_tail_is_that_of_scipy(df: int) -> None:
    from scipy.special import chdtrc

    for chi2 in (0.0, 1e-9, 0.1, df * 0.5, float(df), df * 1.5, df * 4.0, 1e6):
        assert chi_squared_tail(chi2, df=df) == pytest.approx(float(chdtrc(df, chi2)), abs=1e-12)
