"""Persuasion or departures? Splits the change of an agreement share into people who moved, who left and who joined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.histogram import IntArray
from analysis.paired_tests import check_pair
from analysis.types import ConsensusRule, Ratings


@dataclass(frozen=True, slots=True)
class ShareChange:
    """Change of one item's agreement share (of ratings, 0-1) between two rounds.

    change : persuasion + leavers + joiners, exactly; persuasion : among experts who rated in both rounds
    leavers : what dropping those who only rated before did; joiners : what adding those who only rated after did
    is_alarming : leavers explain more than half of a gain
    reason : `no_pairs` where nobody rated in both rounds and the parts are None
    """

    n_stayed: int
    n_left: int
    n_joined: int
    share_before: float | None
    share_after: float | None
    change: float | None
    persuasion: float | None
    leavers: float | None
    joiners: float | None
    is_alarming: bool
    reason: str | None


def decompose_change(before: Ratings, after: Ratings, *, rule: ConsensusRule) -> tuple[ShareChange, ...]:
    """Decomposition for every item.

    Parameters
    ----------
    before, after : the same experts and items in the same order
    rule : whose agreement range is meant; the share is taken of the ratings

    Returns
    -------
    one ShareChange an item. With s1, s2 the shares of those who stayed and a1, a2 of everybody:
    a2 - a1 = (s2 - s1) + (s1 - a1) + (a2 - s2).

    Errors: ValueError if the rounds differ in shape or scale, or the rule is off the scale.
    Source: an accounting identity (a two-way shift-share decomposition).
    """
    check_pair(before, after)
    rule.check_scale(before.scale)
    both = before.rated & after.rated
    agrees_before = before.rated & _inside(before, rule=rule)
    agrees_after = after.rated & _inside(after, rule=rule)
    columns: list[IntArray] = [
        before.n_rated,
        agrees_before.sum(axis=0),
        both.sum(axis=0),
        (agrees_before & both).sum(axis=0),
        (agrees_after & both).sum(axis=0),
        after.n_rated,
        agrees_after.sum(axis=0),
    ]
    return tuple(_one(*row) for row in np.stack(columns, axis=1).tolist())


def _inside(ratings: Ratings, *, rule: ConsensusRule) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return np.asarray((ratings.values >= rule.agree_from) & (ratings.values <= rule.agree_to), dtype=np.bool_)


def _one(n1: int, k1: int, n: int, stay1: int, stay2: int, n2: int, k2: int) -> ShareChange:
    share_before, share_after = k1 / n1 if n1 else None, k2 / n2 if n2 else None
    if n == 0:
        return ShareChange(
            n_stayed=0, n_left=n1, n_joined=n2, share_before=share_before, share_after=share_after, change=None,
            persuasion=None, leavers=None, joiners=None, is_alarming=False, reason="no_pairs",
        )  # fmt: skip
    persuasion = (stay2 - stay1) / n
    leavers = (stay1 * n1 - k1 * n) / (n * n1)
    joiners = (k2 * n - stay2 * n2) / (n * n2)
    # In whole numbers, so that a gain of nothing or of exactly twice the leavers' part is no alarm.
    gain = k2 * n1 - k1 * n2
    return ShareChange(
        n_stayed=n,
        n_left=n1 - n,
        n_joined=n2 - n,
        share_before=share_before,
        share_after=share_after,
        change=persuasion + leavers + joiners,
        persuasion=persuasion,
        leavers=leavers,
        joiners=joiners,
        is_alarming=gain > 0 and 2 * (stay1 * n1 - k1 * n) * n2 > gain * n,
        reason=None,
    )
