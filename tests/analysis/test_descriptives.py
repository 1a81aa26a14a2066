"""Descriptives against Python's own statistics module, and what is undefined and why."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.descriptives import describe, is_high_dont_know
from analysis.types import Ratings, Scale

FIVE = Scale(1, 5)


def described(values: list[int], scale: Scale = FIVE):
    matrix = np.array(values, dtype=float).reshape(-1, 1)
    return describe(Ratings.from_matrix(matrix, scale).counts, scale=scale)[0]


@given(st.lists(st.integers(1, 9), min_size=2, max_size=25))
def test_moments_are_those_of_the_standard_library(values: list[int]) -> None:
    one = described(values, Scale(1, 9))
    median = statistics.median(values)
    assert one.mean == pytest.approx(statistics.fmean(values), rel=1e-15)
    assert one.sd == pytest.approx(statistics.stdev(values), abs=1e-12)
    assert one.median == median
    assert one.mad == statistics.median([abs(x - median) for x in values])
    assert one.mean_abs_dev_median == pytest.approx(statistics.fmean(abs(x - median) for x in values))
    assert one.mode == tuple(sorted(statistics.multimode(values)))
    assert (one.minimum, one.maximum, one.range) == (min(values), max(values), max(values) - min(values))
    assert one.reason is None


def test_uniform_ratings_have_the_largest_entropy() -> None:
    one = described([1, 2, 3, 4, 5])
    assert one.entropy == pytest.approx(math.log(5))
    assert one.multimodal_tie
    assert one.single_mode is None
    assert one.modal_share == 0.2


def test_unanimous_panel_has_no_spread() -> None:
    one = described([4, 4, 4, 4])
    assert (one.sd, one.cv, one.iqr, one.mad, one.entropy, one.range) == (0, 0, 0, 0, 0, 0)
    assert math.copysign(1, one.entropy or 0.0) == 1
    assert (one.single_mode, one.modal_share) == (4, 1.0)


def test_one_rating_is_its_own_centre() -> None:
    one = described([3])
    assert (one.mean, one.median, one.q1, one.q3, one.iqr, one.mad) == (3, 3, 3, 3, 0, 0)
    assert (one.sd, one.cv, one.reason) == (None, None, "one_rating")


def test_two_ratings_have_a_deviation() -> None:
    one = described([2, 5])
    assert (one.median, one.sd, one.mad) == (3.5, pytest.approx(math.sqrt(4.5)), 1.5)


def test_nobody_has_no_statistics() -> None:
    one = described([])
    assert (one.n, one.frequency, one.mode, one.reason) == (0, (0, 0, 0, 0, 0), (), "no_ratings")
    fields = ("mean", "sd", "cv", "median", "q1", "q3", "iqr", "modal_share", "mad", "mad_normal", "entropy")
    assert all(getattr(one, field) is None for field in (*fields, "minimum", "maximum", "range"))
    assert one.single_mode is None


def test_coefficient_of_variation_needs_a_positive_mean() -> None:
    assert described([0, 0, 0], Scale(0, 4)).cv is None
    assert described([0, 2], Scale(0, 4)).cv == pytest.approx(math.sqrt(2))


def test_r_scales_the_mad() -> None:
    one = described([1, 2, 3, 4, 5])
    assert (one.mad, one.mad_normal) == (1, 1.4826)


@pytest.mark.parametrize(("n_dont_know", "high"), [(2, False), (3, True)])
def test_dont_know_is_flagged_above_a_fifth(n_dont_know: int, high: bool) -> None:
    assert is_high_dont_know(n_dont_know=n_dont_know, n_returned=10) is high
