"""Optional intervals for IQR, agreement A, consensus Cns and Kendall's W: experts are resampled, never counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.dispersion import consensus_array, van_der_eijk_array
from analysis.histogram import IntArray
from analysis.quantiles import quartile_arrays
from analysis.ranks import doubled_ranks
from analysis.resampling import REPLICATES, draw_experts
from analysis.types import DEFAULT_SEED, Quantile, Ratings

FloatArray = npt.NDArray[np.float64]

MIN_RATINGS = 2
TAIL = 0.025
_CELLS_AT_ONCE = 6_000_000


@dataclass(frozen=True, slots=True)
class BootstrapInterval:
    """95 % percentile limits; n_defined : replicates in which the statistic exists, the others are left out."""

    low: float
    high: float
    n_defined: int


@dataclass(frozen=True, slots=True)
class ItemIntervals:
    """Intervals of one item; all None with fewer than two ratings, A also on scales of two points.

    iqr is in scale points, the others have no unit.
    """

    iqr: BootstrapInterval | None
    van_der_eijk_a: BootstrapInterval | None
    consensus_cns: BootstrapInterval | None


def bootstrap_intervals(
    ratings: Ratings,
    *,
    quantile: Quantile = Quantile.LINEAR,
    seed: int = DEFAULT_SEED,
    replicates: int = REPLICATES,
) -> tuple[ItemIntervals, ...]:
    """Percentile bootstrap of IQR, A and Cns of every item.

    Parameters
    ----------
    ratings : one criterion, one panel
    quantile : how the quartiles are computed
    seed, replicates : of RandomState(seed).randint(0, experts, (replicates, experts)); one draw serves all items

    Returns
    -------
    one ItemIntervals an item, limits at the order statistics ceil(2.5 %) and ceil(97.5 %) (inverted CDF). With five
    experts such intervals are too narrow: they describe the ratings at hand, not people who were never asked.

    Errors: none. Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap.
    """
    m, points = ratings.n_experts, ratings.scale.points
    if m < MIN_RATINGS:
        return (ItemIntervals(iqr=None, van_der_eijk_a=None, consensus_cns=None),) * ratings.n_items
    weights = draw_experts(n_experts=m, replicates=replicates, seed=seed).astype(np.float32)
    level = np.where(ratings.rated, ratings.values - ratings.scale.lower, points)
    enough = ratings.n_rated >= MIN_RATINGS
    found: list[ItemIntervals] = []
    block = max(1, _CELLS_AT_ONCE // (replicates * points))
    for start in range(0, ratings.n_items, block):
        marks = (level[:, start : start + block, None] == np.arange(points)).astype(np.float32)
        counts = (weights @ marks.reshape(m, -1)).astype(np.int64).reshape(-1, points)
        first, third = quartile_arrays(counts, lower=ratings.scale.lower, method=quantile)
        columns = (third - first, van_der_eijk_array(counts), consensus_array(counts, scale=ratings.scale))
        limits = [_limits(column.reshape(replicates, -1)) for column in columns]
        for iqr, a, cns, rated in zip(*limits, enough[start : start + block].tolist(), strict=True):
            known = (iqr, a, cns) if rated else (None, None, None)
            found.append(ItemIntervals(iqr=known[0], van_der_eijk_a=known[1], consensus_cns=known[2]))
    return tuple(found)


def bootstrap_w(
    ratings: Ratings, *, seed: int = DEFAULT_SEED, replicates: int = REPLICATES
) -> BootstrapInterval | None:
    """Percentile bootstrap of Kendall's W, corrected for ties, over the experts who rated every item.

    None with fewer than two such experts or two items, or when nobody tells any two items apart. Drawing one expert
    twice looks like agreement, so the interval lies too high in small panels: read it beside the permutation p.
    Errors: none. Source: Efron & Tibshirani 1993; W as in `analysis.concordance`.
    """
    complete = ratings.values[ratings.rated.all(axis=1)]
    m, k = complete.shape
    if min(m, k) < MIN_RATINGS:
        return None
    ranks, ties = doubled_ranks(complete)
    times = draw_experts(n_experts=m, replicates=replicates, seed=seed)
    deviations = times @ (ranks - (k + 1))
    denominator = m * m * (k**3 - k) - m * (times @ ties)
    # Twice the ranks: 4 S in the numerator, as in `analysis.concordance`.
    numerator: IntArray = 3 * (deviations * deviations).sum(axis=1)
    w = np.where(denominator > 0, numerator / np.maximum(denominator, 1), np.nan)
    return _limits(w[:, None])[0]


def _limits(replicates: FloatArray) -> list[BootstrapInterval | None]:
    """Limits of every column, float64 (replicates, items) with NaN where undefined."""
    ordered = np.sort(replicates, axis=0)
    defined = np.count_nonzero(~np.isnan(ordered), axis=0)
    places = [np.maximum(np.ceil(tail * defined - 1e-9).astype(np.int64), 1) - 1 for tail in (TAIL, 1 - TAIL)]
    low, high = (np.take_along_axis(ordered, place[None], axis=0)[0].tolist() for place in places)
    return [
        BootstrapInterval(low=a, high=b, n_defined=n) if n else None
        for a, b, n in zip(low, high, defined.tolist(), strict=True)
    ]
