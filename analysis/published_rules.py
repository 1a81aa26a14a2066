"""Consensus rules other studies used: COMET 70/15, APMO, SD and CV limits. Reported beside the primary rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from analysis.histogram import BoolArray, IntArray
from analysis.types import EPS, Scale, Verdict, default_box


class CometOutRule(StrEnum):
    """When COMET drops an item: the mirrored 70/15 rule, or at most half of every group rates it 7-9."""

    MIRROR = "mirror"
    LE50_ALL_GROUPS = "le50_all_groups"


class CvClass(StrEnum):
    """English and Kernan's reading of a coefficient of variation."""

    GOOD = "good"
    UNSATISFACTORY = "unsatisfactory"
    POOR = "poor"


@dataclass(frozen=True, slots=True)
class Apmo:
    """Average per cent of majority opinions: the threshold and which items reach it; None without any opinion."""

    threshold: float
    consensus: tuple[bool, ...]


def comet_70_15(
    groups: Sequence[IntArray],
    *,
    scale: Scale,
    out_rule: CometOutRule = CometOutRule.MIRROR,
    n: Sequence[IntArray] | None = None,
    min_n: int = 5,
) -> tuple[Verdict, ...] | None:
    """COMET's rule: at least 70 % in the top third and under 15 % in the bottom third, in every group.

    Parameters
    ----------
    groups : int64 (items, K) of each stakeholder group; one array for an undivided panel
    n : int64 (items,) of each group, the denominators; default the ratings
    min_n : fewer ratings over all groups are INSUFFICIENT

    Returns
    -------
    tuple of Verdict; None if the scale has no thirds (K not divisible by three).

    Source: Harman et al. 2013 and Waters et al. 2014 as cited in Trials 2015 (ELICIT).
    """
    if scale.points % 3:
        return None
    size = scale.points // 3
    totals = [counts.sum(axis=1) for counts in groups] if n is None else list(n)
    high = [counts[:, -size:].sum(axis=1) for counts in groups]
    low = [counts[:, :size].sum(axis=1) for counts in groups]
    triples = list(zip(high, low, totals, strict=True))
    inside = np.logical_and.reduce([_strong(up, down, total) for up, down, total in triples])
    if out_rule is CometOutRule.MIRROR:
        outside = np.logical_and.reduce([_strong(down, up, total) for up, down, total in triples])
    else:
        outside = np.logical_and.reduce([(2 * up <= total) & (total > 0) for up, _, total in triples])
    rated = np.add.reduce([counts.sum(axis=1) for counts in groups])
    return tuple(
        _comet_verdict(is_in=is_in, is_out=is_out, rated=count, min_n=min_n)
        for is_in, is_out, count in zip(inside.tolist(), outside.tolist(), rated.tolist(), strict=True)
    )


def apmo(counts: IntArray, *, scale: Scale, box: int | None = None) -> Apmo | None:
    """Average per cent of majority opinions over a set of items; None if nobody rated anything.

    counts : int64 (items, K), don't know excluded. Majority opinions are counted, not majority statements. Circular:
    the threshold depends on the items, so it is reported and never the default.
    Source: Kapoor 1987 (unpublished); Cottam et al. 2004; von der Gracht 2012.
    """
    size = default_box(scale) if box is None else box
    n = counts.sum(axis=1)
    agree = counts[:, scale.points - size :].sum(axis=1)
    disagree = counts[:, :size].sum(axis=1)
    majority = np.where(2 * agree > n, agree, np.where(2 * disagree > n, disagree, 0))
    opinions, total = int(majority.sum()), int(n.sum())
    if total == 0:
        return None
    reached = (majority > 0) & (np.maximum(agree, disagree) * total >= opinions * n)
    return Apmo(threshold=opinions / total, consensus=tuple(reached.tolist()))


def is_sd_below(sd: float | None, *, limit: float) -> bool | None:
    """SD < limit (1 on 5 points, 1.5 lenient: Giannarou & Zervas 2014); None without an SD."""
    return None if sd is None else sd < limit - EPS


def cv_class(cv: float | None) -> CvClass | None:
    """CV up to 0.5 good, up to 0.8 unsatisfactory, else poor; None without a CV.

    The CV depends on where the scale starts (1-9 against 0-8), so it serves comparison with older studies only.
    Source: English & Kernan 1976, Accid Anal Prev 8.
    """
    if cv is None:
        return None
    if cv <= 0.5 + EPS:
        return CvClass.GOOD
    return CvClass.UNSATISFACTORY if cv <= 0.8 + EPS else CvClass.POOR


def _strong(many: IntArray, few: IntArray, total: IntArray) -> BoolArray:
    return (many * 100 >= 70 * total) & (few * 100 < 15 * total)


def _comet_verdict(*, is_in: bool, is_out: bool, rated: int, min_n: int) -> Verdict:
    if rated == 0:
        return Verdict.NO_DATA
    if rated < min_n:
        return Verdict.INSUFFICIENT
    if is_in:
        return Verdict.IN
    return Verdict.OUT if is_out else Verdict.NONE
