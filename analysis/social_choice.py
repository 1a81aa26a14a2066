"""Orders from pairwise preferences: mean rank, Borda, Copeland, Schulze, best-worst. Kemeny has its own module."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.ranks import doubled_ranks

FloatArray = npt.NDArray[np.float64]

CELLS_AT_ONCE = 8_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Preferences:
    """Pairwise preferences, int64 (items, items) each.

    wins[i, j] : experts who rated both and put i strictly above j; ties[i, j] : who rated both alike (diagonal 0)
    """

    wins: IntArray
    ties: IntArray


@dataclass(frozen=True, slots=True)
class Borda:
    """Borda score of one item: its wins and half its ties, and that as a share of its comparisons (None: no rival)."""

    score: float
    share: float | None


def preferences(matrix: npt.ArrayLike, *, higher_is_better: bool = True) -> Preferences:
    """Count pairwise preferences.

    matrix : float (experts, items), NaN where not rated; with `higher_is_better` False they are ranks (1 = best).
    """
    ratings = np.asarray(matrix, dtype=np.float64)
    m, k = ratings.shape
    wins = np.zeros((k, k), dtype=np.int64)
    both_alike = np.zeros((k, k), dtype=np.int64)
    block = max(1, CELLS_AT_ONCE // max(1, k * k))
    for start in range(0, m, block):
        part = ratings[start : start + block]
        above, below = part[:, :, None], part[:, None, :]
        # Comparisons with NaN are false, so pairs that are not both rated count nowhere.
        wins += np.count_nonzero(above > below if higher_is_better else above < below, axis=0)
        both_alike += np.count_nonzero(above == below, axis=0)
    np.fill_diagonal(both_alike, 0)
    return Preferences(wins=wins, ties=both_alike)


def mean_ranks(matrix: npt.ArrayLike, *, higher_is_better: bool = True) -> tuple[float, ...] | None:
    """Mean average-rank of every item (1 = best) over experts who rated all; None if there is no such expert."""
    ratings = np.asarray(matrix, dtype=np.float64)
    complete = ratings[~np.isnan(ratings).any(axis=1)]
    if not complete.size:
        return None
    ranks, _ = doubled_ranks(-complete if higher_is_better else complete)
    return tuple((ranks.sum(axis=0) / (2 * len(complete))).tolist())


def borda(preferred: Preferences) -> tuple[Borda, ...]:
    """Borda scores: sum over rivals of wins + ties / 2; the share makes items with gaps comparable."""
    doubled = (2 * preferred.wins + preferred.ties).sum(axis=1)
    comparisons = (preferred.wins + preferred.wins.T + preferred.ties).sum(axis=1)
    return tuple(
        Borda(score=score / 2, share=score / (2 * count) if count else None)
        for score, count in zip(doubled.tolist(), comparisons.tolist(), strict=True)
    )


def copeland(preferred: Preferences) -> tuple[float, ...]:
    """Copeland scores: rivals beaten by a majority, ties count half."""
    wins = preferred.wins
    doubled = 2 * (wins > wins.T).sum(axis=1) + (wins == wins.T).sum(axis=1) - 1
    return tuple((doubled / 2).tolist())


def schulze_ranks(preferred: Preferences) -> tuple[int, ...]:
    """Schulze ranks by winning votes: 1 + the number of items with a stronger beatpath.

    Source: Schulze 2011, Soc Choice Welf 36:267-303. Checked against schulze-condorcet 2.0.1.
    """
    wins = preferred.wins
    strength = np.where(wins > wins.T, wins, 0)
    for via in range(len(wins)):
        strength = np.maximum(strength, np.minimum(strength[:, via, None], strength[None, via, :]))
    return tuple((1 + (strength < strength.T).sum(axis=1)).tolist())


@dataclass(frozen=True, slots=True)
class BestWorst:
    """Best-worst score of one item, -1 to 1, and its rank; None (`never_shown`) for an item nobody saw."""

    score: float | None
    rank: int | None
    reason: str | None


def best_worst(*, best: IntArray, worst: IntArray, shown: IntArray) -> tuple[BestWorst, ...]:
    """Count analysis of best-worst scaling, case 1: (best - worst) / shown, ties by the number of best choices.

    best, worst, shown : int64 (items,), how often each item was chosen or shown.
    Errors: ValueError if an item was chosen more often than it was shown.
    Source: Louviere, Flynn & Marley 2015, Best-Worst Scaling, ch. 2.
    """
    if (best + worst > shown).any():
        item = int(np.argmax(best + worst - shown))
        raise ValueError(f"item {item} was chosen {int(best[item] + worst[item])} times; shown {int(shown[item])}")
    keys = [
        ((b - w) / s, b) if s else None for b, w, s in zip(best.tolist(), worst.tolist(), shown.tolist(), strict=True)
    ]
    seen = [key for key in keys if key is not None]
    return tuple(
        BestWorst(score=None, rank=None, reason="never_shown")
        if key is None
        else BestWorst(score=key[0], rank=1 + sum(other > key for other in seen), reason=None)
        for key in keys
    )
