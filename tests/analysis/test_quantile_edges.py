"""The ends of the quantile formulas that a mutation run found untested: 0 and 100 %, hinges, scales below zero."""

import numpy as np
import pytest

from analysis.consensus import judge
from analysis.histogram import IntArray
from analysis.quantiles import doubled_medians, order_statistic, quantile_positions, quantiles
from analysis.types import ConsensusRule, Quantile, Scale

INTERPOLATING = [Quantile.LINEAR, Quantile.WEIBULL, Quantile.AVERAGED_INVERTED_CDF]


def counted(*samples: list[int], lower: int = 1, points: int = 9) -> IntArray:
    return np.array([[sample.count(lower + at) for at in range(points)] for sample in samples], dtype=np.int64)


@pytest.mark.parametrize("method", INTERPOLATING)
def test_zero_and_a_hundred_per_cent_are_the_extremes(method: Quantile) -> None:
    counts = counted([3], [2, 7], [4, 4, 6, 8, 8])
    assert quantiles(counts, lower=1, percent=0, method=method) == (3, 2, 4)
    assert quantiles(counts, lower=1, percent=100, method=method) == (3, 7, 8)


@pytest.mark.parametrize("method", list(Quantile))
def test_every_method_has_the_same_median(method: Quantile) -> None:
    counts = counted([3], [2, 7], [1, 5, 9], [1, 2, 8, 9], [1, 1, 6, 7, 9], [1, 1, 2, 7, 9, 9])
    assert quantiles(counts, lower=1, percent=50, method=method) == (3, 4.5, 5, 5, 6, 4.5)


@pytest.mark.parametrize("method", list(Quantile))
def test_scales_below_zero_are_read_like_any_other(method: Quantile) -> None:
    high, low = [5, 6, 7, 7, 9], [-3, -2, -1, -1, 1]
    shifted = quantiles(counted(low, lower=-4), lower=-4, percent=25, method=method)
    (usual,) = quantiles(counted(high), lower=1, percent=25, method=method)
    assert usual is not None
    assert shifted == (usual - 8,)


@pytest.mark.parametrize("method", list(Quantile))
def test_positions_and_order_statistics_are_whole_numbers(method: Quantile) -> None:
    low, high, _ = quantile_positions(np.array([1, 5, 8]), percent=25, method=method)
    assert low.dtype.name == high.dtype.name == "int64"
    found = order_statistic(np.cumsum(counted([1, 2], [3, 4], [5, 6]), axis=1), np.array([0, 1, 1]), lower=1)
    assert (found.dtype.name, found.tolist()) == ("int64", [1, 4, 6])


def test_verdict_codes_are_one_byte_each_and_the_middle_is_counted_per_item() -> None:
    scale = Scale(lower=1, upper=9)
    judgement = judge(counted([9, 9, 9, 9, 4], [4, 5, 6, 6, 6]), rule=ConsensusRule.default_for(scale), scale=scale)
    assert judgement.codes.dtype.name == "int8"
    assert judgement.k_between.tolist() == [1, 5]


def test_order_statistics_of_a_scale_below_zero() -> None:
    cumulative = np.cumsum(counted([-3, 0, 3], lower=-3, points=7), axis=1)
    assert [order_statistic(cumulative, np.array([at]), lower=-3).tolist() for at in range(3)] == [[-3], [0], [3]]


@pytest.mark.parametrize("lower", [-7, 0, 2])
def test_scales_of_more_points_than_a_byte_holds(lower: int) -> None:
    """Positions are counted in bytes where they fit: 200 points and a median of two, and 400 points, do not."""
    for points in (200, 400):
        top = lower + points - 1
        counts = counted([top - 1, top], [lower, top], lower=lower, points=points)
        assert doubled_medians(counts, lower=lower).tolist() == [2 * top - 1, lower + top]
        assert quantiles(counts, lower=lower, percent=75, method=Quantile.LINEAR) == (
            top - 0.25,
            lower + 0.75 * (points - 1),
        )


@pytest.mark.parametrize("percent", [25, 50, 75, 90])
def test_large_panels_are_read_at_the_right_place(percent: int) -> None:
    ratings = np.sort(np.random.RandomState(3).randint(1, 1001, size=1237))
    counts = counted(ratings.tolist(), points=1000)
    expected = float(np.quantile(ratings, percent / 100))
    assert quantiles(counts, lower=1, percent=percent, method=Quantile.LINEAR) == (pytest.approx(expected, abs=1e-9),)
