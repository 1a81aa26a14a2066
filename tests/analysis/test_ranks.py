"""Doubled average ranks against SciPy, on both ways of computing them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from analysis.ranks import doubled_ranks

tables = st.integers(1, 7).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 6), min_size=k, max_size=k), min_size=1, max_size=5)
)


def check(table: np.ndarray) -> None:
    ranks, ties = doubled_ranks(table)
    assert ranks.tolist() == (2 * rankdata(table, axis=1)).tolist()
    for row, tie in zip(table, ties, strict=True):
        _, sizes = np.unique(row, return_counts=True)
        assert tie == (sizes**3 - sizes).sum()


@given(tables)
def test_integer_ranks_equal_scipy(rows: list[list[int]]) -> None:
    check(np.array(rows))


@given(tables)
def test_ranks_of_fractions_equal_scipy(rows: list[list[int]]) -> None:
    check(np.array(rows) / 7)


@pytest.mark.parametrize("kind", ["wide integers", "fractions"])
def test_ranks_of_many_different_values_equal_scipy(kind: str) -> None:
    rng = np.random.RandomState(7)
    table = rng.randint(0, 100_000, size=(40, 5)) if kind == "wide integers" else rng.normal(size=(40, 5))
    table[:, 1] = table[:, 3]
    check(table)
