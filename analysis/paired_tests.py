"""Tests between two rounds answered by the same experts: exact where panels are small, never a stopping criterion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray, count_points
from analysis.types import EPS, Ratings

FloatArray = npt.NDArray[np.float64]

EXACT_SIGNED_RANK = 50
EXACT_SIGN_FLIPS = 20
_SLOT_BITS = 64
_BLOCK = 1 << 16


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


@dataclass(frozen=True, slots=True)
class MarginalHomogeneity:
    """Change of the whole distribution; p_chi2 is the chi-squared approximation beside an exact p."""

    chi2: float
    df: int
    p: float
    p_chi2: float
    method: PMethod


def check_pair(before: Ratings, after: Ratings) -> None:
    """Raise ValueError unless both rounds hold the same experts, items and scale."""
    if before.values.shape != after.values.shape:
        raise ValueError(f"rounds have shapes {before.values.shape} and {after.values.shape}; they must be equal")
    if before.scale != after.scale:
        raise ValueError(f"rounds have scales {before.scale} and {after.scale}; they must be equal")


def change_counts(before: Ratings, after: Ratings) -> IntArray:
    """Histogram of `after - before` over experts who rated both, int64 (items, 2K-1) from -(K-1) to K-1."""
    check_pair(before, after)
    widest = before.scale.points - 1
    return count_points(
        after.values.astype(np.int64) - before.values,
        rated=before.rated & after.rated,
        lower=-widest,
        points=2 * widest + 1,
    )


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
    middle = changes.shape[1] // 2
    rises, falls = changes[:, middle + 1 :], changes[:, middle - 1 :: -1]
    sizes = rises + falls
    first = changes[:, middle] if zeros is Zeros.PRATT else np.zeros(len(changes), dtype=np.int64)
    doubled = 2 * (first[:, None] + np.cumsum(sizes, axis=1)) - sizes + 1
    up = (doubled * rises).sum(axis=1)
    total = (doubled * sizes).sum(axis=1)
    squares = (doubled * doubled * sizes).sum(axis=1)
    n_changed = sizes.sum(axis=1)
    return tuple(
        _signed_rank(sizes=sizes[item], doubled=doubled[item], n=n, up=a, total=t, squares=s)
        for item, (n, a, t, s) in enumerate(
            zip(n_changed.tolist(), up.tolist(), total.tolist(), squares.tolist(), strict=True)
        )
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


def stuart_maxwell(table: IntArray) -> MarginalHomogeneity:
    """Stuart-Maxwell test that the distribution did not change, for one item.

    table : int64 array (K, K), rating before by rating after.
    Degrees of freedom are the rank of the covariance (pseudo-inverse), so unused points cost nothing. p is exact over
    all sign flips of the changed pairs for up to 20 of them, else chi-squared. Nobody changed: chi2 = 0, df = 0, p = 1.
    Source: Stuart 1955, Biometrika 42:412-416; Maxwell 1970, Br J Psychiatry 116:651-655. Checked: R coin mh_test.
    """
    moved = table + table.T
    n_changed = int(table.sum() - np.trace(table))
    if n_changed == 0:
        return MarginalHomogeneity(chi2=0.0, df=0, p=1.0, p_chi2=1.0, method=PMethod.NO_CHANGE)
    shift = (table.sum(axis=1) - table.sum(axis=0)).astype(np.float64)
    covariance = np.diag(moved.sum(axis=1)) - moved
    inverse = np.linalg.pinv(covariance.astype(np.float64), rcond=1e-10)
    df = int(np.linalg.matrix_rank(covariance.astype(np.float64), tol=1e-8 * float(table.sum())))
    chi2 = float(shift @ inverse @ shift)
    tail = chi_squared_tail(chi2, df=df)
    if n_changed <= EXACT_SIGN_FLIPS:
        p = _sign_flip_p(moved, inverse=inverse, chi2=chi2)
        return MarginalHomogeneity(chi2=chi2, df=df, p=p, p_chi2=tail, method=PMethod.EXACT)
    return MarginalHomogeneity(chi2=chi2, df=df, p=tail, p_chi2=tail, method=PMethod.CHI_SQUARED)


def bhapkar(table: IntArray, *, min_n: int = 30) -> MarginalHomogeneity | None:
    """Bhapkar's test for one item, or None below `min_n` pairs or where the statistic explodes (chi2 >= n/2).

    table : int64 array (K, K). Off by default in reports: with 10 pairs it rejects a true null four times too often.
    Source: Bhapkar 1966, JASA 61:228-235. Checked against R irr where that runs.
    """
    n = int(table.sum())
    if n < max(min_n, 1):
        return None
    plain = stuart_maxwell(table)
    if plain.chi2 >= n / 2:
        return None
    chi2 = plain.chi2 / (1 - plain.chi2 / n)
    tail = chi_squared_tail(chi2, df=plain.df)
    method = PMethod.CHI_SQUARED if plain.df else PMethod.NO_CHANGE
    return MarginalHomogeneity(chi2=chi2, df=plain.df, p=tail, p_chi2=tail, method=method)


def pearson_chi2(table: npt.ArrayLike) -> MarginalHomogeneity | None:
    """Pearson chi-squared of a contingency table, empty rows and columns dropped, no continuity correction.

    Serves two older stability criteria: rounds x points (Dajani, Sincoff & Talley 1979, Technol Forecast Soc Change
    13:83-90), which ignores the pairing, and before x after (Chaffin & Talley 1980, ibid. 16:67-73).
    None if fewer than two rows or columns are left.
    """
    counts = np.asarray(table, dtype=np.float64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return None
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    chi2 = float(((counts - expected) ** 2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    tail = chi_squared_tail(chi2, df=df)
    return MarginalHomogeneity(chi2=chi2, df=df, p=tail, p_chi2=tail, method=PMethod.CHI_SQUARED)


def chi_squared_tail(chi2: float, *, df: int) -> float:
    """P(chi-squared with df degrees of freedom >= chi2); 1 for no degrees of freedom."""
    if df == 0:
        return 1.0
    from scipy.special import gammaincc

    return float(gammaincc(df / 2, chi2 / 2))


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


def _sign_flip_p(moved: IntArray, *, inverse: FloatArray, chi2: float) -> float:
    """Share of all sign flips of the changed pairs with a statistic at least as large, equal pairs counted together."""
    rows, columns = np.nonzero(np.triu(moved, 1))
    shifts = np.zeros((1, len(moved)), dtype=np.int8)
    weights = np.ones(1)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        size = int(moved[row, column])
        surplus = np.arange(-size, size + 1, 2, dtype=np.int8)
        step = np.zeros((size + 1, len(moved)), dtype=np.int8)
        step[:, row], step[:, column] = surplus, -surplus
        shifts = (shifts[:, None, :] + step).reshape(-1, len(moved))
        flips = np.array([math.comb(size, k) for k in range(size + 1)], dtype=np.float64)
        weights = (weights[:, None] * flips).ravel()
    reached = 0.0
    for start in range(0, len(shifts), _BLOCK):
        block = shifts[start : start + _BLOCK].astype(np.float64)
        statistic = ((block @ inverse) * block).sum(axis=1)
        reached += float(weights[start : start + _BLOCK][statistic >= chi2 - EPS * max(1.0, chi2)].sum())
    return reached / float(weights.sum())
