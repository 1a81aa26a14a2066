"""Bootstrap over experts: one draw of people serves all items, because one person rates them all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from analysis.consensus import judge
from analysis.histogram import BoolArray, IntArray
from analysis.types import CellState, ConsensusRule, Denominator, Ratings

FloatArray = npt.NDArray[np.float64]
CodeArray = npt.NDArray[np.int8]

REPLICATES = 2000
_DRAWS_AT_ONCE = 2**17
_CELLS_AT_ONCE = 6_000_000
_EXACT_INTEGERS = 2.0**53


def draw_blocks(*, n_experts: int, replicates: int, seed: int) -> Iterator[IntArray]:
    """How often each expert is drawn, int64 (some replicates, n_experts) at a time, in order.

    Draws RandomState(seed).randint(0, n_experts, (replicates, n_experts)), a stream that is frozen (NEP 19), in blocks
    that stay in the cache. `randint` cuts 32-bit words to the bits of the largest number wanted and throws away those
    still too large, one by one; the same is done here with whole arrays, which takes half the time.
    """
    rng = np.random.RandomState(seed)
    bits = np.uint32((1 << (n_experts - 1).bit_length()) - 1)
    drawn = np.empty(0, dtype=np.uint32)
    height = max(1, _DRAWS_AT_ONCE // max(1, n_experts))
    for start in range(0, replicates, height):
        rows = min(height, replicates - start)
        wanted = rows * n_experts
        while len(drawn) < wanted:
            words = rng.randint(0, 2**32, size=2 * (wanted - len(drawn)), dtype=np.uint32)
            words &= bits
            drawn = np.concatenate((drawn, np.compress(words < n_experts, words)))
        slot = drawn[:wanted].reshape(rows, n_experts) + n_experts * np.arange(rows, dtype=np.uint32)[:, None]
        drawn = drawn[wanted:]
        yield np.bincount(slot.ravel(), minlength=wanted).reshape(rows, n_experts)


def draw_experts(*, n_experts: int, replicates: int, seed: int) -> IntArray:
    """All blocks of `draw_blocks` in one array, int64 (replicates, n_experts)."""
    return np.concatenate(list(draw_blocks(n_experts=n_experts, replicates=replicates, seed=seed)))


def verdict_probabilities(
    ratings: Ratings, *, rule: ConsensusRule, seed: int, codes: CodeArray, replicates: int = REPLICATES
) -> FloatArray:
    """Share of bootstrap panels with the verdict in `codes`, float64 (items,), 0-1.

    ratings, rule : the panel and its rule; replicates : panels drawn with replacement from its experts
    codes : int8 (items,), the verdict of the panel itself, see `analysis.consensus.VERDICTS`
    Errors: none; 0 for a panel of nobody. Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap.
    """
    m, n_items, points = ratings.n_experts, ratings.n_items, ratings.scale.points
    if m == 0:
        return np.zeros(n_items)
    times = draw_experts(n_experts=m, replicates=replicates, seed=seed)
    # Experts who count in the denominator without a rating stand on an extra point beyond the scale, others nowhere.
    level = np.where(counts_in_denominator(ratings, rule.denominator), points, points + 1)
    level = np.where(ratings.rated, ratings.values - ratings.scale.lower, level)
    small = float(m + 1) ** (points + 1) < _EXACT_INTEGERS / max(1, n_items)
    count = _share_of_distinct if small else _share_of_all
    return count(level, times=times, rule=rule, ratings=ratings, codes=codes)


def counts_in_denominator(ratings: Ratings, denominator: Denominator) -> BoolArray:
    """Bool (experts, items): who counts in the N of a percentage."""
    if denominator is Denominator.RATED:
        return ratings.rated
    outside = [CellState.NOT_ASKED, CellState.ABSTAINED]
    if denominator is Denominator.RETURNED:
        outside.append(CellState.NOT_RETURNED)
    return np.asarray(~np.isin(ratings.states, outside), dtype=np.bool_)


def _share_of_distinct(
    level: IntArray, *, times: IntArray, rule: ConsensusRule, ratings: Ratings, codes: CodeArray
) -> FloatArray:
    """Small panels repeat themselves: write every resampled histogram as one number and judge each number once."""
    replicates, m = times.shape
    places, n_items = ratings.scale.points + 1, level.shape[1]
    base = m + 1
    worth = np.concatenate([float(base) ** np.arange(places), [0.0]])
    numbers = (times.astype(np.float64) @ worth[level]).astype(np.int64)
    numbers += np.arange(n_items, dtype=np.int64) * base**places
    distinct, frequency = np.unique(numbers, return_counts=True)
    item, rest = np.divmod(distinct, base**places)
    # One row a scale point: sums over points then run along whole rows.
    digits = np.empty((places, len(distinct)), dtype=np.int64)
    for digit in digits:
        rest, digit[:] = np.divmod(rest, base)
    found = judge(digits[:-1].T, rule=rule, scale=ratings.scale, n_denominator=digits.sum(axis=0)).codes
    same = np.bincount(item, weights=frequency * (found == codes[item]), minlength=n_items)
    return np.asarray(same / replicates, dtype=np.float64)


def _share_of_all(
    level: IntArray, *, times: IntArray, rule: ConsensusRule, ratings: Ratings, codes: CodeArray
) -> FloatArray:
    """Histograms of all replicates by one matrix product a block of items."""
    replicates, m = times.shape
    places, n_items = ratings.scale.points + 1, level.shape[1]
    weights = times.T.astype(np.float32)
    same = np.zeros(n_items)
    block = max(1, _CELLS_AT_ONCE // (replicates * places))
    for start in range(0, n_items, block):
        part = level[:, start : start + block].T
        # One row a scale point: sums over points then run along whole rows.
        marks = (np.arange(places)[:, None, None] == part).reshape(-1, m).astype(np.float32)
        counts = (marks @ weights).astype(np.int64).reshape(places, -1)
        found = judge(counts[:-1].T, rule=rule, scale=ratings.scale, n_denominator=counts.sum(axis=0)).codes
        verdicts = found.reshape(-1, replicates)
        same[start : start + block] = (verdicts == codes[start : start + block, None]).mean(axis=1)
    return same
