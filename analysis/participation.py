"""Who answered, who left, and whether those who left thought differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.descriptives import moments
from analysis.group_tests import MannWhitney, mann_whitney
from analysis.histogram import BoolArray, count_points
from analysis.multiplicity import holm
from analysis.paired_tests import check_pair
from analysis.types import EPS, CellState, Ratings

MEDIUM_DELTA = 0.33
ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class RoundParticipation:
    """Turn-out of one round; shares 0-1, None where nobody was eligible (or nobody returned round 1).

    eligible : experts asked at least one item; returned : those who sent the round back; rated : those with a rating
    retention : of those who returned round 1, the part that returned this round too
    """

    round: int
    eligible: int
    returned: int
    rated: int
    response_rate: float | None
    retention: float | None


@dataclass(frozen=True, slots=True)
class ItemAttrition:
    """Leavers against stayers on one item of the last round they share; delta above 0: leavers rated higher.

    effect : stayers' mean less leavers', in pooled standard deviations; None without variance or an empty side
    is_biased : medium difference or larger (0.33) that survives Holm's adjustment at 5 %
    """

    n_stayed: int
    n_left: int
    test: MannWhitney
    p_adjusted: float | None
    effect: float | None
    is_biased: bool


@dataclass(frozen=True, slots=True)
class Attrition:
    """All items together; effect : mean over items, median_abs_delta : median of |delta|, None if nothing compares."""

    items: tuple[ItemAttrition, ...]
    effect: float | None
    median_abs_delta: float | None
    is_biased: bool


def participation(rounds: Sequence[Ratings]) -> tuple[RoundParticipation, ...]:
    """Turn-out of every round, in order.

    rounds : at least one, the same experts in the same order in each. Errors: ValueError if their number differs.
    """
    returned = [has_returned(ratings) for ratings in rounds]
    for number, flags in enumerate(returned, start=1):
        if flags.size != returned[0].size:
            raise ValueError(f"round {number} has {flags.size} experts; round 1 has {returned[0].size}")
    found = []
    for number, (ratings, flags) in enumerate(zip(rounds, returned, strict=True), start=1):
        eligible = int(np.any(ratings.states != CellState.NOT_ASKED, axis=1).sum())
        first, kept = int(returned[0].sum()), int((flags & returned[0]).sum())
        found.append(
            RoundParticipation(
                round=number,
                eligible=eligible,
                returned=int(flags.sum()),
                rated=int(ratings.rated.any(axis=1).sum()),
                response_rate=int(flags.sum()) / eligible if eligible else None,
                retention=kept / first if first else None,
            )
        )
    return tuple(found)


def has_returned(ratings: Ratings) -> BoolArray:
    """Who sent the round back, bool (experts,): any cell that is neither not asked nor not returned."""
    away = np.isin(ratings.states, (CellState.NOT_ASKED, CellState.NOT_RETURNED))
    return np.asarray(~np.all(away, axis=1), dtype=np.bool_)


def attrition(ratings: Ratings, *, stayed: npt.ArrayLike) -> Attrition:
    """Compare leavers with stayers on the last round in which both took part.

    Parameters
    ----------
    ratings : that round
    stayed : bool (experts,), who returned the following round

    Returns
    -------
    Attrition. Errors: ValueError if `stayed` does not cover every expert.
    Source: comparison of completers' and others' earlier scores as in core outcome set development (COMET).
    """
    flags = np.asarray(stayed, dtype=np.bool_)
    if flags.shape != (ratings.n_experts,):
        raise ValueError(f"stayed has shape {flags.shape}; allowed is ({ratings.n_experts},)")
    scale = ratings.scale
    stayers, leavers = (
        count_points(ratings.values, rated=ratings.rated & side[:, None], lower=scale.lower, points=scale.points)
        for side in (flags, ~flags)
    )
    tests = mann_whitney(leavers, stayers)
    adjusted = holm([test.p for test in tests])
    kept, gone = moments(stayers, scale=scale), moments(leavers, scale=scale)
    items = tuple(
        ItemAttrition(
            n_stayed=int(kept.n[item]),
            n_left=int(gone.n[item]),
            test=test,
            p_adjusted=p,
            effect=_effect(
                (int(kept.n[item]), float(kept.mean[item]), float(kept.sd[item])),
                (int(gone.n[item]), float(gone.mean[item]), float(gone.sd[item])),
            ),
            is_biased=test.delta is not None and p is not None and abs(test.delta) >= MEDIUM_DELTA - EPS and p < ALPHA,
        )
        for item, (test, p) in enumerate(zip(tests, adjusted, strict=True))
    )
    effects = [item.effect for item in items if item.effect is not None]
    deltas = [abs(item.test.delta) for item in items if item.test.delta is not None]
    middle = float(np.median(deltas)) if deltas else None
    return Attrition(
        items=items,
        effect=sum(effects) / len(effects) if effects else None,
        median_abs_delta=middle,
        is_biased=any(item.is_biased for item in items) or (middle is not None and middle >= MEDIUM_DELTA - EPS),
    )


def carry_forward(before: Ratings, after: Ratings) -> Ratings:
    """`after` with the earlier ratings of those who did not return it: a bound for sensitivity, never the result.

    Only cells NOT_RETURNED in `after` and RATED in `before` are filled. Errors: ValueError if the rounds differ in
    shape or scale.
    """
    check_pair(before, after)
    filled = (after.states == CellState.NOT_RETURNED) & before.rated
    return Ratings(
        values=np.where(filled, before.values, after.values),
        states=np.where(filled, np.int8(CellState.RATED), after.states),
        scale=after.scale,
    )


def _effect(stayers: tuple[int, float, float], leavers: tuple[int, float, float]) -> float | None:
    """Difference of means over the pooled standard deviation."""
    (n1, mean1, sd1), (n2, mean2, sd2) = stayers, leavers
    if min(n1, n2) == 0 or n1 + n2 < 3:
        return None
    squares = sum((n - 1) * sd * sd for n, sd in ((n1, sd1), (n2, sd2)) if n > 1)
    return (mean1 - mean2) / (squares / (n1 + n2 - 2)) ** 0.5 if squares > 0 else None
