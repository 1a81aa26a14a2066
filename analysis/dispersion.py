"""Single numbers for how far a panel is from one mind: van der Eijk, Tastle and Wierman, Leik, Blair and Lacy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.types import Scale

FloatArray = npt.NDArray[np.float64]

MIN_POINTS_VAN_DER_EIJK = 3


def van_der_eijk_array(counts: IntArray) -> FloatArray:
    """Agreement A of every item, float64 (items,), for use inside the package: NaN where n = 0 or K < 3.

    The histogram is peeled into layers of equal height; each layer is a 0/1 pattern whose unimodality is known.
    """
    n_items, points = counts.shape
    n = counts.sum(axis=1)
    if points < MIN_POINTS_VAN_DER_EIJK:
        return np.full(n_items, np.nan)
    left = counts.copy()
    weighted = np.zeros(n_items)
    while left.any():
        pattern = (left > 0).astype(np.int64)
        size = pattern.sum(axis=1)
        height = np.where(pattern == 1, left, np.iinfo(np.int64).max).min(axis=1)
        height = np.where(size > 0, height, 0)
        left -= pattern * height[:, None]
        weighted += height * size * _layer_agreement(pattern, size)
    return np.where(n > 0, weighted / np.maximum(n, 1), np.nan)


def _layer_agreement(pattern: IntArray, size: IntArray) -> FloatArray:
    points = pattern.shape[1]
    ones_before = np.cumsum(pattern, axis=1) - pattern
    ones_after = size[:, None] - ones_before - pattern
    zeros_before = np.arange(points) - ones_before
    zeros_after = (points - 1 - np.arange(points)) - ones_after
    unimodal = (pattern * (ones_before * zeros_after + zeros_before * ones_after)).sum(axis=1)
    bimodal = ((1 - pattern) * ones_before * ones_after).sum(axis=1)
    triples = unimodal + bimodal
    shape = ((points - 2) * unimodal - (points - 1) * bimodal) / ((points - 2) * np.where(triples > 0, triples, 1))
    value = shape * (1 - (size - 1) / (points - 1))
    return np.where(size == 1, 1.0, np.where(size == points, 0.0, value))


def van_der_eijk_a(counts: IntArray) -> tuple[float | None, ...]:
    """Van der Eijk's agreement A: 1 unanimity, 0 uniform, -1 two extremes; None for n = 0 or fewer than 3 points.

    counts : int64 (items, K) over the full scale. Polarisation is (1 - A) / 2.
    Source: van der Eijk 2001, Qual Quant 35:325-341. Checked against R agrmt 1.42.12 agreement().
    """
    return _optional(van_der_eijk_array(counts))


def consensus_cns(counts: IntArray, *, scale: Scale) -> tuple[float | None, ...]:
    """Tastle and Wierman's consensus: 1 unanimity, 0 an even split between the ends; None for n = 0.

    Dissent is 1 - Cns. The width is that of the scale, not the observed range.
    Source: Tastle & Wierman 2007, Int J Approx Reason 45:531-545. Checked against R agrmt 1.42.12 consensus().
    """
    return _optional(consensus_array(counts, scale=scale))


def consensus_array(counts: IntArray, *, scale: Scale) -> FloatArray:
    """Consensus of every item, float64 (items,), for use inside the package: NaN where n = 0."""
    n = counts.sum(axis=1)
    share = counts / np.maximum(n, 1)[:, None]
    mean = (counts @ scale.values) / np.maximum(n, 1)
    closeness = 1 - np.abs(scale.values[None, :] - mean[:, None]) / (scale.points - 1)
    terms = share * np.log2(np.where(counts > 0, closeness, 1.0))
    return np.where(n > 0, 1 + terms.sum(axis=1), np.nan)


def leik_d(counts: IntArray) -> tuple[float | None, ...]:
    """Leik's D, a dispersion: 0 consensus, 1 polarised; None for n = 0. Often mislabelled: consensus is 1 - D.

    Source: Leik 1966, Pac Sociol Rev 9:85-90. Checked against R agrmt 1.42.12 Leik().
    """
    n, cumulative = _cumulative(counts)
    spread = np.minimum(cumulative, n[:, None] - cumulative).sum(axis=1)
    return _optional(np.where(n > 0, 2 * spread / (np.maximum(n, 1) * (counts.shape[1] - 1)), np.nan))


def blair_lacy_l2(counts: IntArray) -> tuple[float | None, ...]:
    """Blair and Lacy's l squared: 1 unanimity, 0 two extremes; None for n = 0.

    Source: Blair & Lacy 2000, Sociol Methods Res 28:251-280. Checked against R agrmt 1.42.12 lsquared().
    """
    n, cumulative = _cumulative(counts)
    squared = ((2 * cumulative - n[:, None]) ** 2).sum(axis=1)
    return _optional(np.where(n > 0, squared / (np.maximum(n, 1) ** 2 * (counts.shape[1] - 1)), np.nan))


def berry_mielke_iov(counts: IntArray) -> tuple[float | None, ...]:
    """Berry and Mielke's index of ordinal variation: 0 unanimity, 1 two extremes; None for fewer than two ratings.

    Source: Berry & Mielke 1992, Percept Mot Skills 74:63-66. Checked against R agrmt 1.42.12 BerryMielke().
    """
    n, cumulative = _cumulative(counts)
    spread = (cumulative * (n[:, None] - cumulative)).sum(axis=1)
    largest = (counts.shape[1] - 1) * (n * n // 4)
    return _optional(np.where(n > 1, spread / np.maximum(largest, 1), np.nan))


def _cumulative(counts: IntArray) -> tuple[IntArray, IntArray]:
    cumulative = np.cumsum(counts, axis=1)
    return cumulative[:, -1], cumulative[:, :-1]


def _optional(values: FloatArray) -> tuple[float | None, ...]:
    return tuple(None if math.isnan(value) else value for value in values.tolist())
