"""How often answers given at random would pass the consensus rule: the figure to show beside every verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, combinations, islice
from math import comb

import numpy as np
import numpy.typing as npt

from analysis.agreement import wilson_arrays
from analysis.consensus import VERDICTS, judge
from analysis.corridors import Corridors, consensus_corridors, is_narrow_enough
from analysis.histogram import BoolArray, IntArray
from analysis.types import DEFAULT_SEED, ConsensusRule, Scale, Verdict

FloatArray = npt.NDArray[np.float64]

DRAWS = 200_000
EXACT_WORK = 1_000_000_000
"""Multiplications the walk may take (about a second); beyond it panels are listed, or drawn."""

PANELS_LISTED = 2_000_000
"""Different panels that are listed one by one; beyond it answers are drawn."""

_DRAW_CELLS = 2_000_000
_IN = VERDICTS.index(Verdict.IN)


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
    ratings so far, one walk for every placement of the quartiles that meets the rule; where that would take too long,
    by listing up to two million panels; beyond (0-100), 200,000 draws with a fixed seed.

    Errors: ValueError for n below 0 or a rule off the scale.
    Source: elementary probability; checked against enumeration of all answers for n <= 5.
    """
    rule.check_scale(scale)
    if n < 0:
        raise ValueError(f"n is {n}; allowed is 0 or more")
    if n < rule.min_n:
        return RandomPass(chance=None, low=None, high=None, exact=True, reason="too_few_ratings")
    chance = _exact(rule=rule, scale=scale, n=n)
    if chance is None:
        return _drawn(rule=rule, scale=scale, n=n)
    return RandomPass(chance=chance, low=chance, high=chance, exact=True, reason=None)


def _exact(*, rule: ConsensusRule, scale: Scale, n: int) -> float | None:
    """The chance by the cheaper exact way, None if both would take too long."""
    if is_narrow_enough(rule=rule, scale=scale, n=n):
        corridors = consensus_corridors(rule=rule, scale=scale, n=n, n_denominator=n)
        if corridors.least.size * (n + 1) ** 2 <= EXACT_WORK:
            return _walk(corridors, n=n)
    return _listed(rule=rule, scale=scale, n=n) if comb(n + scale.points - 1, n) <= PANELS_LISTED else None


def _walk(corridors: Corridors, *, n: int) -> float:
    """Probability that the counts at or below every point stay inside one of the (disjoint) corridors."""
    n_corridors, points = corridors.least.shape
    reached = np.arange(n + 1)
    mass = np.zeros((n_corridors, n + 1))
    mass[:, 0] = 1.0
    for point in range(points):
        least, most = corridors.least[:, point, None], corridors.most[:, point, None]
        inside: BoolArray = (reached >= least) & (reached <= most)
        mass = np.where(inside, mass @ _step(n, points_left=points - point), 0.0)
    return min(1.0, float(mass.sum()))


@lru_cache(maxsize=256)
def _step(n: int, *, points_left: int) -> FloatArray:
    """Transition from c ratings so far to c': binomial with chance 1 / points_left for each of the n - c others."""
    if points_left == 1:
        last = np.zeros((n + 1, n + 1))
        last[:, n] = 1.0
        return last
    log_factorial = _log_factorials(n)
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


def _log_factorials(n: int) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])


def _listed(*, rule: ConsensusRule, scale: Scale, n: int) -> float:
    """Multinomial weights of all panels that pass, added up: n answers and K - 1 bars between the points in a row."""
    points, log_factorial = scale.points, _log_factorials(n)
    chance = 0.0
    bars = combinations(range(n + points - 1), points - 1)
    while block := list(islice(bars, max(1, _DRAW_CELLS // points))):
        flat: IntArray = np.fromiter(chain.from_iterable(block), dtype=np.int64, count=len(block) * (points - 1))
        ends = [np.full((len(block), 1), end) for end in (-1, n + points - 1)]
        counts = np.diff(np.hstack([ends[0], flat.reshape(len(block), points - 1), ends[1]])) - 1
        passed = counts[judge(counts, rule=rule, scale=scale).codes == _IN]
        weights = log_factorial[n] - log_factorial[passed].sum(axis=1) - n * np.log(points)
        chance += float(np.exp(weights).sum())
    return min(1.0, chance)


def _drawn(*, rule: ConsensusRule, scale: Scale, n: int) -> RandomPass:
    rng = np.random.RandomState(DEFAULT_SEED)
    block = max(1, _DRAW_CELLS // max(scale.points, n))
    passed = 0
    for start in range(0, DRAWS, block):
        size = min(block, DRAWS - start)
        # One row a scale point: sums over points then run along whole rows.
        slots = rng.randint(0, scale.points, size=(size, n)) * size + np.arange(size)[:, None]
        counts = np.bincount(slots.ravel(), minlength=scale.points * size).reshape(scale.points, size).T
        passed += int(np.count_nonzero(judge(counts, rule=rule, scale=scale).codes == _IN))
    low, high = wilson_arrays(np.array([passed]), np.array([DRAWS]))
    return RandomPass(chance=passed / DRAWS, low=float(low[0]), high=float(high[0]), exact=False, reason=None)
