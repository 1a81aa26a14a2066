"""Agreement on level across items: Krippendorff's alpha, Gwet's AC, Fleiss' kappa (from counts) and ICC."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray

FloatArray = npt.NDArray[np.float64]


_ROUNDING = 1e-12


class Level(StrEnum):
    """The metric of Krippendorff's alpha."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


class Weights(StrEnum):
    """Partial credit for near agreement in Gwet's AC: none (AC1), linear, or quadratic (AC2)."""

    IDENTITY = "identity"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A coefficient of agreement, or None with its reason."""

    value: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Icc:
    """Intraclass correlations of one expert (1) and of the mean of all (m).

    a, c : two-way, agreement and consistency; w : one-way, where every item may have had other experts.
    Negative values are reported as they are; all None with a reason when undefined.
    """

    a1: float | None
    am: float | None
    c1: float | None
    cm: float | None
    w1: float | None
    wm: float | None
    m_used: int
    k_used: int
    reason: str | None


def krippendorff_alpha(counts: IntArray, *, level: Level = Level.ORDINAL) -> Coefficient:
    """Krippendorff's alpha; None with fewer than two distinct values among the pairable ones.

    counts : int64 (items, K) over the full scale; items with fewer than two ratings drop out.
    Source: Krippendorff 2004, Content Analysis, ch. 11. Checked against PyPI krippendorff 0.9.0. R irr 0.84.1 is wrong
    for complete data with more than two raters, and the "ordinal" weights of irrCAC are another metric.
    """
    ratings = counts.astype(np.float64)
    sizes = ratings @ np.ones(counts.shape[1])
    has_pairs = sizes >= 2
    margins = has_pairs @ ratings
    if np.count_nonzero(margins) < 2:
        return Coefficient(value=None, reason="no_variance" if has_pairs.any() else _why_no_pairs(counts))
    # A rating paired with itself is at no distance: the diagonal and items with a single rating need not be taken off.
    coincidence = (ratings.T / np.maximum(sizes - 1, 1)) @ ratings
    distance = _distance(margins, level)
    observed, expected = np.vdot(coincidence, distance), margins @ distance @ margins
    return Coefficient(value=float(1 - (margins.sum() - 1) * observed / expected), reason=None)


def gwet_ac(counts: IntArray, *, weights: Weights = Weights.QUADRATIC) -> Coefficient:
    """Gwet's AC1 (identity weights) or AC2 over the full scale; None if no item has two ratings.

    counts : int64 (items, K). Unanimous panels give 1. Unused scale points count: leaving them out can change the sign.
    Source: Gwet 2008, Br J Math Stat Psychol 61:29-48. Checked against R irrCAC 1.0 with full-scale categories.
    """
    points = counts.shape[1]
    weight = _weights(points, weights)
    agreement = _observed_agreement(counts, weight)
    if agreement is None:
        return Coefficient(value=None, reason=_why_no_pairs(counts))
    prevalence = _prevalence(counts)
    chance = float(weight.sum() * (prevalence * (1 - prevalence)).sum() / (points * (points - 1)))
    return Coefficient(value=(agreement - chance) / (1 - chance), reason=None)


def fleiss_kappa(counts: IntArray) -> Coefficient:
    """Fleiss' kappa, also for tables with gaps; None if no item has two ratings or only one value occurs.

    counts : int64 (items, K).
    Source: Fleiss 1971, Psychol Bull 76:378-382. Checked against R irrCAC 1.0 and statsmodels 0.15.
    """
    agreement = _observed_agreement(counts, np.eye(counts.shape[1]))
    if agreement is None:
        return Coefficient(value=None, reason=_why_no_pairs(counts))
    if np.count_nonzero(counts.sum(axis=0)) < 2:
        return Coefficient(value=None, reason="no_variance")
    chance = float((_prevalence(counts) ** 2).sum())
    return Coefficient(value=(agreement - chance) / (1 - chance), reason=None)


def icc(matrix: npt.ArrayLike) -> Icc:
    """Two-way and one-way ICC of the experts who rated every item; None with fewer than two such experts or two items.

    matrix : float (experts, items) of whole numbers, NaN where not rated.
    Errors: ValueError for a fraction among them.
    ICC(A,1), ICC(A,m), ICC(C,1), ICC(C,m), ICC(1), ICC(m) of McGraw & Wong 1996, Psychol Methods 1:30-46. Checked
    against R irr 0.84.1 and pingouin 0.6.1.
    """
    ratings = np.asarray(matrix, dtype=np.float64)
    rated = ratings[~np.isnan(ratings).any(axis=1)]
    fraction = rated != np.floor(rated)
    if fraction.any():
        raise ValueError(f"rating {rated[fraction][0]:g} is not a whole number")
    complete = rated.astype(np.int64)
    m, k = complete.shape
    if m < 2 or k < 2:
        return _no_icc(m=m, k=k, reason="fewer_than_two_experts" if m < 2 else "fewer_than_two_items")
    # Sums of squares times m * k are integers, so a variance of zero is seen exactly.
    total = int(complete.sum())
    items = k * int((complete.sum(axis=0) ** 2).sum()) - total**2
    experts = m * int((complete.sum(axis=1) ** 2).sum()) - total**2
    error = m * k * int((complete**2).sum()) - total**2 - items - experts
    ms_items = items / (k - 1)
    ms_experts = experts / (m - 1)
    ms_error = error / ((m - 1) * (k - 1))
    signal = ms_items - ms_error
    bias = (ms_experts - ms_error) / k
    size = ms_items + ms_experts + ms_error
    a1 = _ratio(signal, ms_items + (m - 1) * ms_error + m * bias, size=size)
    am = _ratio(signal, ms_items + bias, size=size)
    c1 = _ratio(signal, ms_items + (m - 1) * ms_error, size=size)
    cm = _ratio(signal, ms_items, size=size)
    ms_within = (experts + error) / (k * (m - 1))
    w1 = _ratio(ms_items - ms_within, ms_items + (m - 1) * ms_within, size=size)
    wm = _ratio(ms_items - ms_within, ms_items, size=size)
    reason = "no_variance" if None in (a1, am, c1, cm, w1, wm) else None
    return Icc(a1=a1, am=am, c1=c1, cm=cm, w1=w1, wm=wm, m_used=m, k_used=k, reason=reason)


def _no_icc(*, m: int, k: int, reason: str) -> Icc:
    return Icc(a1=None, am=None, c1=None, cm=None, w1=None, wm=None, m_used=m, k_used=k, reason=reason)


def _why_no_pairs(counts: IntArray) -> str:
    return "no_pairs" if counts.any() else "no_ratings"


def _ratio(numerator: float, denominator: float, *, size: float) -> float | None:
    """The quotient; None where the denominator is 0 but for rounding, `size` being that of its terms."""
    return numerator / denominator if abs(denominator) > _ROUNDING * size else None


def _distance(margins: FloatArray, level: Level) -> FloatArray:
    """Squared distance of every two scale points; for the ordinal level by the ratings that lie between them."""
    place = margins.cumsum() - margins / 2 if level is Level.ORDINAL else np.arange(len(margins), dtype=np.float64)
    apart = place[:, None] - place
    return np.asarray(apart != 0, dtype=np.float64) if level is Level.NOMINAL else apart * apart


def _weights(points: int, weights: Weights) -> FloatArray:
    if weights is Weights.IDENTITY:
        return np.eye(points)
    step = np.abs(np.subtract.outer(np.arange(points), np.arange(points))) / (points - 1)
    return np.asarray(1 - (step if weights is Weights.LINEAR else step**2))


def _observed_agreement(counts: IntArray, weight: FloatArray) -> float | None:
    n = counts.sum(axis=1)
    pairs = counts[n >= 2]
    if not len(pairs):
        return None
    size = n[n >= 2]
    matches = (pairs * (pairs @ weight - 1)).sum(axis=1)
    return float((matches / (size * (size - 1))).mean())


def _prevalence(counts: IntArray) -> FloatArray:
    n = counts.sum(axis=1)
    rated = n > 0
    return np.asarray((counts[rated] / n[rated][:, None]).mean(axis=0))
