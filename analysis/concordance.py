"""Kendall's W: do the experts order the items alike? Agreement on order, not on level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from analysis.chi_squared import chi_squared_tail
from analysis.histogram import IntArray
from analysis.pairwise_concordance import pairwise_w
from analysis.ranks import doubled_ranks
from analysis.types import DEFAULT_SEED

FloatArray = npt.NDArray[np.float64]
PositionArray = npt.NDArray[np.uint8] | npt.NDArray[np.int32]

PERMUTATIONS = 4999
MAX_EXPERTS_FOR_PERMUTATION = 20
MAX_ITEMS_FOR_PERMUTATION = 7
COLUMNS_AT_ONCE = 8_192
CACHED_CELLS = 5_000_000


class WMethod(StrEnum):
    """How missing ratings are treated: drop incomplete experts, or average over pairs of experts."""

    COMPLETE_EXPERTS = "complete_experts"
    PAIRWISE = "pairwise"


class PMethod(StrEnum):
    """Where a p-value comes from."""

    PERMUTATION = "permutation"
    CHI2 = "chi2"


@dataclass(frozen=True, slots=True)
class KendallW:
    """Kendall's W with everything needed to judge it; None is explained by `reason`.

    m_used, k_used : experts and items behind w; m_dropped : experts with ratings who were left out
    """

    w: float | None
    chi2: float | None
    df: int | None
    p: float | None
    p_method: PMethod | None
    m_used: int
    k_used: int
    m_dropped: int
    w_method: WMethod
    reason: str | None


def kendall_w(
    matrix: npt.ArrayLike,
    *,
    policy: WMethod = WMethod.COMPLETE_EXPERTS,
    seed: int = DEFAULT_SEED,
    permutations: int = PERMUTATIONS,
) -> KendallW:
    """Kendall's coefficient of concordance, corrected for ties.

    Parameters
    ----------
    matrix : float (experts, items), NaN where not rated. The transposed table answers another question
    policy : `complete_experts` drops experts with any gap and turns to `pairwise` by itself when that leaves fewer
        than three, or fewer than half of those who rated anything; `pairwise` asks for the generalised W at once
    seed, permutations : of the permutation p-value, used up to 20 experts or 7 items; 0 permutations: chi-squared

    Returns
    -------
    KendallW. w is None with fewer than two experts or items, or when nobody tells any two items apart.

    Errors: ValueError unless the matrix has two dimensions.
    Source: Kendall & Babington Smith 1939; Siegel & Castellan 1988; generalised W: Taylor 1987, Brueckl 2011.
    Checked against R irr 0.84.1, stats::friedman.test and DescTools 0.99.59.
    """
    ratings = np.asarray(matrix, dtype=np.float64)
    if ratings.ndim != 2:
        raise ValueError(f"ratings have {ratings.ndim} dimensions; allowed is 2 (experts, items)")
    missing = np.isnan(ratings)
    present = ratings[~missing.all(axis=1)]
    complete = ratings[~missing.any(axis=1)] if ratings.shape[1] else ratings[:0]
    dropped = len(present) - len(complete)
    too_few = dropped > 0 and (len(complete) < 3 or 2 * len(complete) < len(present))
    if policy is WMethod.PAIRWISE or too_few:
        return _pairwise(present)
    return _complete(complete, dropped=dropped, seed=seed, permutations=permutations)


def _pairwise(present: FloatArray) -> KendallW:
    result = pairwise_w(present)
    return KendallW(
        w=result.w,
        chi2=None,
        df=None,
        p=None,
        p_method=None,
        m_used=present.shape[0],
        k_used=present.shape[1],
        m_dropped=0,
        w_method=WMethod.PAIRWISE,
        reason=result.reason or "pairwise_has_no_p",
    )


def _complete(complete: FloatArray, *, dropped: int, seed: int, permutations: int) -> KendallW:
    m, k = complete.shape
    reason, w, chi2, df, p, p_method = None, None, None, None, None, None
    if m < 2:
        reason = "fewer_than_two_experts"
    elif k < 2:
        reason = "fewer_than_two_items"
    else:
        ranks, ties = doubled_ranks(_as_small_integers(complete))
        # With doubled ranks every sum is an integer: 4 S and the denominator are exact.
        four_s = _sum_of_squares(ranks.sum(axis=0), centre=m * (k + 1))
        denominator = m * m * (k**3 - k) - m * int(ties.sum())
        if denominator <= 0:
            reason = "no_variance"
        else:
            w = 3 * four_s / denominator
            chi2, df = m * (k - 1) * w, k - 1
            by_permutation = permutations > 0 and (m <= MAX_EXPERTS_FOR_PERMUTATION or k <= MAX_ITEMS_FOR_PERMUTATION)
            p_method = PMethod.PERMUTATION if by_permutation else PMethod.CHI2
            p = (
                permutation_p(ranks, seed=seed, permutations=permutations)
                if by_permutation
                else chi_squared_tail(chi2, df=df)
            )
    return KendallW(
        w=w, chi2=chi2, df=df, p=p, p_method=p_method, m_used=m, k_used=k, m_dropped=dropped,
        w_method=WMethod.COMPLETE_EXPERTS, reason=reason,
    )  # fmt: skip


def permutation_p(ranks: IntArray, *, seed: int, permutations: int) -> float:
    """Share of permuted tables at least as concordant: (1 + #) / (B + 1).

    ranks : int64 (experts, items), doubled. For every replicate and expert, in this order, one
    RandomState(seed).permutation(items); see `permutation_draws`.
    """
    m, k = ranks.shape
    centre = m * (k + 1)
    observed = _sum_of_squares(ranks.sum(axis=0), centre=centre)
    at_least = 0
    for draws in _draw_blocks(seed=seed, m=m, k=k, permutations=permutations):
        sums = _shuffled_sums(ranks, draws) - centre
        at_least += int(np.count_nonzero((sums * sums).sum(axis=0) >= observed))
    return (1 + at_least) / (permutations + 1)


def _draw_blocks(*, seed: int, m: int, k: int, permutations: int) -> Iterable[PositionArray]:
    """The shuffles' random positions, (k - 1, m * replicates) a block; small tables' are remembered between calls."""
    if m * k * permutations <= CACHED_CELLS:
        return _remembered_draws(seed, m, k, permutations)
    return _fresh_draws(seed=seed, m=m, k=k, permutations=permutations)


@lru_cache(maxsize=8)
def _remembered_draws(seed: int, m: int, k: int, permutations: int) -> tuple[PositionArray, ...]:
    return tuple(_fresh_draws(seed=seed, m=m, k=k, permutations=permutations))


def _fresh_draws(*, seed: int, m: int, k: int, permutations: int) -> Iterator[PositionArray]:
    """In blocks that stay in the processor's cache: drawing and shuffling take half the time of one long pass."""
    rng = np.random.RandomState(seed)
    block = max(1, COLUMNS_AT_ONCE // m)
    for start in range(0, permutations, block):
        yield permutation_draws(rng, m=m, k=k, replicates=min(block, permutations - start))


def permutation_draws(rng: np.random.RandomState, *, m: int, k: int, replicates: int) -> PositionArray:
    """The Fisher-Yates positions of rng.permutation(k) for every replicate and expert, (k - 1, m * replicates).

    They are drawn replicate by replicate; a column is expert * replicates + replicate. shuffle() draws a position in
    0..i for i = k-1 .. 1; randint with an array of limits reads the same stream.
    """
    limits = np.broadcast_to(np.arange(k, 1, -1, dtype=np.int32), (replicates, m, k - 1))
    positions = rng.randint(0, limits, dtype=np.int32).astype(np.uint8 if k <= 256 else np.int32)
    return np.ascontiguousarray(positions.transpose(2, 1, 0)).reshape(k - 1, m * replicates)


def _shuffled_sums(ranks: IntArray, draws: PositionArray) -> IntArray:
    """Rank sums of the items in every shuffled table, int64 (items, replicates)."""
    m, k = ranks.shape
    n = draws.shape[1]
    column = np.arange(n)
    here = np.empty(n, dtype=np.int64)
    table = np.repeat(ranks.T.astype(np.int32), n // m, axis=1)
    flat = table.ravel()
    for step, last in enumerate(range(k - 1, 0, -1)):
        np.multiply(draws[step], n, out=here, dtype=np.int64)
        here += column
        chosen = flat[here]
        flat[here] = table[last]
        table[last] = chosen
    return np.asarray(table.reshape(k, m, n // m).sum(axis=1, dtype=np.int64))


def _sum_of_squares(sums: IntArray, *, centre: int) -> int:
    deviations = sums - centre
    return int((deviations * deviations).sum())


def _as_small_integers(complete: FloatArray) -> npt.NDArray[np.generic]:
    whole = complete.astype(np.int64)
    return whole if (whole == complete).all() else complete
