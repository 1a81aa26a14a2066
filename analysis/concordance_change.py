"""Does the panel come to rank the items alike? Kendall's W of two rounds on the same experts and items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.concordance import kendall_w
from analysis.paired_tests import check_pair
from analysis.types import EPS, Ratings

PLATEAU = 0.05
STRONG = 0.70


@dataclass(frozen=True, slots=True)
class ConcordanceChange:
    """W before and after on `m_used` experts who rated all `k_used` shared items in both rounds.

    is_plateau : W moved by less than 0.05; is_strong : the later W is at least 0.70 (Schmidt 1997). W and the change
    are None where they are undefined (`too_few_complete`: fewer than two such experts or items; `no_variance`).
    """

    m_used: int
    k_used: int
    before: float | None
    after: float | None
    change: float | None
    is_plateau: bool
    is_strong: bool
    reason: str | None


def concordance_change(before: Ratings, after: Ratings) -> ConcordanceChange:
    """Change of Kendall's W between two rounds.

    before, after : the same experts and items in the same order; items that nobody rated in one of the rounds are
    left out, then experts with any gap. Errors: ValueError if the rounds differ in shape or scale.
    Source: Schmidt 1997, Decis Sci 28:763-774; the plateau of 0.05 is a convention of this package.
    """
    check_pair(before, after)
    both = before.rated & after.rated
    items = both.any(axis=0)
    experts = both[:, items].all(axis=1) if items.any() else np.zeros(len(both), dtype=np.bool_)
    m, k = int(experts.sum()), int(items.sum())
    w_before, w_after = (kendall_w(ratings.values[experts][:, items], permutations=0).w for ratings in (before, after))
    if w_before is None or w_after is None:
        reason = "too_few_complete" if min(m, k) < 2 else "no_variance"
        return ConcordanceChange(
            m_used=m, k_used=k, before=w_before, after=w_after, change=None, is_plateau=False, is_strong=False,
            reason=reason,
        )  # fmt: skip
    return ConcordanceChange(
        m_used=m,
        k_used=k,
        before=w_before,
        after=w_after,
        change=w_after - w_before,
        is_plateau=abs(w_after - w_before) < PLATEAU - EPS,
        is_strong=w_after >= STRONG - EPS,
        reason=None,
    )
