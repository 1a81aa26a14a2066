"""How often answers given at random would pass the consensus rule: the figure to show beside every verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import numpy.typing as npt

from analysis.agreement import wilson_arrays
from analysis.consensus import judge
from analysis.histogram import BoolArray, IntArray
from analysis.quantiles import quantile_positions
from analysis.types import DEFAULT_SEED, EPS, ConsensusRule, Quantile, Scale, Verdict

FloatArray = npt.NDArray[np.float64]

DRAWS = 200_000
EXACT_WORK = 1_000_000_000
"""Multiplications the exact computation may take (about a second); beyond it answers are drawn."""

_DRAW_CELLS = 2_000_000
_FULL = 1.0


@dataclass(frozen=True, slots=True)
class RandomPass:
    """Chance 0-1 that n answers drawn uniformly from the scale are judged IN, with 95 % limits if it was drawn.

    Exact: low = high = chance. Undecidable (n below the rule's minimum): all None, reason `too_few_ratings`.
    """

    chance: float | None
    low: float | None
    high: float | None
    exact: bool
    reason: str | None


def false_consensus_chance(*, rule: ConsensusRule, scale: Scale, n: int) -> float | None:
    """Chance 0-1 that n random answers pass `rule`; None when n is below the rule's minimum. See `random_pass`."""
    return random_pass(rule=rule, scale=scale, n=n).chance


def expected_false_agreements(chances: Iterable[float | None]) -> float:
    """Items of a list that random answers would have passed, on average: the sum of the chances that are defined."""
    return float(sum(chance for chance in chances if chance is not None))


@lru_cache(maxsize=4096)
def random_pass(*, rule: ConsensusRule, scale: Scale, n: int) -> RandomPass:
    """Chance that n independent answers, uniform over the scale, pass the rule.

    Parameters
    ----------
    rule : the consensus rule; everybody is taken to have rated
    scale : the rating scale
    n : number of ratings, 0 or more

    Returns
    -------
    RandomPass, a share 0-1. Not monotone in n. Exact by a walk over the scale points whose state is the number of
    ratings so far, for every position of the quartiles that meets the IQR limit; on scales and panels where that
    would take too long (0-100), 200,000 draws with a fixed seed.

    Errors: ValueError for n below 0 or a rule off the scale.
    Source: elementary probability; checked against enumeration of all answers for n <= 5.
    """
    rule.check_scale(scale)
    if n < 0:
        raise ValueError(f"n is {n}; allowed is 0 or more")
    if n < rule.min_n:
        return RandomPass(chance=None, low=None, high=None, exact=True, reason="too_few_ratings")
    positions = _quartile_positions(n, rule.quantile)
    n_ways = comb(scale.points + len(positions.distinct) - 1, len(positions.distinct))
    middle = rule.agree_from > scale.lower and rule.agree_to < scale.upper
    if n_ways * (n + 1) ** 2 * scale.points * (n + 1 if middle else 1) > EXACT_WORK:
        return _drawn(rule=rule, scale=scale, n=n)
    chance = _exact(rule=rule, scale=scale, n=n, positions=positions)
    return RandomPass(chance=chance, low=chance, high=chance, exact=True, reason=None)


@dataclass(frozen=True, slots=True)
class _Positions:
    """0-based positions of the order statistics that the quartiles use, and where each quartile finds them."""

    distinct: tuple[int, ...]
    first: tuple[int, int, float]
    third: tuple[int, int, float]


def _quartile_positions(n: int, method: Quantile) -> _Positions:
    found = []
    for percent in (25, 75):
        low, high, weight = quantile_positions(np.array([n]), percent=percent, method=method)
        found.append((int(low[0]), int(high[0]) if weight[0] > 0 else int(low[0]), float(weight[0])))
    distinct = tuple(sorted({place for low, high, _ in found for place in (low, high)}))
    first, third = ((distinct.index(low), distinct.index(high), weight) for low, high, weight in found)
    return _Positions(distinct=distinct, first=first, third=third)


def _exact(*, rule: ConsensusRule, scale: Scale, n: int, positions: _Positions) -> float:
    points = scale.points
    placed = np.array(list(combinations_with_replacement(range(points), len(positions.distinct))), dtype=np.int64)
    spread = _at(placed, positions.third) - _at(placed, positions.first)
    placed = placed[spread <= rule.iqr + EPS]
    least, most = _count_bounds(placed, distinct=positions.distinct, n=n, points=points)
    needed = -(-rule.agreement.numerator * n // rule.agreement.denominator)
    start, stop = rule.agree_from - scale.lower, rule.agree_to - scale.lower
    if stop == points - 1 and start > 0:
        most[:, start - 1] = np.minimum(most[:, start - 1], n - needed)
    elif stop < points - 1 and start == 0:
        least[:, stop] = np.maximum(least[:, stop], needed)
    elif start > 0:
        return sum(
            _walk(*_with_middle_box(least, most, start=start, stop=stop, below=below, needed=needed), n=n)
            for below in range(n - needed + 1)
        )
    return _walk(least, most, n=n)


def _at(placed: IntArray, place: tuple[int, int, float]) -> FloatArray:
    low, high, weight = place
    return placed[:, low] + (placed[:, high] - placed[:, low]) * weight


def _count_bounds(placed: IntArray, *, distinct: Sequence[int], n: int, points: int) -> tuple[IntArray, IntArray]:
    """Least and most ratings at or below every scale point that put the order statistics where `placed` says."""
    grid = np.arange(points)
    least = np.zeros((len(placed), points), dtype=np.int64)
    most = np.full((len(placed), points), n, dtype=np.int64)
    for column, position in enumerate(distinct):
        reached = placed[:, column, None] <= grid
        least = np.where(reached, np.maximum(least, position + 1), least)
        most = np.where(reached, most, np.minimum(most, position))
    return least, most


def _with_middle_box(
    least: IntArray, most: IntArray, *, start: int, stop: int, below: int, needed: int
) -> tuple[IntArray, IntArray]:
    least, most = least.copy(), most.copy()
    least[:, start - 1] = np.maximum(least[:, start - 1], below)
    most[:, start - 1] = np.minimum(most[:, start - 1], below)
    least[:, stop] = np.maximum(least[:, stop], below + needed)
    return least, most


def _walk(least: IntArray, most: IntArray, *, n: int) -> float:
    """Probability that the counts at or below every point stay inside one of the (disjoint) corridors."""
    points = least.shape[1]
    reached = np.arange(n + 1)
    mass = np.zeros((len(least), n + 1))
    mass[:, 0] = 1.0
    for point in range(points):
        inside: BoolArray = (reached >= least[:, point, None]) & (reached <= most[:, point, None])
        mass = np.where(inside, mass @ _step(n, points_left=points - point), 0.0)
    return min(_FULL, float(mass[:, n].sum()))


@lru_cache(maxsize=256)
def _step(n: int, *, points_left: int) -> FloatArray:
    """Transition from c ratings so far to c': binomial with chance 1 / points_left for each of the n - c others."""
    if points_left == 1:
        last = np.zeros((n + 1, n + 1))
        last[:, n] = 1.0
        return last
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    before, after = np.arange(n + 1)[:, None], np.arange(n + 1)[None, :]
    rise = after - before
    log_chance = (
        log_factorial[n - before]
        - log_factorial[np.maximum(rise, 0)]
        - log_factorial[n - after]
        - rise * np.log(points_left)
        + (n - after) * np.log1p(-1 / points_left)
    )
    return np.where(rise >= 0, np.exp(np.where(rise >= 0, log_chance, 0.0)), 0.0)


def _drawn(*, rule: ConsensusRule, scale: Scale, n: int) -> RandomPass:
    rng = np.random.RandomState(DEFAULT_SEED)
    uniform = np.full(scale.points, 1 / scale.points)
    block = max(1, _DRAW_CELLS // scale.points)
    passed = 0
    for start in range(0, DRAWS, block):
        counts = rng.multinomial(n, uniform, size=min(block, DRAWS - start)).astype(np.int64)
        verdicts = judge(counts, rule=rule, scale=scale).verdicts()
        passed += verdicts.count(Verdict.IN)
    low, high = wilson_arrays(np.array([passed]), np.array([DRAWS]))
    return RandomPass(chance=passed / DRAWS, low=float(low[0]), high=float(high[0]), exact=False, reason=None)
