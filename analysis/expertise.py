"""Weighting by self-rated expertise: optional, off by default, and always published beside the unweighted result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.agreement import Z95
from analysis.consensus import reaches
from analysis.types import EPS, ConsensusRule, Ratings

FloatArray = npt.NDArray[np.float64]

LOWEST_SELF_RATING = 1
HIGHEST_SELF_RATING = 5


class Weighting(StrEnum):
    """Linear: a self-rating of s out of 5 counts s / 5. Exclude: 1 counts nothing, everybody else the same."""

    LINEAR = "linear"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class WeightedItem:
    """One item by weight; None where no weight is left (reason `no_weight`).

    share, low, high : agreement 0-1 with Wilson 95 % limits on effective_n = (sum w)^2 / sum w^2
    median : scale units; reaches_agreement, unweighted_reaches : whether the rule's share is reached with and without
    """

    effective_n: float
    share: float | None
    low: float | None
    high: float | None
    median: float | None
    reaches_agreement: bool
    unweighted_reaches: bool
    reason: str | None

    @property
    def changes_agreement(self) -> bool:
        """Weighting turns the agreement criterion."""
        return self.reaches_agreement != self.unweighted_reaches


def expertise_weights(self_ratings: Sequence[int | None], *, weighting: Weighting = Weighting.LINEAR) -> FloatArray:
    """Weight of every expert from a self-rating of 1 to 5, float64 (experts,); no self-rating: weight 0.

    Errors: ValueError for a self-rating off 1..5.
    """
    for rating in self_ratings:
        if rating is not None and not LOWEST_SELF_RATING <= rating <= HIGHEST_SELF_RATING:
            raise ValueError(f"self-rating {rating} is not one of {LOWEST_SELF_RATING}..{HIGHEST_SELF_RATING}")
    given = np.array([0 if rating is None else rating for rating in self_ratings], dtype=np.float64)
    if weighting is Weighting.LINEAR:
        return np.asarray(given / HIGHEST_SELF_RATING, dtype=np.float64)
    return (given > LOWEST_SELF_RATING).astype(np.float64)


def weighted_items(ratings: Ratings, *, weights: npt.ArrayLike, rule: ConsensusRule) -> tuple[WeightedItem, ...]:
    """Weighted agreement and median of every item.

    Parameters
    ----------
    ratings : one criterion, one panel
    weights : float (experts,), 0 or more
    rule : whose agreement range and share are meant; shares are taken of the ratings

    Returns
    -------
    one WeightedItem an item. Median: the smallest point with at least half of the weight at or below it; with exactly
    half, the mean with the next rated point.

    Errors: ValueError for a wrong number of weights or a negative one, or a rule off the scale.
    Source: effective sample size of Kish 1965. Self-rated expertise is weakly related to accuracy (Rowe & Wright;
    Burgman et al. 2011), so weighting is a sensitivity analysis.
    """
    rule.check_scale(ratings.scale)
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != (ratings.n_experts,):
        raise ValueError(f"weights have shape {weight.shape}; allowed is ({ratings.n_experts},)")
    if (weight < 0).any():
        raise ValueError(f"weight {weight.min():g} is negative; allowed is 0 or more")
    spread = ratings.rated * weight[:, None]
    level = np.where(ratings.rated, ratings.values - ratings.scale.lower, 0)
    by_point = np.stack([(spread * (level == point)).sum(axis=0) for point in range(ratings.scale.points)], axis=1)
    total, squares = by_point.sum(axis=1), (spread**2).sum(axis=0)
    start = rule.agree_from - ratings.scale.lower
    box = slice(start, start + rule.width)
    agreeing = by_point[:, box].sum(axis=1)
    plain = reaches(ratings.counts[:, box].sum(axis=1), ratings.n_rated, threshold=rule.agreement)
    plain &= ratings.n_rated > 0
    rows = zip(total.tolist(), squares.tolist(), agreeing.tolist(), plain.tolist(), strict=True)
    return tuple(
        _one(by_point[item], sums=sums, rule=rule, lower=ratings.scale.lower) for item, sums in enumerate(rows)
    )


def _one(
    by_point: FloatArray, *, sums: tuple[float, float, float, bool], rule: ConsensusRule, lower: int
) -> WeightedItem:
    total, squares, agreeing, plain = sums
    if total <= EPS:
        return WeightedItem(
            effective_n=0.0, share=None, low=None, high=None, median=None, reaches_agreement=False,
            unweighted_reaches=plain, reason="no_weight",
        )  # fmt: skip
    n = total * total / squares
    share = min(1.0, agreeing / total)
    low, high = _wilson(share, n=n)
    return WeightedItem(
        effective_n=n,
        share=share,
        low=low,
        high=high,
        median=_weighted_median(by_point, total=total) + lower,
        reaches_agreement=share >= float(rule.agreement) - EPS,
        unweighted_reaches=plain,
        reason=None,
    )


def _weighted_median(by_point: FloatArray, *, total: float) -> float:
    cumulative = np.cumsum(by_point)
    first = int(np.argmax(cumulative >= total / 2 - EPS))
    if cumulative[first] > total / 2 + EPS:
        return float(first)
    following = first + 1 + int(np.argmax(by_point[first + 1 :] > 0))
    return (first + following) / 2


def _wilson(share: float, *, n: float) -> tuple[float, float]:
    """Wilson limits for an effective, not whole, number of ratings (Wilson 1927)."""
    z2 = Z95 * Z95
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * (share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5
    return (0.0 if share == 0 else centre - half), (1.0 if share == 1 else centre + half)
