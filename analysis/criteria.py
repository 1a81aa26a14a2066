"""Items rated on several criteria (importance, feasibility): one score, the Pareto front, how firm the top is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.histogram import BoolArray
from analysis.types import EPS, Scale

FloatArray = npt.NDArray[np.float64]


class Combination(StrEnum):
    """How criteria are combined: weighted sum, or weighted product (a zero on one criterion cannot be bought off)."""

    ADDITIVE = "additive"
    GEOMETRIC = "geometric"


@dataclass(frozen=True, slots=True)
class WeightInterval:
    """Weights of one criterion for which the top k stay the same; None (`tie_at_the_cut`) if the top is not unique."""

    low: float | None
    high: float | None
    reason: str | None


def rescale(values: npt.ArrayLike, *, scale: Scale) -> FloatArray:
    """Group medians or means as 0-1, u = (x - L) / (U - L); raw scale codes are never multiplied."""
    return (np.asarray(values, dtype=np.float64) - scale.lower) / (scale.upper - scale.lower)


def combined_scores(
    rescaled: npt.ArrayLike, *, weights: npt.ArrayLike, combination: Combination = Combination.ADDITIVE
) -> tuple[float, ...]:
    """One score 0-1 an item.

    rescaled : float (items, criteria), 0-1; weights : float (criteria,), non-negative, sum 1.
    Errors: ValueError if the weights do not fit, are negative or do not add up to 1.
    """
    u, w = _checked(rescaled, weights)
    score = u @ w if combination is Combination.ADDITIVE else np.prod(u**w, axis=1)
    return tuple(score.tolist())


def pareto_front(rescaled: npt.ArrayLike) -> tuple[bool, ...]:
    """Items no other item beats on one criterion without losing on another. rescaled : float (items, criteria)."""
    u = np.asarray(rescaled, dtype=np.float64)
    at_least = (u[:, None, :] >= u[None, :, :]).all(axis=2)
    better = (u[:, None, :] > u[None, :, :]).any(axis=2)
    beaten = np.asarray((at_least & better).any(axis=0), dtype=np.bool_)
    return tuple(not lost for lost in beaten.tolist())


def weight_interval(rescaled: npt.ArrayLike, *, weights: npt.ArrayLike, criterion: int, top: int) -> WeightInterval:
    """Range of one criterion's weight, the others keeping their proportions, that leaves the additive top k as it is.

    rescaled : float (items, criteria); criterion : column; top : k, 1 to the number of items.
    Errors: ValueError for a top or criterion out of range, or when the other weights are all zero.
    """
    u, w = _checked(rescaled, weights)
    if not 1 <= top <= len(u):
        raise ValueError(f"top is {top}; allowed is 1 to {len(u)}")
    if not 0 <= criterion < len(w):
        raise ValueError(f"criterion is {criterion}; allowed is 0 to {len(w) - 1}")
    others = np.arange(len(w)) != criterion
    if w[others].sum() <= EPS:
        raise ValueError("the weights of the other criteria are all 0; they need a proportion")
    rest = u[:, others] @ (w[others] / w[others].sum())
    score = u @ w
    inside = np.zeros(len(u), dtype=np.bool_)
    inside[np.argsort(-score, kind="stable")[:top]] = True
    if top < len(u) and score[inside].min() - score[~inside].max() <= EPS:
        return WeightInterval(low=None, high=None, reason="tie_at_the_cut")
    low, high = _bounds(u[:, criterion], rest, inside)
    return WeightInterval(low=low, high=high, reason=None)


def _bounds(own: FloatArray, rest: FloatArray, inside: BoolArray) -> tuple[float, float]:
    """Weights t for which t * own + (1 - t) * rest keeps every inside item above every outside item."""
    at_zero = (rest[inside][:, None] - rest[~inside][None, :]).ravel()
    at_one = (own[inside][:, None] - own[~inside][None, :]).ravel()
    rising, falling = at_zero < 0, at_one < 0
    low = (-at_zero[rising] / (at_one[rising] - at_zero[rising])).max(initial=0.0)
    high = (at_zero[falling] / (at_zero[falling] - at_one[falling])).min(initial=1.0)
    return float(low), float(high)


def _checked(rescaled: npt.ArrayLike, weights: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    u, w = np.asarray(rescaled, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if u.ndim != 2 or w.shape != u.shape[1:]:
        raise ValueError(f"weights have shape {w.shape}; the criteria have {u.shape[1:]}")
    if (w < 0).any() or abs(float(w.sum()) - 1) > EPS:
        raise ValueError(f"weights are {w.tolist()}; allowed are non-negative numbers that add up to 1")
    return u, w
