"""A consensus rule as corridors: between which numbers the ratings up to each scale point must lie for a verdict.

Everything that asks "how likely", "how far" or "can it still" about a verdict is answered on these corridors exactly:
the chance of random agreement, the least number of changed ratings, the completions of an unfinished round.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.quantiles import quantile_positions
from analysis.types import EPS, ConsensusRule, Quantile, Scale, Verdict

FloatArray = npt.NDArray[np.float64]

MAX_CORRIDORS = 20_000
"""More than this (scales of about 25 points on) and callers fall back to drawing or searching."""


@dataclass(frozen=True, slots=True, eq=False)
class Corridors:
    """Least and most ratings at or below every scale point, int64 (corridors, K); met means: inside any one of them."""

    least: IntArray
    most: IntArray


@dataclass(frozen=True, slots=True)
class _Places:
    """0-based positions of the order statistics that the quartiles use, and where each quartile finds them."""

    distinct: tuple[int, ...]
    first: tuple[int, int, float]
    third: tuple[int, int, float]


def is_narrow_enough(*, rule: ConsensusRule, scale: Scale, n: int) -> bool:
    """Whether the rule on `n` ratings has few enough corridors to be worked out."""
    middle = rule.agree_from > scale.lower and rule.agree_to < scale.upper
    places = len(_quartile_places(n, rule.quantile).distinct)
    return comb(scale.points + places - 1, places) * (n + 1 if middle else 1) <= MAX_CORRIDORS


@lru_cache(maxsize=512)
def consensus_corridors(
    *, rule: ConsensusRule, scale: Scale, n: int, n_denominator: int, low_end: bool = False
) -> Corridors:
    """Disjoint corridors on which `n` ratings meet both the agreement share and the IQR limit.

    n : ratings, 1 or more; n_denominator : the N of the percentage; low_end : the mirrored box (verdict OUT).
    The minimum number of ratings is not looked at. Errors: ValueError if the rule is off the scale.
    """
    rule.check_scale(scale)
    narrow = _quartile_corridors(n, rule=rule, scale=scale, wide=False)
    start, stop = _box(rule, scale, low_end=low_end)
    needed = -(-rule.agreement.numerator * n_denominator // rule.agreement.denominator)
    boxes = _box_corridors(n, scale.points, start=start, stop=stop, low=needed, high=n)
    return _both(narrow, boxes)


@lru_cache(maxsize=512)
def dissent_corridors(
    *, rule: ConsensusRule, scale: Scale, n: int, n_denominator: int, low_end: bool = False
) -> Corridors:
    """Corridors (overlapping) on which `n` ratings miss the agreement share or the IQR limit; see above."""
    rule.check_scale(scale)
    wide = _quartile_corridors(n, rule=rule, scale=scale, wide=True)
    start, stop = _box(rule, scale, low_end=low_end)
    needed = -(-rule.agreement.numerator * n_denominator // rule.agreement.denominator)
    boxes = _box_corridors(n, scale.points, start=start, stop=stop, low=0, high=needed - 1)
    return Corridors(least=np.concatenate([wide.least, boxes.least]), most=np.concatenate([wide.most, boxes.most]))


def corridors_of_change(
    verdict: Verdict, *, rule: ConsensusRule, scale: Scale, n: int, n_denominator: int
) -> tuple[Corridors, ...]:
    """Corridors on which `n` ratings get another verdict than `verdict` (IN, OUT or NONE); IN wins over OUT."""
    if verdict is Verdict.IN:
        return (dissent_corridors(rule=rule, scale=scale, n=n, n_denominator=n_denominator),)
    into = consensus_corridors(rule=rule, scale=scale, n=n, n_denominator=n_denominator)
    low_end = dissent_corridors if verdict is Verdict.OUT else consensus_corridors
    return into, low_end(rule=rule, scale=scale, n=n, n_denominator=n_denominator, low_end=True)


def steps_into(cumulative: IntArray, corridors: Corridors) -> IntArray:
    """Least number of one-point changes of single ratings that bring each item into the corridors.

    cumulative : int64 (items, K), ratings at or below each point. Returns int64 (items,); -1 where no change can.
    One change of one rating by one point moves one cumulative count by one, so distances simply add.
    """
    if len(corridors.least) == 0:
        return np.full(len(cumulative), -1, dtype=np.int64)
    short = np.maximum(corridors.least[None] - cumulative[:, None], 0)
    over = np.maximum(cumulative[:, None] - corridors.most[None], 0)
    return np.asarray((short + over).sum(axis=2).min(axis=1), dtype=np.int64)


def can_complete_into(cumulative: IntArray, corridors: Corridors, *, n_added: int) -> npt.NDArray[np.bool_]:
    """Whether `n_added` further ratings can bring each item into the corridors (of the completed panel).

    cumulative : int64 (items, K). Returns bool (items,).
    """
    if len(corridors.least) == 0:
        return np.zeros(len(cumulative), dtype=np.bool_)
    least = np.maximum.accumulate(np.maximum(corridors.least[None] - cumulative[:, None], 0), axis=2)
    most = np.minimum(corridors.most[None] - cumulative[:, None], n_added)
    most = np.minimum.accumulate(most[:, :, ::-1], axis=2)[:, :, ::-1]
    reachable = np.asarray(least <= most, dtype=np.bool_).all(axis=2)
    return np.asarray(np.any(reachable, axis=1), dtype=np.bool_)


def _box(rule: ConsensusRule, scale: Scale, *, low_end: bool) -> tuple[int, int]:
    if low_end:
        return 0, rule.width - 1
    return rule.agree_from - scale.lower, rule.agree_to - scale.lower


def _quartile_places(n: int, method: Quantile) -> _Places:
    found = []
    for percent in (25, 75):
        low, high, weight = quantile_positions(np.array([n]), percent=percent, method=method)
        found.append((int(low[0]), int(high[0]) if weight[0] > 0 else int(low[0]), float(weight[0])))
    distinct = tuple(sorted({place for low, high, _ in found for place in (low, high)}))
    first, third = ((distinct.index(low), distinct.index(high), weight) for low, high, weight in found)
    return _Places(distinct=distinct, first=first, third=third)


def _quartile_corridors(n: int, *, rule: ConsensusRule, scale: Scale, wide: bool) -> Corridors:
    """One corridor for every placement of the quartiles' order statistics, with an IQR above the limit or not."""
    points = scale.points
    places = _quartile_places(n, rule.quantile)
    placed = np.array(list(combinations_with_replacement(range(points), len(places.distinct))), dtype=np.int64)
    too_wide = _at(placed, places.third) - _at(placed, places.first) > rule.iqr + EPS
    placed = placed[too_wide == wide]
    grid = np.arange(points)
    least = np.zeros((len(placed), points), dtype=np.int64)
    most = np.full((len(placed), points), n, dtype=np.int64)
    for column, position in enumerate(places.distinct):
        reached = placed[:, column, None] <= grid
        least = np.where(reached, np.maximum(least, position + 1), least)
        most = np.where(reached, most, np.minimum(most, position))
    least[:, -1] = n
    return Corridors(least=least, most=most)


def _at(placed: IntArray, place: tuple[int, int, float]) -> FloatArray:
    low, high, weight = place
    return placed[:, low] + (placed[:, high] - placed[:, low]) * weight


def _box_corridors(n: int, points: int, *, start: int, stop: int, low: int, high: int) -> Corridors:
    """Disjoint corridors with `low` to `high` ratings in the box; one for every count below a box inside the scale."""
    if low > high:
        return Corridors(least=np.zeros((0, points), dtype=np.int64), most=np.zeros((0, points), dtype=np.int64))
    inside = start > 0 and stop < points - 1
    below = np.arange(n + 1) if inside else np.zeros(1, dtype=np.int64)
    least = np.zeros((len(below), points), dtype=np.int64)
    most = np.full((len(below), points), n, dtype=np.int64)
    least[:, -1] = n
    if inside:
        least[:, start - 1] = most[:, start - 1] = below
    if stop < points - 1:
        least[:, stop], most[:, stop] = below + low, np.minimum(below + high, n)
    elif start > 0:
        least[:, start - 1], most[:, start - 1] = max(0, n - high), n - low
    elif not low <= n <= high:
        return Corridors(least=least[:0], most=most[:0])
    return _feasible(least, most)


def _both(first: Corridors, second: Corridors) -> Corridors:
    """Every intersection of a corridor of one set with one of the other that some panel can meet."""
    points = first.least.shape[1]
    least = np.maximum(first.least[:, None], second.least[None]).reshape(-1, points)
    most = np.minimum(first.most[:, None], second.most[None]).reshape(-1, points)
    return _feasible(least, most)


def _feasible(least: IntArray, most: IntArray) -> Corridors:
    """Counts up to a point never fall from left to right: tighten the limits accordingly and drop the impossible."""
    least = np.maximum.accumulate(least, axis=1)
    most = np.minimum.accumulate(most[:, ::-1], axis=1)[:, ::-1]
    possible = (least <= most).all(axis=1)
    return Corridors(least=least[possible], most=most[possible])
