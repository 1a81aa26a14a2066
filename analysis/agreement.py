"""How many agree: k of n with Wilson limits, for every box an agreement rule may name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.descriptives import doubled_deviations
from analysis.histogram import IntArray
from analysis.types import Scale, Share, default_box

FloatArray = npt.NDArray[np.float64]

Z95 = 1.959963984540054
"""97.5 % point of the standard normal distribution."""

MIN_RATINGS_FOR_A_SHARE = 2


def wilson_arrays(k: IntArray, n: IntArray) -> tuple[FloatArray, FloatArray]:
    """Wilson 95 % limits of k / n, arrays (items,), for use inside the package; 0 to 1 where n = 0."""
    trials = np.maximum(n, 1)
    p = k / trials
    z2 = Z95 * Z95
    centre = (p + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * np.sqrt(p * (1 - p) / trials + z2 / (4 * trials * trials))
    low = np.where(k == 0, 0.0, centre - half)
    high = np.where(k >= n, 1.0, centre + half)
    return low, high


def wilson(*, k: int, n: int) -> tuple[float, float] | None:
    """Wilson 95 % limits of k of n; None for n = 0.

    They describe hypothetical similar experts; a panel that is its own population has no sampling error.
    Errors: ValueError unless 0 <= k <= n.
    Source: Wilson 1927, J Am Stat Assoc 22:209-212. Checked against R prop.test(correct = FALSE).
    """
    if not 0 <= k <= n:
        raise ValueError(f"k is {k}; allowed is 0 to {n}")
    if n == 0:
        return None
    low, high = wilson_arrays(np.array([k], dtype=np.int64), np.array([n], dtype=np.int64))
    return float(low[0]), float(high[0])


def shares(k: IntArray, n: IntArray, *, n_rated: IntArray | None = None) -> tuple[Share, ...]:
    """k of n for every item, with limits; share and limits None with fewer than two ratings.

    k, n : int64 (items,); n_rated defaults to n, give it when the denominator counts more than the ratings.
    """
    rated = n if n_rated is None else n_rated
    low, high = wilson_arrays(k, n)
    rows = zip(k.tolist(), n.tolist(), rated.tolist(), low.tolist(), high.tolist(), strict=True)
    return tuple(
        Share(k=k_, n=n_, share=k_ / n_, low=low_, high=high_)
        if rated_ >= MIN_RATINGS_FOR_A_SHARE
        else Share(k=k_, n=n_, share=None, low=None, high=None)
        for k_, n_, rated_, low_, high_ in rows
    )


def pct_top(counts: IntArray, *, scale: Scale, box: int | None = None, n: IntArray | None = None) -> tuple[Share, ...]:
    """Share in the highest `box` scale points (default: the usual box of the scale).

    counts : int64 (items, K); n : int64 (items,), the denominator, default the ratings.
    Errors: ValueError for a box outside 1..K.
    """
    size = _checked_box(box, scale)
    rated = counts.sum(axis=1)
    return shares(counts[:, scale.points - size :].sum(axis=1), rated if n is None else n, n_rated=rated)


def pct_bottom(
    counts: IntArray, *, scale: Scale, box: int | None = None, n: IntArray | None = None
) -> tuple[Share, ...]:
    """Share in the lowest `box` scale points; the mirror image of `pct_top`."""
    size = _checked_box(box, scale)
    rated = counts.sum(axis=1)
    return shares(counts[:, :size].sum(axis=1), rated if n is None else n, n_rated=rated)


def pct_near_median(
    counts: IntArray,
    *,
    scale: Scale,
    distance: int = 1,
    near_median_even_fix: bool = False,
    n: IntArray | None = None,
) -> tuple[Share, ...]:
    """Share within `distance` of the item's median.

    With a half-integer median (even panels) distance 1 covers two scale points, not three, so even panels fail more
    often; `near_median_even_fix` widens the distance by a half there (four points).
    """
    rated = counts.sum(axis=1)
    doubled = doubled_deviations(counts, scale=scale)
    half_integer = (doubled[:, 0] % 2 == 1) & near_median_even_fix
    reach = 2 * distance + half_integer
    near = (counts * (doubled <= reach[:, None])).sum(axis=1)
    return shares(near, rated if n is None else n, n_rated=rated)


def pct_third(
    counts: IntArray, *, scale: Scale, n: IntArray | None = None
) -> tuple[tuple[Share, Share, Share], ...] | None:
    """Shares in the lower, middle and upper third of the scale; None if K is not divisible by three."""
    if scale.points % 3:
        return None
    rated = counts.sum(axis=1)
    total = rated if n is None else n
    size = scale.points // 3
    thirds = [
        shares(counts[:, start : start + size].sum(axis=1), total, n_rated=rated) for start in (0, size, 2 * size)
    ]
    return tuple(zip(*thirds, strict=True))


def modal_shares(counts: IntArray, *, n: IntArray | None = None) -> tuple[Share, ...]:
    """Share of the most frequent scale point."""
    rated = counts.sum(axis=1)
    return shares(counts.max(axis=1), rated if n is None else n, n_rated=rated)


def _checked_box(box: int | None, scale: Scale) -> int:
    size = default_box(scale) if box is None else box
    if not 1 <= size <= scale.points:
        raise ValueError(f"box is {size}; allowed is 1 to {scale.points}")
    return size
