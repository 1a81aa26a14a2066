"""Do the items differ, and which pairs do: Friedman's test with Nemenyi and Conover comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.multiplicity import holm
from analysis.ranks import doubled_ranks

PMatrix = tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Friedman:
    """Friedman's test on the experts who rated every item; undefined tests are None with a reason.

    nemenyi, conover : p-values (items, items), 1 on the diagonal. Nemenyi ignores ties; Conover allows for them and is
    Holm-adjusted over all pairs
    """

    chi2: float | None
    df: int | None
    p: float | None
    nemenyi: PMatrix | None
    conover: PMatrix | None
    m_used: int
    reason: str | None
    conover_reason: str | None


def friedman(matrix: npt.ArrayLike) -> Friedman:
    """Friedman's test and both post hoc comparisons.

    matrix : float (experts, items), NaN where not rated; experts with a gap drop out.

    Errors: none. Undefined with fewer than two complete experts or items, or when nobody tells items apart; Conover
    also when all experts order the items alike (its error variance is 0).
    Source: Friedman 1937; Nemenyi 1963; Conover 1999, Practical Nonparametric Statistics, ch. 5.8. Checked against
    R friedman.test and scikit-posthocs 0.17.1.
    """
    ratings = np.asarray(matrix, dtype=np.float64)
    complete = ratings[~np.isnan(ratings).any(axis=1)]
    m, k = complete.shape
    if m < 2 or k < 2:
        return _undefined(m, "fewer_than_two_experts" if m < 2 else "fewer_than_two_items")
    ranks, ties = doubled_ranks(complete)
    sums = ranks.sum(axis=0)
    denominator = m * m * (k**3 - k) - m * int(ties.sum())
    if denominator <= 0:
        return _undefined(m, "no_variance")
    from scipy.special import chdtrc

    centred = sums - m * (k + 1)
    chi2 = m * (k - 1) * 3 * int((centred * centred).sum()) / denominator
    conover = _conover(ranks, sums=sums, chi2=chi2)
    return Friedman(
        chi2=chi2,
        df=k - 1,
        p=float(chdtrc(k - 1, chi2)),
        nemenyi=_nemenyi(sums, m=m),
        conover=conover,
        m_used=m,
        reason=None,
        conover_reason=None if conover else "no_error_variance",
    )


def _undefined(m: int, reason: str) -> Friedman:
    return Friedman(
        chi2=None, df=None, p=None, nemenyi=None, conover=None, m_used=m, reason=reason, conover_reason=reason
    )  # fmt: skip


def _nemenyi(sums: IntArray, *, m: int) -> PMatrix:
    from scipy.stats import studentized_range

    k = len(sums)
    first, second = np.triu_indices(k, 1)
    gaps = np.abs(sums[first] - sums[second]) / (2 * m)
    q = gaps / np.sqrt(k * (k + 1) / (6 * m))
    return _symmetric(k, studentized_range.sf(q * np.sqrt(2), k, np.inf).tolist())


def _conover(ranks: IntArray, *, sums: IntArray, chi2: float) -> PMatrix | None:
    from scipy.special import stdtr

    m, k = ranks.shape
    # With doubled ranks 4 A and 4 C are integers.
    excess = (int((ranks**2).sum()) - m * k * (k + 1) ** 2) / 4
    df = (m - 1) * (k - 1)
    variance = 2 * m * (1 - chi2 / (m * (k - 1))) * excess / df
    if variance <= 1e-12:
        return None
    first, second = np.triu_indices(k, 1)
    t = np.abs(sums[first] - sums[second]) / 2 / np.sqrt(variance)
    return _symmetric(k, list(holm((2 * stdtr(df, -t)).tolist())))


def _symmetric(k: int, upper: list[float | None]) -> PMatrix:
    table: list[list[float | None]] = [[1.0] * k for _ in range(k)]
    for (i, j), p in zip(zip(*np.triu_indices(k, 1), strict=True), upper, strict=True):
        table[i][j] = table[j][i] = p
    return tuple(tuple(row) for row in table)
