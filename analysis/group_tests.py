"""Tests between groups on whole histograms: Kruskal-Wallis for all items at once, exact tests for two small groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analysis.histogram import BoolArray, IntArray
from analysis.multiplicity import holm

FloatArray = npt.NDArray[np.float64]

EXACT_SPLITS = 200_000
EXACT_TABLES = 1_000_000
_PROBABILITY_TIE = 1 + 1e-7


@dataclass(frozen=True, slots=True)
class KruskalWallis:
    """Kruskal-Wallis test of one item, tie-corrected, with its two effect sizes (0-1; eta squared may be negative).

    reason : `too_few_groups` (fewer than two) or `no_variance` where the statistics are None.
    """

    n_groups: int
    n: int
    h: float | None
    df: int | None
    p: float | None
    epsilon2: float | None
    eta2_h: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class MannWhitney:
    """Two groups: u is pairs won by the first (ties half); p two-sided; delta is Cliff's. None for an empty group."""

    u: float | None
    p: float | None
    delta: float | None
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Dunn:
    """One comparison after Kruskal-Wallis: z above 0 if `second` rates higher; p adjusted by Holm within the item."""

    first: int
    second: int
    z: float
    p: float
    p_adjusted: float


def kruskal_wallis(counts: IntArray, *, enters: BoolArray | None = None) -> tuple[KruskalWallis, ...]:
    """Kruskal-Wallis test of every item.

    Parameters
    ----------
    counts : int64 (groups, items, K)
    enters : bool (groups, items), which groups take part; default those with a rating

    Returns
    -------
    one KruskalWallis an item. Errors: none.
    Source: Kruskal & Wallis 1952, JASA 47:583-621. Checked against R kruskal.test and effectsize.
    """
    sums = kruskal_wallis_arrays(counts, enters=enters)
    rows = zip(
        sums.n_groups.tolist(), sums.n.tolist(), sums.h.tolist(), sums.p.tolist(), sums.varies.tolist(), strict=True
    )
    return tuple(_kruskal(k=k, n=n, h=h, p=p, varies=varies) for k, n, h, p, varies in rows)


@dataclass(frozen=True, slots=True, eq=False)
class KruskalWallisArrays:
    """All items at once, arrays (items,); h and p mean something only where n_groups > 1 and `varies`."""

    n_groups: IntArray
    n: IntArray
    h: FloatArray
    p: FloatArray
    varies: BoolArray


def kruskal_wallis_arrays(counts: IntArray, *, enters: BoolArray | None = None) -> KruskalWallisArrays:
    """The numbers behind `kruskal_wallis`, for long lists of items; parameters as there."""
    taken = counts if enters is None else counts * enters[:, :, None]
    # One row a scale point: sums over points then run along whole rows.
    by_point = np.ascontiguousarray(taken.transpose(2, 0, 1))
    sizes = by_point.sum(axis=0)
    pooled = by_point.sum(axis=1)
    n, k = sizes.sum(axis=0), np.count_nonzero(sizes, axis=0)
    ranks = 2 * np.cumsum(pooled, axis=0) - pooled - n
    rank_sums = (by_point * ranks[:, None]).sum(axis=0)
    variation = (pooled * ranks * ranks).sum(axis=0)
    between = (rank_sums * (rank_sums / np.maximum(sizes, 1))).sum(axis=0)
    h = (n - 1) * between / np.maximum(variation, 1)
    p = _chi_squared_tails(h, df=np.maximum(k - 1, 1))
    return KruskalWallisArrays(n_groups=k, n=n, h=h, p=p, varies=variation > 0)


def mann_whitney(first: IntArray, second: IntArray) -> tuple[MannWhitney, ...]:
    """Mann-Whitney test of two groups on every item.

    first, second : int64 (items, K). p is the share of all splits of the pooled ratings at least as far from the
    middle, ties included, while there are at most 200,000 splits; beyond, normal with tied variance and continuity
    correction. Errors: none. Source: Mann & Whitney 1947. Checked against R coin (exact) and wilcox.test.
    """
    pooled = first + second
    ranks = _centred_ranks(pooled)
    distance = (first * ranks).sum(axis=1)
    variation = (pooled * ranks**2).sum(axis=1)
    rows = zip(
        first.sum(axis=1).tolist(), second.sum(axis=1).tolist(), distance.tolist(), variation.tolist(), strict=True
    )
    return tuple(
        _mann_whitney(pooled[item], ranks[item], sizes=(n1, n2), distance=away, variation=spread)
        for item, (n1, n2, away, spread) in enumerate(rows)
    )


def fisher_exact(inside: Sequence[int], totals: Sequence[int]) -> float | None:
    """Exact p of a 2 x groups table (Freeman-Halton): agreement k of n in each group.

    Two-sided: the sum over tables with the same margins that are no more probable. None for fewer than two groups
    with ratings or more than a million tables. Errors: ValueError unless 0 <= k <= n.
    Source: Freeman & Halton 1951, Biometrika 38:141-149. Checked against R fisher.test.
    """
    for k, n in zip(inside, totals, strict=True):
        if not 0 <= k <= n:
            raise ValueError(f"k is {k}; allowed is 0 to {n}")
    sizes = [n for n in totals if n > 0]
    if len(sizes) < 2 or math.prod(n + 1 for n in sizes[:-1]) > EXACT_TABLES:
        return None
    total = sum(inside)
    weights, used = np.ones(1), np.zeros(1, dtype=np.int64)
    for n in sizes[:-1]:
        ways = np.array([math.comb(n, k) for k in range(n + 1)], dtype=np.float64)
        weights = (weights[:, None] * ways).ravel()
        used = (used[:, None] + np.arange(n + 1)).ravel()
    rest = total - used
    possible = (rest >= 0) & (rest <= sizes[-1])
    last = np.array([math.comb(sizes[-1], k) for k in range(sizes[-1] + 1)], dtype=np.float64)
    probability = weights[possible] * last[rest[possible]] / math.comb(sum(sizes), total)
    observed = math.prod(math.comb(n, k) for k, n in zip(inside, totals, strict=True)) / math.comb(sum(sizes), total)
    return min(1.0, float(probability[probability <= observed * _PROBABILITY_TIE].sum()))


def dunn(counts: IntArray) -> tuple[Dunn, ...]:
    """Dunn's pairwise comparisons of one item; empty without variance or with fewer than two groups.

    counts : int64 (groups, K). Source: Dunn 1964, Technometrics 6:241-252. Checked against R rstatix.
    """
    sizes, pooled = counts.sum(axis=1), counts.sum(axis=0)
    n = int(pooled.sum())
    ranks = _centred_ranks(pooled[None])[0]
    variance = float((pooled * ranks**2).sum()) / max(n - 1, 1)
    present = np.flatnonzero(sizes).tolist()
    if variance == 0 or len(present) < 2:
        return ()
    means = {group: float(counts[group] @ ranks) / float(sizes[group]) for group in present}
    found = []
    for position, first in enumerate(present):
        for second in present[position + 1 :]:
            error = math.sqrt(variance * (1 / float(sizes[first]) + 1 / float(sizes[second])))
            z = (means[second] - means[first]) / error
            found.append((first, second, z, math.erfc(abs(z) / math.sqrt(2))))
    adjusted = holm([p for _, _, _, p in found])
    return tuple(
        Dunn(first=first, second=second, z=z, p=p, p_adjusted=q)
        for (first, second, z, p), q in zip(found, adjusted, strict=True)
        if q is not None
    )


def _centred_ranks(pooled: IntArray) -> IntArray:
    """Twice the average rank of every scale point less (N + 1), int64 (items, K)."""
    n = pooled.sum(axis=1, keepdims=True)
    return np.asarray(2 * np.cumsum(pooled, axis=1) - pooled - n, dtype=np.int64)


def _chi_squared_tails(h: FloatArray, *, df: IntArray) -> FloatArray:
    from scipy.special import chdtrc

    return np.asarray(chdtrc(df, h), dtype=np.float64)


def _kruskal(*, k: int, n: int, h: float, p: float, varies: bool) -> KruskalWallis:
    if k < 2 or not varies:
        reason = "too_few_groups" if k < 2 else "no_variance"
        return KruskalWallis(n_groups=k, n=n, h=None, df=None, p=None, epsilon2=None, eta2_h=None, reason=reason)
    eta2 = (h - k + 1) / (n - k) if n > k else None
    return KruskalWallis(n_groups=k, n=n, h=h, df=k - 1, p=p, epsilon2=h / (n - 1), eta2_h=eta2, reason=None)


def _mann_whitney(
    pooled: IntArray, ranks: IntArray, *, sizes: tuple[int, int], distance: int, variation: int
) -> MannWhitney:
    n1, n2 = sizes
    if n1 == 0 or n2 == 0:
        return MannWhitney(u=None, p=None, delta=None, is_exact=False)
    # The centred doubled rank sum of the first group is twice its U less n1 * n2.
    u, delta = (distance + n1 * n2) / 2, distance / (n1 * n2)
    is_exact = math.comb(n1 + n2, n1) <= EXACT_SPLITS
    if variation == 0:
        p = 1.0
    elif is_exact:
        used = np.flatnonzero(pooled)
        p = _split_p(tuple(pooled[used].tolist()), tuple(ranks[used].tolist()), min(n1, n2), abs(distance))
    else:
        n = n1 + n2
        sigma = math.sqrt(n1 * n2 * variation / (n * (n - 1)))
        p = math.erfc(max(0.0, abs(distance) - 1) / (sigma * math.sqrt(2)))
    return MannWhitney(u=u, p=p, delta=delta, is_exact=is_exact)


@lru_cache(maxsize=4096)
def _split_p(sizes: tuple[int, ...], ranks: tuple[int, ...], n_first: int, distance: int) -> float:
    """Share of splits with n_first ratings in one group whose centred rank sum is at least `distance` from 0."""
    low = -n_first * max(abs(rank) for rank in ranks)
    ways = np.zeros((n_first + 1, -2 * low + 1))
    ways[0, -low] = 1.0
    for size, rank in zip(sizes, ranks, strict=True):
        added = ways.copy()
        for taken in range(1, min(size, n_first) + 1):
            shift = taken * rank
            source = ways[: n_first + 1 - taken]
            added[taken:] += math.comb(size, taken) * np.roll(source, shift, axis=1)
        ways = added
    sums = np.arange(low, -low + 1)
    final = ways[n_first]
    return float(final[np.abs(sums) >= distance].sum() / final.sum())
