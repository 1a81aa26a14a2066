"""Limits of medians: reference values, coverage by enumeration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.median_interval import median_intervals
from analysis.types import Ratings, Scale


def test_median_intervals_equal_the_reference(cases: dict[str, Any]) -> None:
    compared = 0
    for name, expected in cases["golden_resampling"]["median_ci_binomial"].items():
        matrix, item = name[:-1].split("[")
        if matrix not in cases["matrices"]:
            continue
        case = cases["matrices"][matrix]
        row = np.array([[np.nan if x is None else x] for x in case["ratings"][int(item)]], dtype=float)
        scale = Scale(*case["scale"])
        (found,) = median_intervals(Ratings.from_matrix(row, scale).counts, lower=scale.lower)
        assert found is not None
        assert (found.low, found.high, found.attained) == (expected["lo"], expected["hi"], expected["attained"])
        assert found.coverage == pytest.approx(expected["coverage"], abs=1e-12)
        if expected["attained"]:
            assert found.rank == expected["rank"]
        compared += 1
    assert compared == 19


@pytest.mark.parametrize(
    ("n", "rank", "coverage", "attained"),
    [(2, 1, 0.5, False), (5, 1, 0.9375, False), (6, 1, 0.96875, True), (9, 2, 0.9609375, True)],
)
def test_rank_and_coverage(n: int, rank: int, coverage: float, attained: bool) -> None:
    (found,) = median_intervals(np.array([[n, 0, 0]]), lower=1)
    assert found is not None
    assert (found.rank, found.coverage, found.attained) == (rank, coverage, attained)


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_person_have_no_interval(n: int) -> None:
    assert median_intervals(np.array([[0, 0, n, 0, 0]]), lower=1) == (None,)
