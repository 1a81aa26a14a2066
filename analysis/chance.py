"""How often answers given at random would pass the consensus rule: the figure to show beside every verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analysis.agreement import wilson_arrays
from analysis.consensus import judge
from analysis.corridors import Corridors, consensus_corridors, is_narrow_enough
from analysis.histogram import BoolArray
from analysis.types import DEFAULT_SEED, ConsensusRule, Scale, Verdict

FloatArray = npt.NDArray[np.float64]

DRAWS = 200_000
EXACT_WORK = 1_000_000_000
"""Multiplications the exact computation may take (about a second); beyond it answers are drawn."""

_DRAW_CELLS = 2_000_000


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
    ratings so far, one walk for every placement of the quartiles that meets the rule; on scales and panels where
    that would take too long (0-100), 200,000 draws with a fixed seed.

    Errors: ValueError for n below 0 or a rule off the scale.
    Source: elementary probability; checked against enumeration of all answers for n <= 5.
    """
    rule.check_scale(scale)
    if n < 0:
        raise ValueError(f"n is {n}; allowed is 0 or more")
    if n < rule.min_n:
        return RandomPass(chance=None, low=None, high=None, exact=True, reason="too_few_ratings")
    if not is_narrow_enough(rule=rule, scale=scale, n=n):
        return _drawn(rule=rule, scale=scale, n=n)
    corridors = consensus_corridors(rule=rule, scale=scale, n=n, n_denominator=n)
    if corridors.least.size * (n + 1) ** 2 > EXACT_WORK:
        return _drawn(rule=rule, scale=scale, n=n)
    chance = _walk(corridors, n=n)
    return RandomPass(chance=chance, low=chance, high=chance, exact=True, reason=None)


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
        passed += judge(counts, rule=rule, scale=scale).verdicts().count(Verdict.IN)
    low, high = wilson_arrays(np.array([passed]), np.array([DRAWS]))
    return RandomPass(chance=passed / DRAWS, low=float(low[0]), high=float(high[0]), exact=False, reason=None)
