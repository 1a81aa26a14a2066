"""Friedman's test, its post hoc comparisons, and adjusted p-values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control, friedmanchisquare

from analysis.friedman import friedman
from analysis.multiplicity import benjamini_hochberg, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def matrix_of(case: dict[str, Any]) -> np.ndarray:
    return np.array([[np.nan if x is None else x for x in row] for row in case["ratings"]], dtype=float).T


def test_post_hoc_comparisons_match_scikit_posthocs(cases: dict[str, Any]) -> None:
    compared = 0
    for name, case in cases["matrices"].items():
        expected = case["expected_py"]
        found = friedman(matrix_of(case))
        if found.nemenyi is not None and "posthoc_nemenyi_friedman" in expected:
            assert np.allclose(found.nemenyi, expected["posthoc_nemenyi_friedman"], atol=1e-9), name
            compared += 1
        if found.conover is not None and "posthoc_conover_friedman_holm" in expected:
            assert np.allclose(found.conover, expected["posthoc_conover_friedman_holm"], atol=1e-9), name
            compared += 1
    assert compared >= 10


def test_perfect_concordance_has_no_conover_where_the_package_prints_zero(cases: dict[str, Any]) -> None:
    found = friedman(matrix_of(cases["matrices"]["M06_perfect_varied"]))
    assert (found.conover, found.conover_reason, found.reason) == (None, "no_error_variance", None)


def test_adjusted_p_values_match_r(cases: dict[str, Any]) -> None:
    expected = cases["padjust"]
    assert holm(expected["p"]) == pytest.approx(expected["holm"], abs=1e-9)
    assert benjamini_hochberg(expected["p"]) == pytest.approx(expected["BH"], abs=1e-9)


def test_test_statistic_is_scipys() -> None:
    table = np.random.RandomState(8).randint(1, 6, size=(9, 4)).astype(float)
    chi2, p = friedmanchisquare(*table.T)
    found = friedman(np.vstack([table, [1, np.nan, 3, 4]]))
    assert (found.chi2, found.p) == (pytest.approx(chi2), pytest.approx(p))
    assert (found.df, found.m_used) == (3, 9)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[1.0, 2.0]], "fewer_than_two_experts"),
        ([[1.0], [2.0]], "fewer_than_two_items"),
        ([[5.0, 5.0], [5.0, 5.0]], "no_variance"),
    ],
)
def test_undefined_tests_say_why(table: list[list[float]], reason: str) -> None:
    found = friedman(table)
    assert (found.chi2, found.p, found.nemenyi, found.conover) == (None, None, None, None)
    assert (found.reason, found.conover_reason) == (reason, reason)


@given(p_values)
def test_screening_is_scipys_and_never_stricter_than_holm(values: list[float]) -> None:
    screened, strict = benjamini_hochberg(values), holm(values)
    assert screened == pytest.approx(false_discovery_control(values), abs=1e-12)
    assert all(p <= a + 1e-12 <= b + 2e-12 <= 1 + 2e-12 for p, a, b in zip(values, screened, strict, strict=True))


def test_missing_tests_do_not_count() -> None:
    assert list(holm([0.01, None, 0.04])) == [0.02, None, 0.04]
    assert list(benjamini_hochberg([None, 0.03])) == [None, 0.03]
    assert list(holm([])) == []
