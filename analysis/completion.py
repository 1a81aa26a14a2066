"""Can the answers still missing turn a verdict? What makes it safe to close a round now, and which reminders matter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.consensus import VERDICTS, judge, reaches
from analysis.corridors import can_complete_into, corridors_of_change, is_narrow_enough
from analysis.histogram import BoolArray, IntArray
from analysis.published_rules import comet_70_15
from analysis.quantiles import doubled_medians
from analysis.types import ConsensusRule, Denominator, Scale, Verdict

_CELLS_AT_ONCE = 6_000_000
_INSUFFICIENT = VERDICTS.index(Verdict.INSUFFICIENT)
_NO_DATA = VERDICTS.index(Verdict.NO_DATA)


@dataclass(frozen=True, slots=True)
class CloseOutlook:
    """What the outstanding answers can still do to one item.

    verdict : as if the round closed now; settled : no completion changes it
    least : least number of further answers that would change it, None if none can
    share_low, share_high : agreement share 0-1 if everybody outstanding disagrees, or agrees; None without anybody
    median_low, median_high : median if everybody outstanding gives the lowest, or the highest rating
    exact : all completions were covered; on scales of more than about 25 points only the extreme ones are tried
    """

    verdict: Verdict
    settled: bool
    least: int | None
    share_low: float | None
    share_high: float | None
    median_low: float | None
    median_high: float | None
    exact: bool


def close_outlook(
    counts: IntArray,
    *,
    n_outstanding: int | IntArray,
    rule: ConsensusRule,
    scale: Scale,
    n_denominator: IntArray | None = None,
    n_eligible: IntArray | None = None,
) -> tuple[CloseOutlook, ...]:
    """Outlook of every item over all ways in which up to `n_outstanding` further ratings may arrive.

    Parameters
    ----------
    counts : int64 (items, K), the ratings so far
    n_outstanding : experts still to answer, one number or int64 (items,); 0 or more
    rule, scale : as for the verdict
    n_denominator : int64 (items,), the N of the percentage so far; default the ratings. It grows with every answer,
        unless the rule takes percentages of the eligible
    n_eligible : int64 (items,), who could rate, the outstanding included; default ratings + outstanding

    Returns
    -------
    one CloseOutlook an item. Exact without listing completions: one exists if and only if the ratings so far can be
    topped up to lie inside a corridor of another verdict (`analysis.corridors`).

    Errors: ValueError for a negative number outstanding. Checked against all completions of small panels.
    """
    n = counts.sum(axis=1)
    outstanding = np.broadcast_to(np.asarray(n_outstanding, dtype=np.int64), n.shape)
    if (outstanding < 0).any():
        raise ValueError(f"n_outstanding is {int(outstanding.min())}; allowed is 0 or more")
    eligible = n + outstanding if n_eligible is None else n_eligible
    fixed = rule.denominator is Denominator.ELIGIBLE
    total = (eligible if fixed else n) if n_denominator is None else n_denominator
    codes = judge(counts, rule=rule, scale=scale, n_denominator=total, n_eligible=eligible).codes
    panel = _Panel(counts=counts, n=n, total=total, eligible=eligible, grows=not fixed)
    exact = np.array(
        [is_narrow_enough(rule=rule, scale=scale, n=int(size)) for size in n + outstanding], dtype=np.bool_
    )
    least = np.full(len(n), -1, dtype=np.int64)
    for added in range(1, int(outstanding.max(initial=0)) + 1):
        waiting = np.flatnonzero((least < 0) & (outstanding >= added))
        if not waiting.size:
            break
        changed = _can_change(panel, waiting, codes=codes, added=added, rule=rule, scale=scale)
        least[waiting[changed]] = added
    shares = _share_bounds(panel, outstanding=outstanding, rule=rule, scale=scale)
    medians = _median_bounds(counts, outstanding=outstanding, scale=scale)
    rows = zip(codes.tolist(), least.tolist(), shares, medians, exact.tolist(), strict=True)
    return tuple(
        CloseOutlook(
            verdict=VERDICTS[code],
            settled=change < 0,
            least=None if change < 0 else change,
            share_low=share_low,
            share_high=share_high,
            median_low=median_low,
            median_high=median_high,
            exact=is_exact,
        )
        for code, change, (share_low, share_high), (median_low, median_high), is_exact in rows
    )


@dataclass(frozen=True, slots=True)
class CometBounds:
    """COMET's 70/15 verdict if everybody outstanding rates in the top, the middle or the bottom third."""

    best: Verdict
    middle: Verdict
    worst: Verdict

    @property
    def is_robust(self) -> bool:
        """The same decision whatever comes."""
        return self.best is self.middle is self.worst


def comet_bounds(
    counts: IntArray, *, n_outstanding: int | IntArray, scale: Scale, min_n: int = 5
) -> tuple[CometBounds, ...] | None:
    """Bounds of COMET's rule, both of its shares at once, for every item; None on a scale without thirds.

    counts : int64 (items, K); n_outstanding : one number or int64 (items,). Errors: none.
    Source: see `analysis.published_rules.comet_70_15`.
    """
    found = []
    for point in (scale.points - 1, scale.points // 2, 0):
        filled = counts.copy()
        filled[:, point] += n_outstanding
        verdicts = comet_70_15([filled], scale=scale, min_n=min_n)
        if verdicts is None:
            return None
        found.append(verdicts)
    return tuple(CometBounds(best=a, middle=b, worst=c) for a, b, c in zip(*found, strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class _Panel:
    """The ratings so far; arrays over items. grows : every further answer also enters the denominator."""

    counts: IntArray
    n: IntArray
    total: IntArray
    eligible: IntArray
    grows: bool


def _can_change(
    panel: _Panel, items: IntArray, *, codes: npt.NDArray[np.int8], added: int, rule: ConsensusRule, scale: Scale
) -> BoolArray:
    """Whether exactly `added` further ratings can give each of `items` another verdict."""
    n = panel.n[items] + added
    total = panel.total[items] + (added if panel.grows else 0)
    decidable: BoolArray = (n >= rule.min_n) & reaches(n, panel.eligible[items], threshold=rule.min_rated_share)
    undecided = np.isin(codes[items], (_INSUFFICIENT, _NO_DATA))
    # Leaving `no data` is a change even if the first answers are too few for a decision.
    changed: BoolArray = undecided & (decidable | (codes[items] == _NO_DATA))
    keys = np.stack([n, total, codes[items]], axis=1)
    for key in np.unique(keys[~undecided], axis=0).tolist():
        rows = np.flatnonzero((keys == key).all(axis=1))
        changed[rows] = _reach_another(
            panel.counts[items[rows]],
            verdict=VERDICTS[key[2]], rule=rule, scale=scale, n=key[0], n_denominator=key[1], n_added=added,
        )  # fmt: skip
    return changed


def _reach_another(
    counts: IntArray,
    *,
    verdict: Verdict,
    rule: ConsensusRule,
    scale: Scale,
    n: int,
    n_denominator: int,
    n_added: int,
) -> BoolArray:
    if not is_narrow_enough(rule=rule, scale=scale, n=n):
        return _try_extremes(
            counts, verdict=verdict, rule=rule, scale=scale, n_denominator=n_denominator, n_added=n_added
        )
    cumulative = np.cumsum(counts, axis=1)
    found = np.zeros(len(counts), dtype=np.bool_)
    for target in corridors_of_change(verdict, rule=rule, scale=scale, n=n, n_denominator=n_denominator):
        block = max(1, _CELLS_AT_ONCE // max(1, target.least.size))
        for start in range(0, len(counts), block):
            part = slice(start, start + block)
            found[part] |= can_complete_into(cumulative[part], target, n_added=n_added)
    return found


def _try_extremes(
    counts: IntArray, *, verdict: Verdict, rule: ConsensusRule, scale: Scale, n_denominator: int, n_added: int
) -> BoolArray:
    """Long scales: all answers on one point, or divided between two of the ends and the edges of the box."""
    points = scale.points
    candidates = [n_added * np.eye(points, dtype=np.int64)]
    edges = sorted({0, rule.width - 1, rule.agree_from - scale.lower, rule.agree_to - scale.lower, points - 1})
    for position, first in enumerate(edges):
        for second in edges[position + 1 :]:
            split = np.zeros((n_added + 1, points), dtype=np.int64)
            split[:, first] = np.arange(n_added + 1)
            split[:, second] = n_added - split[:, first]
            candidates.append(split)
    tried = np.concatenate(candidates)
    completed = (counts[:, None, :] + tried[None]).reshape(-1, points)
    total = np.full(len(completed), n_denominator, dtype=np.int64)
    codes = judge(completed, rule=rule, scale=scale, n_denominator=total).codes.reshape(len(counts), -1)
    return np.asarray(np.any(codes != VERDICTS.index(verdict), axis=1), dtype=np.bool_)


def _share_bounds(
    panel: _Panel, *, outstanding: IntArray, rule: ConsensusRule, scale: Scale
) -> list[tuple[float | None, float | None]]:
    start = rule.agree_from - scale.lower
    agreeing = panel.counts[:, start : start + rule.width].sum(axis=1)
    final = panel.total + (outstanding if panel.grows else 0)
    low, high = agreeing / np.maximum(final, 1), (agreeing + outstanding) / np.maximum(final, 1)
    return [(a, b) if n else (None, None) for a, b, n in zip(low.tolist(), high.tolist(), final.tolist(), strict=True)]


def _median_bounds(counts: IntArray, *, outstanding: IntArray, scale: Scale) -> list[tuple[float | None, float | None]]:
    bounds = []
    for point in (0, scale.points - 1):
        filled = counts.copy()
        filled[:, point] += outstanding
        bounds.append((doubled_medians(filled, lower=scale.lower) / 2).tolist())
    final = (counts.sum(axis=1) + outstanding).tolist()
    return [(a, b) if n else (None, None) for a, b, n in zip(*bounds, final, strict=True)]
