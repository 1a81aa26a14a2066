"""How sure the ranks of the items are: experts are resampled, never counts, and near ties are not glossed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.histogram import BoolArray, IntArray
from analysis.resampling import REPLICATES, draw_blocks
from analysis.types import DEFAULT_SEED, Ratings

FloatArray = npt.NDArray[np.float64]
RankArray = npt.NDArray[np.int32]
RankInterval = tuple[int, int]

MIN_N = 5
NORMAL_DRAWS = 1000
CONFIDENCE = 95
FLOAT32_INTEGERS = 2**24
_MIN_COMMON = 2


@dataclass(frozen=True, slots=True)
class BootstrapRank:
    """Percentile bootstrap of one rank: 95 % limits and the chance 0-1 of a place among the first `top`."""

    low: int
    high: int
    top_chance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Paired differences first - second of all pairs of items.

    first, second : int64 (pairs,); t : float64 (pairs,), difference over its standard error; scores : float32
    (experts, pairs), each expert's centred share, columns of length 1; certain : int8 (pairs,), sign of a difference
    without any variance; tested : bool (pairs,).
    """

    first: IntArray
    second: IntArray
    t: FloatArray
    scores: npt.NDArray[np.float32]
    certain: npt.NDArray[np.int8]
    tested: BoolArray


def simultaneous_rank_intervals(
    ratings: Ratings, *, seed: int = DEFAULT_SEED, min_n: int = MIN_N, draws: int = NORMAL_DRAWS
) -> tuple[RankInterval | None, ...]:
    """95 % limits of all ranks by mean rating that hold for all items at once, (low, high) with 1 the best.

    Parameters
    ----------
    ratings : one criterion, one panel; incomplete pairs are compared on the experts who rated both
    seed : of the normal draws (RandomState)
    min_n : an item with fewer ratings is not ranked: None
    draws : draws behind the critical value

    Returns
    -------
    one (low, high) an item: low = 1 + items significantly better, high = ranked items - those significantly worse,
    by one max-t test over all ordered pairs with step-down. A difference without variance (everybody ranks the two
    items alike by the same distance) is decided by its sign; fewer than two common experts decide nothing.

    Errors: none. Source: Mogstad, Romano, Shaikh & Wilhelm 2024, Rev Econ Stud. Checked against R csranks 1.2.3.
    """
    ranked = np.flatnonzero(ratings.n_rated >= max(min_n, 1))
    k = len(ranked)
    pairs = _paired_differences(ratings.values[:, ranked], rated=ratings.rated[:, ranked])
    above, below = _significant(pairs, seed=seed, draws=draws)
    better = np.bincount(pairs.second[above], minlength=k) + np.bincount(pairs.first[below], minlength=k)
    worse = np.bincount(pairs.first[above], minlength=k) + np.bincount(pairs.second[below], minlength=k)
    result: list[RankInterval | None] = [None] * ratings.n_items
    for item, n_better, n_worse in zip(ranked.tolist(), better.tolist(), worse.tolist(), strict=True):
        result[item] = (1 + n_better, k - n_worse)
    return tuple(result)


def plausible_top(intervals: Sequence[RankInterval | None], *, top: int) -> tuple[bool, ...]:
    """Which items may belong to the first `top`: their best plausible rank does."""
    return tuple(interval is not None and interval[0] <= top for interval in intervals)


def bootstrap_ranks(
    ratings: Ratings, *, seed: int = DEFAULT_SEED, top: int = 1, replicates: int = REPLICATES
) -> tuple[BootstrapRank, ...]:
    """Percentile bootstrap of the ranks by mean rating; too narrow near ties, kept for comparison.

    ratings : one panel, every item rated by somebody; top : size of the leading group
    Returns one BootstrapRank an item: inverted-CDF percentiles, ties counted against the item in `high` and for it in
    `low`; an item that a replicate leaves without a rating is last there. The ratings of all replicates are one
    matrix product. Errors: none. Source: Efron & Tibshirani 1993.
    """
    return ranks_of_draws(
        ratings, draws=draw_blocks(n_experts=ratings.n_experts, replicates=replicates, seed=seed), top=top
    )


def ranks_of_draws(ratings: Ratings, *, draws: Iterable[IntArray], top: int = 1) -> tuple[BootstrapRank, ...]:
    """What `bootstrap_ranks` makes of experts already drawn.

    draws : int64 (some replicates, experts) each, how often every expert was drawn; ratings, top : as there
    Errors: none. Source: as there.
    """
    blocks = [tied_ranks(means) for means in _resampled_means(ratings, draws=draws)]
    lowest, highest = (np.concatenate(ranks) for ranks in zip(*blocks, strict=True))
    replicates = len(lowest)
    tail = (100 - CONFIDENCE) / 200
    low = _order_statistic(lowest, max(0, int(np.ceil(tail * replicates)) - 1))
    high = _order_statistic(highest, int(np.ceil((1 - tail) * replicates)) - 1)
    member = np.clip((top - (lowest - 1)) / (highest - lowest + 1), 0.0, 1.0).mean(axis=0)
    return tuple(
        BootstrapRank(low=a, high=b, top_chance=c)
        for a, b, c in zip(low.tolist(), high.tolist(), member.tolist(), strict=True)
    )


def _resampled_means(ratings: Ratings, *, draws: Iterable[IntArray]) -> Iterator[FloatArray]:
    """Item means of every replicate, (some replicates, items) at a time; -inf where nobody drawn has rated."""
    m, lower = ratings.n_experts, ratings.scale.lower
    # Sum and number of ratings ride in one product as the digits of one number; whole numbers, so nothing is rounded.
    radix = (ratings.scale.points - 1) * m + 1
    exact: np.dtype[np.floating] = np.dtype(np.float32 if (m + 1) * radix < FLOAT32_INTEGERS else np.float64)
    worth = np.where(ratings.rated, ratings.values.astype(np.int64) - lower + radix, 0).astype(exact)
    for times in draws:
        both = (times.astype(exact) @ worth).astype(np.float64)
        n = np.floor(both / radix)
        sums = both - n * (radix - lower)
        yield np.where(n > 0, sums / np.maximum(n, 1), -np.inf)


def _order_statistic(ranks: RankArray, place: int) -> IntArray:
    """The rank at a 0-based place of every sorted column: how often each rank occurs tells it without sorting."""
    n_items = ranks.shape[1]
    slot = ranks + (n_items + 1) * np.arange(n_items)
    counts = np.bincount(slot.ravel(), minlength=n_items * (n_items + 1)).reshape(n_items, n_items + 1)
    return np.asarray(np.count_nonzero(np.cumsum(counts, axis=1) <= place, axis=1), dtype=np.int64)


def tied_ranks(values: FloatArray) -> tuple[RankArray, RankArray]:
    """Best and worst rank of every value within its row, 1 for the highest; int32 (rows, columns) each."""
    rows, columns = values.shape
    order = np.argsort(-values, axis=1)
    order += columns * np.arange(rows)[:, None]
    ordered = values.ravel()[order]
    place = np.arange(1, columns + 1, dtype=np.int32)
    starts = np.ones((rows, columns), dtype=np.bool_)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=starts[:, 1:])
    best_place = np.maximum.accumulate(place * starts, axis=1)
    ends = np.ones((rows, columns), dtype=np.bool_)
    ends[:, :-1] = starts[:, 1:]
    worst_place = np.minimum.accumulate(np.where(ends, place, np.int32(columns))[:, ::-1], axis=1)[:, ::-1]
    best, worst = np.empty((2, rows, columns), dtype=np.int32)
    best.ravel()[order], worst.ravel()[order] = best_place, worst_place
    return best, worst


def _paired_differences(values: npt.NDArray[np.integer], *, rated: BoolArray) -> _Pairs:
    first, second = np.triu_indices(values.shape[1], k=1)
    present = rated.astype(np.float32)
    filled = np.where(rated, values, 0).astype(np.float32)
    common = present[:, first] * present[:, second]
    scores = (filled[:, first] - filled[:, second]) * common
    n = common.sum(axis=0, dtype=np.float64)
    mean = scores.sum(axis=0, dtype=np.float64) / np.maximum(n, 1)
    scores -= mean.astype(np.float32) * common
    squares = (scores.astype(np.float64) ** 2).sum(axis=0)
    # Ratings are whole numbers: real variation leaves far more than rounding does.
    varies = (n >= _MIN_COMMON) & (squares > 1e-6)
    spread = np.sqrt(np.where(varies, squares, 1.0))
    scores *= np.where(varies, 1 / spread, 0.0).astype(np.float32)
    t = np.where(varies, mean * np.sqrt(n * np.maximum(n - 1, 0)) / spread, 0.0)
    sign = np.where((n >= _MIN_COMMON) & ~varies, np.sign(np.round(mean, 6)), 0.0)
    return _Pairs(first=first, second=second, t=t, scores=scores, certain=sign.astype(np.int8), tested=varies)


def _significant(pairs: _Pairs, *, seed: int, draws: int) -> tuple[BoolArray, BoolArray]:
    """Pairs whose first item is significantly above its second, and below; step-down over ordered pairs."""
    above, below = pairs.certain > 0, pairs.certain < 0
    if not pairs.tested.any():
        return above, below
    normal = np.random.RandomState(seed).standard_normal((draws, len(pairs.scores))).astype(np.float32)
    noise = normal @ pairs.scores[:, pairs.tested]
    t = pairs.t[pairs.tested]
    is_above, is_below = np.zeros(len(t), dtype=np.bool_), np.zeros(len(t), dtype=np.bool_)
    while True:
        critical = _critical_value(noise, no_above=is_above, no_below=is_below)
        more_above, more_below = t > critical, -t > critical
        if (more_above == is_above).all() and (more_below == is_below).all():
            break
        is_above, is_below = more_above, more_below
    above[pairs.tested], below[pairs.tested] = is_above, is_below
    return above, below


def _critical_value(noise: npt.NDArray[np.float32], *, no_above: BoolArray, no_below: BoolArray) -> float:
    """95th percentile (inverted CDF) of the largest noise over the ordered pairs not yet rejected."""
    draws = len(noise)
    open_above, open_below = ~no_above, ~no_below
    both = open_above & open_below
    highest = np.full(draws, -np.inf, dtype=np.float32)
    for side, chosen in ((1, open_above & ~both), (-1, open_below & ~both)):
        if chosen.any():
            highest = np.maximum(highest, (side * noise[:, chosen]).max(axis=1))
    if both.any():
        spread = noise if both.all() else noise[:, both]
        highest = np.maximum(highest, np.maximum(spread.max(axis=1), -spread.min(axis=1)))
    return float(np.sort(highest)[-(-CONFIDENCE * draws // 100) - 1])
