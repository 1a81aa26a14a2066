"""Dispersion indices: printed values of their authors and packages, limits, and full-scale thinking."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.dispersion import berry_mielke_iov, blair_lacy_l2, consensus_cns, leik_d, van_der_eijk_a
from analysis.types import Scale

counts_5 = st.lists(st.integers(0, 12), min_size=5, max_size=5).filter(any)


def array(*rows: list[int]):
    return np.array(rows, dtype=np.int64)


def one_by_one_a(frequency: list[int]) -> float:
    """Van der Eijk's algorithm with its triples counted one by one."""
    left, k, n, total = list(frequency), len(frequency), sum(frequency), 0.0
    while any(left):
        pattern = [int(f > 0) for f in left]
        height = min(f for f in left if f > 0)
        size = sum(pattern)
        triples = [(pattern[i], pattern[j], pattern[m]) for i, j, m in itertools.combinations(range(k), 3)]
        tu = triples.count((1, 1, 0)) + triples.count((0, 1, 1))
        tdu = triples.count((1, 0, 1))
        u = ((k - 2) * tu - (k - 1) * tdu) / ((k - 2) * (tu + tdu)) if tu + tdu else 0.0
        value = 1.0 if size == 1 else 0.0 if size == k else u * (1 - (size - 1) / (k - 1))
        total += height * size / n * value
        left = [f - height * p for f, p in zip(left, pattern, strict=True)]
    return total


@given(counts_5)
def test_van_der_eijk_equals_counting_triples_one_by_one(frequency: list[int]) -> None:
    assert van_der_eijk_a(array(frequency))[0] == pytest.approx(one_by_one_a(frequency), abs=1e-12)


@pytest.mark.parametrize(
    ("frequency", "a", "cns", "leik"),
    [([0, 0, 7, 0, 0], 1, 1, 0), ([3, 3, 3, 3, 3], 0, None, 0.6), ([4, 0, 0, 0, 4], -1, 0, 1)],
)
def test_limits_are_reached(frequency: list[int], a: float, cns: float | None, leik: float) -> None:
    counts = array(frequency)
    assert van_der_eijk_a(counts) == (a,)
    assert leik_d(counts)[0] == pytest.approx(leik)
    if cns is not None:
        assert consensus_cns(counts, scale=Scale(1, 5))[0] == pytest.approx(cns)


def test_cns_has_the_value_of_the_agrmt_manual() -> None:
    # R agrmt manual, consensus(): 30, 40, 210, 130, 530, 50, 10
    found = consensus_cns(array([30, 40, 210, 130, 530, 50, 10]), scale=Scale(1, 7))
    assert found[0] == pytest.approx(0.7256876, abs=5e-8)


def test_blair_lacy_and_berry_mielke_have_their_limits() -> None:
    counts = array([0, 5, 0, 0, 0], [4, 0, 0, 0, 4], [3, 0, 0, 0, 2])
    assert blair_lacy_l2(counts) == pytest.approx((1, 0, 0.04))
    assert berry_mielke_iov(counts) == pytest.approx((0, 1, 1))


def test_nobody_and_one_rating() -> None:
    counts = array([0, 0, 0, 0, 0], [0, 1, 0, 0, 0])
    assert van_der_eijk_a(counts) == (None, 1)
    assert consensus_cns(counts, scale=Scale(1, 5)) == (None, 1)
    assert leik_d(counts) == (None, 0)
    assert blair_lacy_l2(counts) == (None, 1)
    assert berry_mielke_iov(counts) == (None, None)


def test_van_der_eijk_needs_three_points() -> None:
    assert van_der_eijk_a(array([3, 1])) == (None,)


@given(counts_5)
def test_indices_do_not_care_which_end_is_up(frequency: list[int]) -> None:
    counts, mirrored = array(frequency), array(frequency[::-1])
    scale = Scale(1, 5)
    for index in (van_der_eijk_a, leik_d, blair_lacy_l2, berry_mielke_iov):
        first, second = index(counts)[0], index(mirrored)[0]
        assert (first is None) == (second is None)
        assert first is None or math.isclose(first, second or 0.0, abs_tol=1e-12)
    assert consensus_cns(counts, scale=scale)[0] == pytest.approx(consensus_cns(mirrored, scale=scale)[0])


@given(counts_5, st.integers(2, 4))
def test_duplicating_the_panel_changes_no_index(frequency: list[int], times: int) -> None:
    counts, more = array(frequency), array(frequency) * times
    assert van_der_eijk_a(more)[0] == pytest.approx(van_der_eijk_a(counts)[0])
    assert consensus_cns(more, scale=Scale(1, 5))[0] == pytest.approx(consensus_cns(counts, scale=Scale(1, 5))[0])
    assert leik_d(more)[0] == pytest.approx(leik_d(counts)[0])


def test_points_nobody_chose_count() -> None:
    # Two adjacent points look split on a 2-point scale and close on a 9-point one.
    assert consensus_cns(array([5, 5]), scale=Scale(1, 2))[0] == pytest.approx(0)
    assert (consensus_cns(array([0, 0, 0, 0, 5, 5, 0, 0, 0]), scale=Scale(1, 9))[0] or 0) > 0.9
