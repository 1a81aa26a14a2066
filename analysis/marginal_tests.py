"""Did the whole distribution of an item change between two rounds? Exact in small panels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.chi_squared import chi_squared_tail
from analysis.histogram import IntArray
from analysis.paired_tests import PMethod
from analysis.types import EPS

FloatArray = npt.NDArray[np.float64]

EXACT_SIGN_FLIPS = 20
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class MarginalHomogeneity:
    """Change of the whole distribution; p_chi2 is the chi-squared approximation beside an exact p."""

    chi2: float
    df: int
    p: float
    p_chi2: float
    method: PMethod


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
