"""Numbers typed freely, without a scale: years, amounts, probabilities, points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.quantiles import quantile_positions
from analysis.types import Quantile


@dataclass(frozen=True, slots=True)
class FreeNumbers:
    """Location and spread of n numbers, in their own unit."""

    n: int
    median: float
    q1: float
    q3: float
    lowest: float
    highest: float
    mean: float


def describe_numbers(values: Sequence[float], *, method: Quantile = Quantile.LINEAR) -> FreeNumbers | None:
    """Median, quartiles, range and mean of `values`; None where there are none.

    values : any order, any unit; method : formula of the quartiles, see `analysis.quantiles`
    Errors: ValueError for a value that is not finite.
    Source: Hyndman & Fan 1996, Am Stat 50:361-365. Checked against numpy.quantile (linear, weibull,
    averaged_inverted_cdf).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    if not np.isfinite(ordered).all():
        raise ValueError(f"values must be finite, got {ordered[~np.isfinite(ordered)][0]}")
    if not ordered.size:
        return None
    size = np.array([ordered.size])
    q1, median, q3 = (
        float((ordered[low] + (ordered[high] - ordered[low]) * weight)[0])
        for low, high, weight in (quantile_positions(size, percent=percent, method=method) for percent in (25, 50, 75))
    )
    return FreeNumbers(
        n=int(ordered.size),
        median=median,
        q1=q1,
        q3=q3,
        lowest=float(ordered[0]),
        highest=float(ordered[-1]),
        mean=float(ordered.mean()),
    )
