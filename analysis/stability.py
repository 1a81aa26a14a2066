"""Whether opinion still moves between two rounds, by magnitudes; the p-values beside them are for display only."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analysis.consensus import at_least_three, judge
from analysis.descriptives import moments
from analysis.histogram import BoolArray, IntArray
from analysis.paired_tests import SignedRank, change_counts, wilcoxon_signed_rank
from analysis.polarisation import bipolar
from analysis.quantiles import doubled_medians, quartile_arrays
from analysis.rank_correlation import kendall_tau_b, paired_margins, spearman
from analysis.stopping import StopStatus, stop_status
from analysis.types import EPS, ConsensusRule, Quantile, Ratings, Scale

FloatArray = npt.NDArray[np.float64]

MAX_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class StabilityCriteria:
    """What counts as stable. Conventions of this package but for `tvd` (Scheibe, Skutsch & Schofer 1975: 15 %).

    tvd : share of the distribution that moved, strictly below; unchanged, kappa_w : at least
    delta_median : largest change of the median, scale points; None: an eighth of the scale's width (1 on 1-9)
    """

    tvd: Fraction = Fraction(3, 20)
    unchanged: Fraction = Fraction(4, 5)
    kappa_w: float = 0.60
    delta_median: float | None = None


DEFAULT_CRITERIA = StabilityCriteria()


@dataclass(frozen=True, slots=True)
class ItemStability:
    """One item between two rounds, on the experts who rated it in both; None where undefined (see `reason`).

    n_only_before, n_only_after : experts left out of the comparison
    pct_unchanged, pct_within1, tvd : shares 0-1; rir : relative interquartile range
    tvd_unpaired : the same of all who rated either round, so that who left and who joined counts as change too
    delta_median : after - before, scale points; delta_cv : absolute difference
    iqr_shrink : before - after, scale points; iqr_shrink_share : the same as a part of the former
    reason : `no_pairs`, or `no_variance` when only the coefficients are undefined
    """

    n_paired: int
    n_only_before: int
    n_only_after: int
    pct_unchanged: float | None
    pct_within1: float | None
    tvd: float | None
    tvd_unpaired: float | None
    delta_median: float | None
    delta_cv: float | None
    rir_before: float | None
    rir_after: float | None
    iqr_shrink: float | None
    iqr_shrink_share: float | None
    kappa_w: float | None
    spearman: float | None
    kendall_tau_b: float | None
    wilcoxon: SignedRank
    group_stable: bool
    individual_stable: bool
    status: StopStatus
    reason: str | None


def compare_rounds(
    before: Ratings,
    after: Ratings,
    *,
    rule: ConsensusRule,
    round_number: int = 2,
    max_rounds: int = MAX_ROUNDS,
    criteria: StabilityCriteria = DEFAULT_CRITERIA,
) -> tuple[ItemStability, ...]:
    """Stability of every item between two rounds, and whether it needs another.

    Parameters
    ----------
    before, after : the same experts and items in the same order; who did not rate has no number
    rule : the consensus rule, applied to all ratings of `after` for the stop status; its minimum is 3 at least
    round_number, max_rounds : number of the later round, and of the last one planned
    criteria : what counts as stable

    Returns
    -------
    one ItemStability an item. The panel is stable if the distribution and the median stay; individuals are stable if
    enough ratings stay or kappa is high: a panel may be stable while people swap sides, so both are told.

    Errors: ValueError if the rounds differ in shape or scale.
    Source: Scheibe, Skutsch & Schofer 1975; Ray & Sahu 1990; Holey et al. 2007, BMC Med Res Methodol 7:52; von der
    Gracht 2012, Technol Forecast Soc Change 79:1525-1536. Wilcoxon, Spearman checked against R, kappa against vcd.
    """
    scale = before.scale
    rule = at_least_three(rule)
    changes = change_counts(before, after)
    first, second = paired_margins(before, after)
    moves = _moves(changes, first=first, second=second)
    group, individual = stable_flags(moves, criteria=criteria, scale=scale)
    judgement = judge(
        after.counts,
        rule=rule,
        scale=scale,
        n_denominator=after.denominators(rule.denominator),
        n_eligible=after.n_eligible,
    )
    statuses = [
        stop_status(
            verdict=verdict, has_previous=True, group_stable=is_group, individual_stable=is_individual,
            is_bipolar=camps, counts=counts, round_number=round_number, max_rounds=max_rounds,
        )
        for verdict, is_group, is_individual, camps, counts in zip(
            judgement.verdicts(), group.tolist(), individual.tolist(),
            bipolar(after.counts, scale=scale).tolist(), after.counts.tolist(), strict=True,
        )
    ]  # fmt: skip
    spread_before, spread_after = (_spread(counts, scale=scale, method=rule.quantile) for counts in (first, second))
    unpaired = _unpaired_distances(before.counts, after.counts)
    tests, rho, tau = wilcoxon_signed_rank(changes), spearman(before, after), kendall_tau_b(before, after)
    only_before, only_after = before.n_rated - moves.n, after.n_rated - moves.n
    return tuple(
        ItemStability(
            n_paired=int(n),
            n_only_before=int(only_before[item]),
            n_only_after=int(only_after[item]),
            pct_unchanged=int(moves.unchanged[item]) / int(n) if n else None,
            pct_within1=int(moves.within1[item]) / int(n) if n else None,
            tvd=int(moves.moved[item]) / (2 * int(n)) if n else None,
            tvd_unpaired=unpaired[item],
            delta_median=spread_after[item].minus(spread_before[item], "median"),
            delta_cv=_distance(spread_after[item].cv, spread_before[item].cv),
            rir_before=spread_before[item].rir,
            rir_after=spread_after[item].rir,
            iqr_shrink=spread_before[item].minus(spread_after[item], "iqr"),
            iqr_shrink_share=spread_before[item].shrink_share(spread_after[item]),
            kappa_w=_or_none(moves.kappa_w[item]),
            spearman=rho[item],
            kendall_tau_b=tau[item],
            wilcoxon=tests[item],
            group_stable=bool(group[item]),
            individual_stable=bool(individual[item]),
            status=statuses[item],
            reason=_reason(n=int(n), kappa_w=float(moves.kappa_w[item]), rho=rho[item]),
        )
        for item, n in enumerate(moves.n.tolist())
    )


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """How far the pairs of every item moved; arrays (items,). Without pairs kappa_w is NaN, the rest 0.

    moved : sum over points of the absolute change of the histogram, twice the number of ratings that moved on balance
    """

    n: IntArray
    unchanged: IntArray
    within1: IntArray
    moved: IntArray
    doubled_delta_median: IntArray
    kappa_w: FloatArray


def stable_flags(moves: Moves, *, criteria: StabilityCriteria, scale: Scale) -> tuple[BoolArray, BoolArray]:
    """Whether the panel, and whether its members, are stable: bool (items,) each, False without pairs."""
    some = moves.n > 0
    limit = (scale.points - 1) / 8 if criteria.delta_median is None else criteria.delta_median
    still = moves.moved * criteria.tvd.denominator < 2 * moves.n * criteria.tvd.numerator
    near = moves.doubled_delta_median <= 2 * limit + EPS
    kept = moves.unchanged * criteria.unchanged.denominator >= criteria.unchanged.numerator * moves.n
    with np.errstate(invalid="ignore"):
        alike = moves.kappa_w >= criteria.kappa_w - EPS
    return some & still & near, some & (kept | alike)


@dataclass(frozen=True, slots=True)
class _Spread:
    """Median, CV, IQR and relative IQR of the paired ratings of one item in one round."""

    median: float | None
    cv: float | None
    iqr: float | None
    rir: float | None

    def minus(self, other: _Spread, name: str) -> float | None:
        mine, theirs = getattr(self, name), getattr(other, name)
        return None if mine is None or theirs is None else float(mine - theirs)

    def shrink_share(self, after: _Spread) -> float | None:
        return (self.iqr - after.iqr) / self.iqr if self.iqr and after.iqr is not None else None


def _moves(changes: IntArray, *, first: IntArray, second: IntArray) -> Moves:
    middle = changes.shape[1] // 2
    n = changes.sum(axis=1)
    delta = doubled_medians(second, lower=0) - doubled_medians(first, lower=0)
    return Moves(
        n=n,
        unchanged=changes[:, middle],
        within1=changes[:, middle - 1 : middle + 2].sum(axis=1),
        moved=np.abs(second - first).sum(axis=1),
        doubled_delta_median=np.where(n > 0, np.abs(delta), 0),
        kappa_w=_kappa(changes, first=first, second=second),
    )


def _kappa(changes: IntArray, *, first: IntArray, second: IntArray) -> FloatArray:
    """Quadratically weighted kappa over the full scale, NaN where chance agreement is complete.

    With quadratic weights the disagreement expected by chance is var + var + (difference of means)^2, so integer sums
    of the two margins are enough. Source: Cohen 1968, Psychol Bull 70:213-220.
    """
    points = first.shape[1]
    value = np.arange(points, dtype=np.int64)
    step = np.arange(-(points - 1), points, dtype=np.int64)
    n = first.sum(axis=1)
    sums, others = first @ value, second @ value
    squares = first @ value**2 + second @ value**2
    expected = n * squares - 2 * sums * others
    observed = n * (changes @ step**2)
    return np.where(expected > 0, 1 - observed / np.maximum(expected, 1), np.nan)


def _spread(counts: IntArray, *, scale: Scale, method: Quantile) -> tuple[_Spread, ...]:
    base = moments(counts, scale=scale)
    first, third = quartile_arrays(counts, lower=scale.lower, method=method)
    medians = doubled_medians(counts, lower=scale.lower) / 2
    rows = zip(base.n.tolist(), base.mean.tolist(), base.sd.tolist(), first.tolist(), third.tolist(),
               medians.tolist(), strict=True)  # fmt: skip
    return tuple(
        _Spread(
            median=median,
            cv=sd / mean if n > 1 and mean > 0 else None,
            iqr=high - low,
            rir=(high - low) / median if median > 0 else None,
        )
        if n
        else _Spread(median=None, cv=None, iqr=None, rir=None)
        for n, mean, sd, low, high, median in rows
    )


def _distance(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else abs(first - second)


def _unpaired_distances(first: IntArray, second: IntArray) -> tuple[float | None, ...]:
    n1, n2 = first.sum(axis=1), second.sum(axis=1)
    apart = np.abs(first * n2[:, None] - second * n1[:, None]).sum(axis=1)
    rows = zip(apart.tolist(), (2 * n1 * n2).tolist(), strict=True)
    return tuple(moved / whole if whole else None for moved, whole in rows)


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _reason(*, n: int, kappa_w: float, rho: float | None) -> str | None:
    if n == 0:
        return "no_pairs"
    return "no_variance" if np.isnan(kappa_w) or rho is None else None
