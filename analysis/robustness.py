"""How easily a verdict turns: one person leaving, one college, another quartile formula, another sample of experts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analysis.consensus import VERDICTS, Judgement, judge
from analysis.corridors import Corridors, corridors_of_change, is_narrow_enough, steps_into
from analysis.histogram import BoolArray, IntArray, count_points
from analysis.median_interval import MedianInterval, median_intervals
from analysis.multiverse import Multiverse, multiverse
from analysis.resampling import REPLICATES, counts_in_denominator, verdict_probabilities
from analysis.types import ConsensusRule, Quantile, Ratings, Scale, Verdict

CodeArray = npt.NDArray[np.int8]

FRAGILE_BELOW = 0.80
MIN_LEFT_OF_A_COLLEGE = 3
_CELLS_AT_ONCE = 6_000_000

_IN = VERDICTS.index(Verdict.IN)
_UNDECIDED = [VERDICTS.index(Verdict.INSUFFICIENT), VERDICTS.index(Verdict.NO_DATA)]


@dataclass(frozen=True, slots=True)
class ItemRobustness:
    """How far one item's verdict can be trusted.

    verdict_probability : share 0-1 of resampled panels with the same verdict; fragile below 0.8
    n_decisive : experts whose leaving alone turns the verdict; decisive_colleges : colleges whose leaving does
    steps_to_flip : least number of one-point changes of single ratings that turns it
    quantile_sensitive : the four quartile formulas do not agree on it
    An undecided item (`insufficient`, `no_data`) has nothing to turn: False, 0 and None.
    """

    verdict_probability: float | None
    fragile: bool
    quantile_sensitive: bool
    flips_if_one_leaves: bool
    n_decisive: int
    decisive_colleges: tuple[str, ...]
    steps_to_flip: int | None
    median_interval: MedianInterval | None
    multiverse: Multiverse


def robustness_report(
    ratings: Ratings,
    *,
    rule: ConsensusRule,
    seed: int,
    groups: Sequence[str | None] | None = None,
    replicates: int = REPLICATES,
) -> tuple[ItemRobustness, ...]:
    """Robustness of the verdict on every item.

    Parameters
    ----------
    ratings : one criterion, one panel
    rule : the consensus rule; its minimum number of ratings decides whether there is a verdict, and is not applied
        again to the smaller panels tried here, where it would only say "too few"
    seed : of the resampling of experts (RandomState)
    groups : the college of each expert, None unknown
    replicates : resampled panels

    Returns
    -------
    one ItemRobustness an item.

    Errors: ValueError if `groups` does not name every expert.
    Source: bootstrap over experts, Efron & Tibshirani 1993; the 0.8 is a convention of this package.
    """
    counts, scale = ratings.counts, ratings.scale
    n_denominator = ratings.denominators(rule.denominator)
    judgement = judge(counts, rule=rule, scale=scale, n_denominator=n_denominator, n_eligible=ratings.n_eligible)
    decided = ~np.isin(judgement.codes, _UNDECIDED)
    free = without_minimum(rule)
    sensitive = decided & is_quantile_sensitive(counts, rule=free, scale=scale, n_denominator=n_denominator)
    decisive = np.where(decided, decisive_experts(counts, rule=free, scale=scale, n_denominator=n_denominator), 0)
    colleges = _decisive_colleges(ratings, rule=free, codes=judgement.codes, groups=groups)
    same = verdict_probabilities(ratings, rule=free, seed=seed, codes=judgement.codes, replicates=replicates)
    steps = steps_to_flip(judgement, counts=counts, rule=rule, scale=scale)
    intervals = median_intervals(counts, lower=scale.lower)
    universe = multiverse(
        counts, scale=scale, is_in=judgement.codes == _IN, n_denominator=n_denominator, min_n=rule.min_n
    )
    rows = zip(decided.tolist(), same.tolist(), sensitive.tolist(), decisive.tolist(), strict=True)
    return tuple(
        ItemRobustness(
            verdict_probability=probability if is_decided else None,
            fragile=is_decided and probability < FRAGILE_BELOW,
            quantile_sensitive=is_sensitive,
            flips_if_one_leaves=n_decisive > 0,
            n_decisive=n_decisive,
            decisive_colleges=colleges[item] if is_decided else (),
            steps_to_flip=steps[item],
            median_interval=intervals[item],
            multiverse=universe[item],
        )
        for item, (is_decided, probability, is_sensitive, n_decisive) in enumerate(rows)
    )


def without_minimum(rule: ConsensusRule) -> ConsensusRule:
    """The same rule for any number of ratings."""
    return replace(rule, min_n=1, min_rated_share=Fraction(0))


def is_quantile_sensitive(
    counts: IntArray, *, rule: ConsensusRule, scale: Scale, n_denominator: IntArray | None = None
) -> BoolArray:
    """Whether the verdict depends on the quartile formula, bool (items,).

    Source: with 10 ratings on 9 points one in five IQR verdicts differs between types 7 and 6 of Hyndman & Fan 1996.
    """
    codes = [
        judge(counts, rule=replace(rule, quantile=method), scale=scale, n_denominator=n_denominator).codes
        for method in Quantile
    ]
    return np.asarray(np.ptp(np.stack(codes), axis=0) > 0, dtype=np.bool_)


def decisive_experts(
    counts: IntArray, *, rule: ConsensusRule, scale: Scale, n_denominator: IntArray | None = None
) -> IntArray:
    """Experts whose leaving alone turns the verdict, int64 (items,): leave-one-out, exact.

    Experts with the same rating are interchangeable, so one count per scale point is taken off, not one expert at a
    time. Where the percentage is taken of more people than rated, someone without a rating may leave as well.
    """
    n_items, points = counts.shape
    n = counts.sum(axis=1)
    total = n if n_denominator is None else n_denominator
    codes = judge(counts, rule=rule, scale=scale, n_denominator=total).codes
    fewer = np.maximum(counts[:, None, :] - np.eye(points, dtype=np.int64), 0)
    fewer = np.concatenate([fewer, counts[:, None, :]], axis=1).reshape(-1, points)
    left = judge(fewer, rule=rule, scale=scale, n_denominator=np.repeat(total - 1, points + 1)).codes
    turned = left.reshape(n_items, points + 1) != codes[:, None]
    leavers = np.concatenate([counts, (total - n)[:, None]], axis=1)
    return np.asarray(np.where(n > 1, (leavers * turned).sum(axis=1), 0), dtype=np.int64)


def steps_to_flip(
    judgement: Judgement, *, counts: IntArray, rule: ConsensusRule, scale: Scale
) -> tuple[int | None, ...]:
    """Least number of one-point changes of single ratings that turns each verdict, exact.

    judgement : of `rule` on counts, int64 (items, K). None for undecided items, where no change can turn it, and on
    scales too long to work out (0-100).
    """
    cumulative = np.cumsum(counts, axis=1)
    found = np.full(len(counts), -1, dtype=np.int64)
    decided = np.flatnonzero(~np.isin(judgement.codes, _UNDECIDED))
    keys = np.stack([cumulative[decided, -1], judgement.n[decided], judgement.codes[decided]], axis=1)
    for key in np.unique(keys, axis=0).tolist():
        n, total, code = key
        if not is_narrow_enough(rule=rule, scale=scale, n=n):
            continue
        items = decided[(keys == key).all(axis=1)]
        for target in corridors_of_change(VERDICTS[code], rule=rule, scale=scale, n=n, n_denominator=total):
            found[items] = _least(found[items], _steps(cumulative[items], target))
    return tuple(None if steps < 0 else steps for steps in found.tolist())


def _steps(cumulative: IntArray, target: Corridors) -> IntArray:
    block = max(1, _CELLS_AT_ONCE // max(1, target.least.size))
    parts = [steps_into(cumulative[start : start + block], target) for start in range(0, len(cumulative), block)]
    return np.concatenate(parts)


def _least(first: IntArray, second: IntArray) -> IntArray:
    """Smaller of two step counts, where -1 means never."""
    return np.where(first < 0, second, np.where(second < 0, first, np.minimum(first, second)))


def _decisive_colleges(
    ratings: Ratings, *, rule: ConsensusRule, codes: CodeArray, groups: Sequence[str | None] | None
) -> tuple[tuple[str, ...], ...]:
    """Colleges whose leaving turns each verdict while at least three ratings are left."""
    if groups is None:
        return ((),) * ratings.n_items
    if len(groups) != ratings.n_experts:
        raise ValueError(f"groups name {len(groups)} experts; the ratings have {ratings.n_experts}")
    counted = counts_in_denominator(ratings, rule.denominator)
    found: list[list[str]] = [[] for _ in range(ratings.n_items)]
    for name in sorted({group for group in groups if group is not None}):
        stays = np.array([group != name for group in groups], dtype=np.bool_)
        counts = count_points(
            ratings.values,
            rated=ratings.rated & stays[:, None],
            lower=ratings.scale.lower,
            points=ratings.scale.points,
        )
        total = (counted & stays[:, None]).sum(axis=0)
        left = judge(counts, rule=rule, scale=ratings.scale, n_denominator=total).codes
        enough = counts.sum(axis=1) >= MIN_LEFT_OF_A_COLLEGE
        for item in np.flatnonzero(enough & (left != codes)).tolist():
            found[item].append(name)
    return tuple(tuple(names) for names in found)
