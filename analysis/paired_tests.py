"""Tests between two rounds answered by the same experts: exact where panels are small, never a stopping criterion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray, count_points
from analysis.types import Ratings

FloatArray = npt.NDArray[np.float64]

EXACT_SIGNED_RANK = 50
_SLOT_BITS = 64
_POINTS_IN_A_BYTE = 64


class Zeros(StrEnum):
    """What becomes of unchanged ratings: dropped before ranking (wilcox) or ranked first, then dropped (pratt)."""

    WILCOX = "wilcox"
    PRATT = "pratt"


class PMethod(StrEnum):
    """Where a p-value comes from."""

    EXACT = "exact"
    NORMAL = "normal"
    CHI_SQUARED = "chi_squared"
    NO_CHANGE = "no_change"


@dataclass(frozen=True, slots=True)
class SignedRank:
    """Wilcoxon signed-rank test of one item; `effect`: matched rank-biserial correlation.

    p_normal : the normal approximation, for comparison with software that stops there; effect None if nobody moved."""

    n_changed: int
    v: float
    p: float
    p_normal: float
    method: PMethod
    effect: float | None


@dataclass(frozen=True, slots=True)
class McNemar:
    """Exact test of entering against leaving the agreement range."""

    entered: int
    left: int
    p: float


def check_pair(before: Ratings, after: Ratings) -> None:
    """Raise ValueError unless both rounds hold the same experts, items and scale."""
    if before.values.shape != after.values.shape:
        raise ValueError(f"rounds have shapes {before.values.shape} and {after.values.shape}; they must be equal")
    if before.scale != after.scale:
        raise ValueError(f"rounds have scales {before.scale} and {after.scale}; they must be equal")


def change_counts(before: Ratings, after: Ratings) -> IntArray:
    """Histogram of `after - before` over experts who rated both, int64 (items, 2K-1) from -(K-1) to K-1."""
    check_pair(before, after)
    points = before.scale.points
    # A byte holds every change between two ratings of a short scale; what wraps around was not rated, so not counted.
    width = np.int8 if points <= _POINTS_IN_A_BYTE else np.int64
    change = np.subtract(after.values, before.values, dtype=width, casting="unsafe")
    # From 1 upwards, because counting is fastest when 0 is off the scale.
    change += width(points)
    return count_points(change, rated=before.rated & after.rated, lower=1, points=2 * points - 1)


def pair_tables(before: Ratings, after: Ratings) -> IntArray:
    """Experts by (rating before, rating after), int64 (items, K, K); only experts who rated both."""
    check_pair(before, after)
    points, lower = before.scale.points, before.scale.lower
    cell = (before.values.astype(np.int64) - lower) * points + (after.values - lower)
    flat = count_points(cell, rated=before.rated & after.rated, lower=0, points=points * points)
    return flat.reshape(before.n_items, points, points)


def wilcoxon_signed_rank(changes: IntArray, *, zeros: Zeros = Zeros.WILCOX) -> tuple[SignedRank, ...]:
    """Wilcoxon signed-rank test of every item, from counts of changes.

    Parameters
    ----------
    changes : int64 array (items, 2K-1), see `change_counts`
    zeros : treatment of unchanged ratings

    Returns
    -------
    one SignedRank an item; `v` is the rank sum of the rises. p is two-sided, exact by convolution over doubled ranks
    for up to 50 changes (ties included), beyond that normal with the tied variance and no continuity correction.
    Nobody changed: v = 0, p = 1.

    Errors: none. Source: Wilcoxon 1945, Biometrics Bull 1:80-83; Pratt 1959, JASA 54:655-667. Checked against R coin.
    """
    sums = signed_rank_sums(changes, zeros=zeros)
    return tuple(
        _signed_rank(sizes=sums.sizes[item], doubled=sums.doubled[item], n=n, up=a, total=t, squares=s)
        for item, (n, a, t, s) in enumerate(
            zip(sums.n_changed.tolist(), sums.up.tolist(), sums.total.tolist(), sums.squares.tolist(), strict=True)
        )
    )


@dataclass(frozen=True, slots=True, eq=False)
class SignedRankSums:
    """What Wilcoxon's test needs of every item, in whole numbers; arrays int64.

    sizes, doubled : (items, K-1), changes by 1, 2, ... points and twice their average rank
    n_changed, up, total : (items,), changes, and the doubled rank sums of the rises and of all; squares : of the ranks
    """

    sizes: IntArray
    doubled: IntArray
    n_changed: IntArray
    up: IntArray
    total: IntArray
    squares: IntArray

    def p_normal(self) -> FloatArray:
        """Two-sided p of the normal approximation, ties included, float64 (items,); 1 where nobody changed."""
        from scipy.special import erfc

        distance = np.abs(2 * self.up - self.total)
        return np.asarray(erfc(distance / np.sqrt(2.0 * np.maximum(self.squares, 1))), dtype=np.float64)


def signed_rank_sums(changes: IntArray, *, zeros: Zeros = Zeros.WILCOX) -> SignedRankSums:
    """Rank sums of all items at once; changes : int64 (items, 2K-1), see `change_counts`."""
    middle = changes.shape[1] // 2
    rises, falls = changes[:, middle + 1 :], changes[:, middle - 1 :: -1]
    sizes = rises + falls
    first = changes[:, middle] if zeros is Zeros.PRATT else np.zeros(len(changes), dtype=np.int64)
    doubled = 2 * (first[:, None] + np.cumsum(sizes, axis=1)) - sizes + 1
    weighted = doubled * sizes
    return SignedRankSums(
        sizes=sizes,
        doubled=doubled,
        n_changed=sizes.sum(axis=1),
        up=np.einsum("ij,ij->i", doubled, rises),
        total=weighted.sum(axis=1),
        squares=np.einsum("ij,ij->i", weighted, doubled),
    )


def mcnemar(tables: IntArray, *, first: int, last: int) -> tuple[McNemar, ...]:
    """Exact McNemar test on "inside the agreement range" of every item.

    tables : int64 array (items, K, K), see `pair_tables`; first, last : columns (0-based, inclusive) of the range.
    Returns one McNemar an item; nobody crossed: p = 1. Two-sided binomial.
    Source: McNemar 1947, Psychometrika 12:153-157.
    """
    inside = np.zeros(tables.shape[1], dtype=np.bool_)
    inside[first : last + 1] = True
    entered = tables[:, ~inside][:, :, inside].sum(axis=(1, 2)).tolist()
    left = tables[:, inside][:, :, ~inside].sum(axis=(1, 2)).tolist()
    return tuple(McNemar(entered=b, left=c, p=_sign_test(b, c)) for b, c in zip(entered, left, strict=True))


def _signed_rank(*, sizes: IntArray, doubled: IntArray, n: int, up: int, total: int, squares: int) -> SignedRank:
    if n == 0:
        return SignedRank(n_changed=0, v=0.0, p=1.0, p_normal=1.0, method=PMethod.NO_CHANGE, effect=None)
    distance = abs(2 * up - total)
    normal = math.erfc(distance / math.sqrt(2 * squares))
    if n <= EXACT_SIGNED_RANK:
        used = np.flatnonzero(sizes)
        far = _flips_at_least(tuple(doubled[used].tolist()), tuple(sizes[used].tolist()))
        p, method = float(far[distance]) / 2.0**n, PMethod.EXACT
    else:
        p, method = normal, PMethod.NORMAL
    effect = (2 * up - total) / total
    return SignedRank(n_changed=n, v=up / 2, p=min(1.0, p), p_normal=normal, method=method, effect=effect)


@lru_cache(maxsize=4096)
def _flips_at_least(doubled: tuple[int, ...], sizes: tuple[int, ...]) -> FloatArray:
    """Sign patterns with |2U - total| >= distance, by distance: float64 (total + 1,), whole numbers to 2**50.

    One big integer holds the whole distribution, 64 bits a sum, so that a convolution step is a shift and an addition.
    """
    ways = 1
    for rank, size in zip(doubled, sizes, strict=True):
        for _ in range(size):
            ways += ways << (rank * _SLOT_BITS)
    total = sum(rank * size for rank, size in zip(doubled, sizes, strict=True))
    by_sum = np.frombuffer(ways.to_bytes((total + 1) * _SLOT_BITS // 8, "little"), dtype="<u8").astype(np.float64)
    by_distance = np.bincount(np.abs(2 * np.arange(total + 1) - total), weights=by_sum, minlength=total + 1)
    return np.asarray(np.cumsum(by_distance[::-1])[::-1], dtype=np.float64)


def _sign_test(entered: int, left: int) -> float:
    n = entered + left
    tail = sum(math.comb(n, k) for k in range(min(entered, left) + 1))
    return min(1.0, 2 * tail / (1 << n))
