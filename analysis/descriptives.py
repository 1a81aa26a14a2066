"""What one item's ratings look like: centre, spread and shape, all from its histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.quantiles import doubled_medians, quartile_arrays
from analysis.types import Quantile, Scale

FloatArray = npt.NDArray[np.float64]

MAD_TO_NORMAL = 1.4826
NO_RATINGS = "no_ratings"
ONE_RATING = "one_rating"


@dataclass(frozen=True, slots=True)
class Descriptives:
    """Descriptive statistics of one item; None is explained by `reason`, or by a mean of 0 or less for `cv`.

    Units: scale points, except n, frequency (ratings), modal_share (0-1), entropy (nats) and cv (ratio).
    """

    n: int
    frequency: tuple[int, ...]
    mean: float | None
    sd: float | None
    cv: float | None
    median: float | None
    q1: float | None
    q3: float | None
    iqr: float | None
    mode: tuple[int, ...]
    modal_share: float | None
    mad: float | None
    mad_normal: float | None
    mean_abs_dev_median: float | None
    entropy: float | None
    minimum: int | None
    maximum: int | None
    range: int | None
    reason: str | None

    @property
    def multimodal_tie(self) -> bool:
        """More than one scale point shares the highest count, so there is no single mode."""
        return len(self.mode) > 1

    @property
    def single_mode(self) -> int | None:
        """The mode, or None if several tie or nobody rated."""
        return self.mode[0] if len(self.mode) == 1 else None


@dataclass(frozen=True, slots=True, eq=False)
class MomentArrays:
    """n, mean and sd of every item; for use inside the package (NaN where undefined)."""

    n: IntArray
    mean: FloatArray
    sd: FloatArray


def moments(counts: IntArray, *, scale: Scale) -> MomentArrays:
    """n, mean and standard deviation (ddof 1) of every item from integer sums: one division, one square root.

    counts : int64 (items, K). Returns arrays (items,); NaN mean for n = 0, NaN sd for n < 2.
    """
    n = counts.sum(axis=1)
    total = counts @ scale.values
    squares = counts @ scale.values**2
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, total / n, np.nan)
        sd = np.where(n > 1, np.sqrt((n * squares - total * total) / (n * (n - 1))), np.nan)
    return MomentArrays(n=n, mean=mean, sd=sd)


def doubled_deviations(counts: IntArray, *, scale: Scale) -> IntArray:
    """Twice the distance of every scale point from each item's median, int64 (items, K)."""
    medians = doubled_medians(counts, lower=scale.lower)
    return np.asarray(np.abs(2 * scale.values[None, :] - medians[:, None]))


def median_absolute_deviations(counts: IntArray, *, scale: Scale) -> FloatArray:
    """median(|x - median|) of every item, not scaled; float64 (items,), meaningless where n = 0.

    R's mad() multiplies by 1.4826; that value is `Descriptives.mad_normal`.
    """
    deviations = doubled_deviations(counts, scale=scale)
    order = np.argsort(deviations, axis=1, kind="stable")
    cumulative = np.cumsum(np.take_along_axis(counts, order, axis=1), axis=1)
    n = cumulative[:, -1]
    result = np.zeros(len(n), dtype=np.int64)
    for position in (np.maximum(n - 1, 0) // 2, n // 2):
        slot = np.minimum(np.count_nonzero(cumulative <= position[:, None], axis=1), scale.points - 1)
        result += np.take_along_axis(deviations, np.take_along_axis(order, slot[:, None], axis=1), axis=1)[:, 0]
    return result / 4


def describe(counts: IntArray, *, scale: Scale, quantile: Quantile = Quantile.LINEAR) -> tuple[Descriptives, ...]:
    """Descriptive statistics of every item.

    Parameters
    ----------
    counts : int64 (items, K), K the points of `scale`
    scale : the full scale; unused points count
    quantile : how quartiles are computed; report it beside them

    Returns
    -------
    tuple of Descriptives, one an item. n = 0: all None, reason `no_ratings`; n = 1: sd and cv None, `one_rating`.

    Errors: none on valid counts.
    Source: Hyndman & Fan 1996 for quartiles. Checked against R 4.2 mean, sd, median, mad, quantile.
    """
    base = moments(counts, scale=scale)
    first, third = quartile_arrays(counts, lower=scale.lower, method=quantile)
    medians = doubled_medians(counts, lower=scale.lower) / 2
    mads = median_absolute_deviations(counts, scale=scale)
    deviation_sums = (counts * doubled_deviations(counts, scale=scale)).sum(axis=1)
    highest = counts.max(axis=1)
    modal = (counts == highest[:, None]) & (counts > 0)
    used = counts > 0
    minimum = scale.lower + used.argmax(axis=1)
    maximum = scale.upper - used[:, ::-1].argmax(axis=1)
    entropies = _entropies(counts, base.n)
    rows = zip(
        counts.tolist(), base.n.tolist(), base.mean.tolist(), base.sd.tolist(), medians.tolist(),
        first.tolist(), third.tolist(), modal.tolist(), highest.tolist(), mads.tolist(),
        deviation_sums.tolist(), entropies.tolist(), minimum.tolist(), maximum.tolist(), strict=True,
    )  # fmt: skip
    return tuple(
        _empty(scale.points)
        if n == 0
        else Descriptives(
            n=n,
            frequency=tuple(frequency),
            mean=mean,
            sd=sd if n > 1 else None,
            cv=sd / mean if n > 1 and mean > 0 else None,
            median=median,
            q1=q1,
            q3=q3,
            iqr=q3 - q1,
            mode=tuple(scale.lower + point for point, is_mode in enumerate(modes) if is_mode),
            modal_share=top / n,
            mad=mad,
            mad_normal=MAD_TO_NORMAL * mad,
            mean_abs_dev_median=deviation / (2 * n),
            entropy=entropy,
            minimum=low,
            maximum=high,
            range=high - low,
            reason=None if n > 1 else ONE_RATING,
        )
        for (frequency, n, mean, sd, median, q1, q3, modes, top, mad, deviation, entropy, low, high) in rows
    )


def is_high_dont_know(*, n_dont_know: int, n_returned: int) -> bool:
    """More than a fifth of those who returned the round could not judge the item."""
    return 5 * n_dont_know > n_returned


def _entropies(counts: IntArray, n: IntArray) -> FloatArray:
    share = counts / np.maximum(n, 1)[:, None]
    return np.asarray(0.0 - (share * np.log(np.where(counts > 0, share, 1.0))).sum(axis=1))


def _empty(points: int) -> Descriptives:
    return Descriptives(
        n=0, frequency=(0,) * points, mean=None, sd=None, cv=None, median=None, q1=None, q3=None, iqr=None,
        mode=(), modal_share=None, mad=None, mad_normal=None, mean_abs_dev_median=None, entropy=None,
        minimum=None, maximum=None, range=None, reason=NO_RATINGS,
    )  # fmt: skip
