"""Two camps or one: when a low agreement share hides two groups that each agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.dispersion import van_der_eijk_array
from analysis.histogram import BoolArray, IntArray
from analysis.types import EPS, Scale

FloatArray = npt.NDArray[np.float64]

MIN_N_FOR_THIRDS = 5
RAM_MIN_N = 8
SARLE_UNIFORM = 5 / 9
ASHMAN_SEPARATED = 2.0
LARGE_DELTA = 0.474


@dataclass(frozen=True, slots=True)
class Ashman:
    """Ashman's D of the best split in two; `cut` is the highest scale point of the lower group.

    `d` is None for fewer than two different ratings (`no_variance`), a group of one (`group_of_one`) or two groups
    that each agree completely (`perfect_split`). Above 2 the groups are separated.
    """

    d: float | None
    cut: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class GroupSplit:
    """Two groups that each agree within themselves and stand apart: the panel is divided along this variable."""

    higher: str
    lower: str
    delta: float


def bipolar(counts: IntArray, *, scale: Scale) -> BoolArray:
    """Items on which the panel stands in two camps.

    counts : int64 (items, K). Returns bool (items,): van der Eijk's A below 0, or enough experts in both extreme
    thirds at once: floor((n - 2) / 3) + 1 in each from 8 ratings (the classical RAND/UCLA disagreement), a third of
    the panel in each for 5 to 7. A scale not divisible by three has floor(K / 3) points in each extreme, at least one.

    Errors: none. Source: van der Eijk 2001, Qual Quant 35:325-341; Fitch et al. 2001, MR-1269.
    """
    n = counts.sum(axis=1)
    size = max(1, scale.points // 3)
    fewer = np.minimum(counts[:, :size].sum(axis=1), counts[:, -size:].sum(axis=1))
    needed = np.where(n >= RAM_MIN_N, (n - 2) // 3 + 1, -(-n // 3))
    both_ends = (n >= MIN_N_FOR_THIRDS) & (fewer >= needed)
    with np.errstate(invalid="ignore"):
        return np.asarray((van_der_eijk_array(counts) < -EPS) | both_ends, dtype=np.bool_)


def sarle_bc(counts: IntArray, *, scale: Scale) -> tuple[float | None, ...]:
    """Sarle's bimodality coefficient (SAS form) of every item; None below 4 ratings or without variance.

    For display only: above 5/9 is called bimodal, yet five 3s and five 4s score .566.
    counts : int64 (items, K). Source: SAS/STAT user's guide, PROC CLUSTER. Checked against R e1071 (type 2 moments).
    """
    n = counts.sum(axis=1)
    usable = (n >= 4) & (np.count_nonzero(counts, axis=1) > 1)
    m = np.where(usable, n, 4).astype(np.float64)
    mean = counts @ scale.values / m
    deviation = scale.values[None, :] - mean[:, None]
    second, third, fourth = ((counts * deviation**power).sum(axis=1) / m for power in (2, 3, 4))
    second = np.where(usable, second, 1.0)
    skew = np.sqrt(m * (m - 1)) / (m - 2) * third / second**1.5
    flatness = np.where(usable, fourth, 1.0) / second**2
    # The bias-corrected excess kurtosis and SAS's correction add up to this multiple of the plain kurtosis.
    coefficient = (skew**2 + 1) * (m - 2) * (m - 3) / ((m * m - 1) * flatness)
    return tuple(value if ok else None for value, ok in zip(coefficient.tolist(), usable.tolist(), strict=True))


def ashman_d(counts: IntArray, *, scale: Scale) -> tuple[Ashman, ...]:
    """Ashman's D of every item: distance of the two best groups in units of their spread.

    counts : int64 (items, K). The split minimises the squares within groups; of equal splits the lowest wins.
    Source: Ashman, Bird & Zepf 1994, Astron J 108:2348-2361.
    """
    values = scale.values
    below = np.stack([np.cumsum(counts * values**power, axis=1) for power in range(3)])
    left, right = below[:, :, :-1], below[:, :, -1:] - below[:, :, :-1]
    possible = (left[0] > 0) & (right[0] > 0)
    within = _squares(left) + _squares(right)
    within = np.where(possible, within, np.inf)
    cut = np.argmax(within <= within.min(axis=1, keepdims=True) + EPS, axis=1)
    item = np.arange(len(counts))
    return tuple(
        _ashman(left[:, i, c], right[:, i, c], cut=scale.lower + c)
        if possible[i, c]
        else Ashman(d=None, cut=None, reason="no_variance")
        for i, c in zip(item.tolist(), cut.tolist(), strict=True)
    )


def cliffs_delta(first: IntArray, second: IntArray) -> FloatArray:
    """P(first > second) - P(first < second) of every item, float64 (items,), for use inside the package: NaN if empty.

    first, second : int64 (items, K), the histograms of two groups. Source: Cliff 1993, Psychol Bull 114:494-509.
    """
    below = np.cumsum(second, axis=1) - second
    above = second.sum(axis=1, keepdims=True) - below - second
    pairs = first.sum(axis=1) * second.sum(axis=1)
    surplus = (first * (below - above)).sum(axis=1)
    return np.where(pairs > 0, surplus / np.maximum(pairs, 1), np.nan)


def group_splits(counts_by_group: Mapping[str, IntArray], *, min_n: int = 5) -> tuple[GroupSplit | None, ...]:
    """For every item, the two groups furthest apart if that explains a divided panel, else None.

    counts_by_group : int64 (items, K) of each group of one grouping variable (college, region, language). Both
    groups need `min_n` ratings and agreement within (A above 0), and a large Cliff delta (0.474) between them.
    Errors: ValueError for no group. Source: threshold of Romano et al. 2006.
    """
    if not counts_by_group:
        raise ValueError("counts_by_group is empty; at least one group is needed")
    names = sorted(counts_by_group)
    inner = {name: van_der_eijk_array(counts_by_group[name]) for name in names}
    enough = {name: counts_by_group[name].sum(axis=1) >= min_n for name in names}
    n_items = len(counts_by_group[names[0]])
    best: list[GroupSplit | None] = [None] * n_items
    for position, name in enumerate(names):
        for other in names[position + 1 :]:
            delta = cliffs_delta(counts_by_group[name], counts_by_group[other])
            agreeing = (inner[name] > EPS) & (inner[other] > EPS) & enough[name] & enough[other]
            for item in np.flatnonzero(agreeing & (np.abs(delta) >= LARGE_DELTA - EPS)).tolist():
                size = float(abs(delta[item]))
                current = best[item]
                if current is None or size > current.delta + EPS:
                    higher, lower = (name, other) if delta[item] > 0 else (other, name)
                    best[item] = GroupSplit(higher=higher, lower=lower, delta=size)
    return tuple(best)


def _squares(sums: IntArray) -> FloatArray:
    """Sum of squares about the mean from (n, sum, sum of squares) stacked on the first axis; 0 where n = 0."""
    return np.asarray(sums[2] - sums[1] ** 2 / np.maximum(sums[0], 1), dtype=np.float64)


def _ashman(left: IntArray, right: IntArray, *, cut: int) -> Ashman:
    if min(left[0], right[0]) < 2:
        return Ashman(d=None, cut=cut, reason="group_of_one")
    variances = [float(n * squares - total**2) / float(n * (n - 1)) for n, total, squares in (left, right)]
    if sum(variances) == 0:
        return Ashman(d=None, cut=cut, reason="perfect_split")
    distance = abs(float(left[1] / left[0]) - float(right[1] / right[0]))
    return Ashman(d=2**0.5 * distance / sum(variances) ** 0.5, cut=cut, reason=None)
