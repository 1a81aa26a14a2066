"""Paired tests: R coin, enumeration of sign flips, and package traps."""

from __future__ import annotations

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
    change_counts,
    mcnemar,
    pair_tables,
    signed_rank_sums,
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


def test_array_form_has_the_same_normal_p() -> None:
    rng = np.random.RandomState(4)
    changes = np.concatenate([from_changes(rng.randint(-3, 5, size=size).tolist()) for size in (0, 6, 30, 200)])
    for zeros in Zeros:
        found = signed_rank_sums(changes, zeros=zeros).p_normal().tolist()
        assert found == pytest.approx([one.p_normal for one in wilcoxon_signed_rank(changes, zeros=zeros)], abs=1e-12)


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
