"""The integer quantiles against their definition on single samples, and the last digit that floats get wrong."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.histogram import IntArray
from analysis.quantiles import doubled_medians, order_statistic, quantile_array, quantiles, quartile_arrays
from analysis.types import Quantile

samples = st.lists(st.integers(1, 9), min_size=1, max_size=30)


def counts_of(*rows: Sequence[int], points: int = 9) -> IntArray:
    return np.array([[list(row).count(v) for v in range(1, points + 1)] for row in rows], dtype=np.int64)


def by_definition(values: Sequence[int], *, percent: int, method: Quantile) -> Fraction:
    """Hyndman and Fan's types 7, 6 and 2 and Tukey's hinges on one sorted sample, in fractions."""
    x, n = sorted(values), len(values)
    if method is Quantile.AVERAGED_INVERTED_CDF:
        place = Fraction(n * percent, 100)
        if place.denominator == 1:
            return Fraction(x[max(int(place) - 1, 0)] + x[min(int(place), n - 1)], 2)
        return Fraction(x[int(place)])
    if method is Quantile.TUKEY_HINGES and percent != 50:
        half = x[: (n + 1) // 2] if percent == 25 else x[n // 2 :]
        return by_definition(half, percent=50, method=Quantile.LINEAR)
    place = Fraction((n - 1) * percent, 100)
    if method is Quantile.WEIBULL:
        place = min(max(Fraction((n + 1) * percent, 100), Fraction(1)), Fraction(n)) - 1
    low = int(place)
    high = min(low + 1, n - 1)
    return x[low] + (x[high] - x[low]) * (place - low)


@given(samples, st.sampled_from(list(Quantile)), st.sampled_from((25, 50, 75)))
def test_quartiles_follow_their_definition(values: list[int], method: Quantile, percent: int) -> None:
    got = quantiles(counts_of(values), lower=1, percent=percent, method=method)[0]
    assert got == float(by_definition(values, percent=percent, method=method))


@given(samples, st.sampled_from([m for m in Quantile if m is not Quantile.TUKEY_HINGES]), st.integers(0, 100))
def test_any_percentile_follows_its_definition(values: list[int], method: Quantile, percent: int) -> None:
    got = quantiles(counts_of(values), lower=1, percent=percent, method=method)[0]
    assert got == pytest.approx(float(by_definition(values, percent=percent, method=method)), abs=1e-12)


@given(st.lists(samples, min_size=1, max_size=5), st.sampled_from(list(Quantile)))
def test_items_do_not_disturb_each_other(rows: list[list[int]], method: Quantile) -> None:
    together = quartile_arrays(counts_of(*rows), lower=1, method=method)
    for i, row in enumerate(rows):
        alone = quartile_arrays(counts_of(row), lower=1, method=method)
        assert [q[i] for q in together] == [q[0] for q in alone]


def test_thirtieth_percentile_has_no_float_noise() -> None:
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert float(np.quantile(values, 0.3)) != 3.7
    assert quantiles(counts_of(values), lower=1, percent=30, method=Quantile.LINEAR) == (3.7,)


def test_methods_differ_on_ten_ratings() -> None:
    counts = counts_of([6, 6, 7, 7, 7, 8, 8, 9, 9, 9])
    spreads = {
        method: float(np.subtract(*quartile_arrays(counts, lower=1, method=method)[::-1])[0]) for method in Quantile
    }
    assert spreads == {
        Quantile.LINEAR: 1.75,
        Quantile.WEIBULL: 2.25,
        Quantile.AVERAGED_INVERTED_CDF: 2.0,
        Quantile.TUKEY_HINGES: 2.0,
    }


@pytest.mark.parametrize("method", list(Quantile))
def test_nobody_and_one_rating(method: Quantile) -> None:
    assert quantiles(counts_of([], [4]), lower=1, percent=25, method=method) == (None, 4.0)


def test_medians_are_exact_halves() -> None:
    assert doubled_medians(counts_of([3, 4], [3, 4, 9]), lower=1).tolist() == [7, 8]


def test_order_statistic_reads_the_sorted_sample() -> None:
    cumulative = np.cumsum(counts_of([2, 5, 5]), axis=1)
    assert [order_statistic(cumulative, np.array([j]), lower=1)[0] for j in range(3)] == [2, 5, 5]


@pytest.mark.parametrize(
    ("percent", "method", "message"),
    [
        (101, Quantile.LINEAR, "percent is 101; allowed is 0 to 100"),
        (-1, Quantile.WEIBULL, "percent is -1; allowed is 0 to 100"),
        (30, Quantile.TUKEY_HINGES, "percent is 30; Tukey's hinges allow"),
    ],
)
def test_percent_outside_is_refused(percent: int, method: Quantile, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quantile_array(counts_of([1]), lower=1, percent=percent, method=method)
