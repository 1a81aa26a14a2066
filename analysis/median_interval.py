"""Confidence limits of a median from order statistics: exact, without random numbers, honest below six ratings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

from analysis.histogram import IntArray
from analysis.quantiles import order_statistic

MIN_RATINGS = 2


@dataclass(frozen=True, slots=True)
class MedianInterval:
    """[low, high] in scale units and the confidence it really has.

    rank : both limits are the rank-th ratings from their end; attained : coverage is at least 95 %. Five ratings and
    fewer cannot reach it: their interval is the whole range, with its true coverage.
    """

    low: int
    high: int
    rank: int
    coverage: float
    attained: bool


def median_intervals(counts: IntArray, *, lower: int) -> tuple[MedianInterval | None, ...]:
    """95 % interval of the median of every item; None with fewer than two ratings.

    counts : int64 (items, K); lower : lowest scale point. Largest rank r with P(Bin(n, 1/2) < r) <= 2.5 %.
    Errors: none. Source: Conover 1999, Practical Nonparametric Statistics, section 3.2.
    """
    cumulative = np.cumsum(counts, axis=1)
    n = cumulative[:, -1]
    ranks = np.array([_rank(size)[0] for size in n.tolist()], dtype=np.int64)
    lows = order_statistic(cumulative, ranks - 1, lower=lower).tolist()
    highs = order_statistic(cumulative, n - ranks, lower=lower).tolist()
    return tuple(
        MedianInterval(low=low, high=high, rank=rank, coverage=_rank(size)[1], attained=_rank(size)[2])
        if size >= MIN_RATINGS
        else None
        for size, rank, low, high in zip(n.tolist(), ranks.tolist(), lows, highs, strict=True)
    )


@lru_cache(maxsize=4096)
def _rank(n: int) -> tuple[int, float, bool]:
    """Rank, coverage and whether 95 % is attained, in whole numbers: 2.5 % is 1 in 40."""
    rank, below = 1, 1
    while 40 * (below + comb(n, rank)) <= 1 << n:
        below += comb(n, rank)
        rank += 1
    coverage = ((1 << n) - 2 * below) / (1 << n)
    return rank, coverage, 40 * below <= 1 << n
