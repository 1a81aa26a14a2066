"""One round of one panel, analysed whole: the only entry the application and the command line use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.agreement import shares
from analysis.appropriateness import ram
from analysis.chance import false_consensus_chance
from analysis.concordance import PERMUTATIONS, kendall_w
from analysis.consensus import Judgement, at_least_three, classify, judge
from analysis.descriptives import Descriptives, describe, is_high_dont_know
from analysis.dispersion import consensus_cns, leik_d, van_der_eijk_a
from analysis.polarisation import bipolar
from analysis.rank_intervals import simultaneous_rank_intervals
from analysis.ranking import RankKey, rank_items
from analysis.reliability import Level, Weights, fleiss_kappa, gwet_ac, icc, krippendorff_alpha
from analysis.report_dict import report_as_dict
from analysis.report_types import Concordance, Criteria, ItemReport, Rank, RoundReport
from analysis.robustness import ItemRobustness, robustness_report
from analysis.strength import read_strength
from analysis.types import DEFAULT_SEED, CellState, ConsensusRule, Ratings, Share, Strength, Verdict

__all__ = ["analyse_round", "report_as_dict"]

TOO_FEW_RATINGS = "too_few_ratings"
TOO_FEW_OF_ELIGIBLE = "too_few_of_eligible"


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What the uncertainty step adds to one item; all None when it is switched off."""

    robustness: ItemRobustness | None
    rank_limits: tuple[int, int] | tuple[None, None]
    chance: float | None


_NO_DOUBT = _Doubt(robustness=None, rank_limits=(None, None), chance=None)


def analyse_round(
    ratings: Ratings,
    *,
    rule: ConsensusRule,
    seed: int = DEFAULT_SEED,
    groups: Sequence[str | None] | None = None,
    uncertainty: bool = True,
    order: str = "median_iqr_mean",
) -> RoundReport:
    """Every statistic, the verdict, its strength and the rank of every item.

    Parameters
    ----------
    ratings : one criterion, one panel; never pool panels
    rule : what counts as consensus; its minimum number of ratings is taken as 3 at least
    seed : of every random draw behind the report; the same seed gives the same report
    groups : the college of each expert (None unknown), for the question whether a verdict hangs on one college
    uncertainty : False leaves out everything that resamples or enumerates (W then has its chi-squared p)
    order : the ranking key, see `analysis.ranking.rank_items`

    Returns
    -------
    RoundReport with one ItemReport a column.

    Errors: ValueError if the rule does not fit the scale, or if `groups` does not name every expert.
    """
    if groups is not None and len(groups) != ratings.n_experts:
        raise ValueError(f"groups name {len(groups)} experts; the ratings have {ratings.n_experts}")
    rule = at_least_three(rule)
    doubts = _doubts(ratings, rule=rule, seed=seed, groups=groups) if uncertainty else None
    judgement = judge(
        ratings.counts,
        rule=rule,
        scale=ratings.scale,
        n_denominator=ratings.denominators(rule.denominator),
        n_eligible=ratings.n_eligible,
    )
    return RoundReport(
        n_experts=ratings.n_experts,
        n_items=ratings.n_items,
        concordance=_concordance(ratings, seed=seed, permutations=PERMUTATIONS if uncertainty else 0),
        items=_items(ratings, judgement=judgement, rule=rule, doubts=doubts, order=order),
    )


def _concordance(ratings: Ratings, *, seed: int, permutations: int) -> Concordance:
    counts = ratings.counts
    matrix = np.where(ratings.rated, ratings.values, np.nan)
    return Concordance(
        kendall_w=kendall_w(matrix, seed=seed, permutations=permutations),
        alpha_nominal=krippendorff_alpha(counts, level=Level.NOMINAL),
        alpha_ordinal=krippendorff_alpha(counts, level=Level.ORDINAL),
        alpha_interval=krippendorff_alpha(counts, level=Level.INTERVAL),
        gwet_ac1=gwet_ac(counts, weights=Weights.IDENTITY),
        gwet_ac2=gwet_ac(counts, weights=Weights.QUADRATIC),
        fleiss_kappa=fleiss_kappa(counts),
        icc=icc(matrix),
    )


def _doubts(
    ratings: Ratings, *, rule: ConsensusRule, seed: int, groups: Sequence[str | None] | None
) -> tuple[_Doubt, ...]:
    robust = robustness_report(ratings, rule=rule, seed=seed, groups=groups)
    limits = simultaneous_rank_intervals(ratings, seed=seed, min_n=rule.min_n)
    chances = [false_consensus_chance(rule=rule, scale=ratings.scale, n=n) for n in ratings.n_rated.tolist()]
    return tuple(
        _Doubt(robustness=one, rank_limits=limit or (None, None), chance=chance)
        for one, limit, chance in zip(robust, limits, chances, strict=True)
    )


def _items(
    ratings: Ratings,
    *,
    judgement: Judgement,
    rule: ConsensusRule,
    doubts: tuple[_Doubt, ...] | None,
    order: str,
) -> tuple[ItemReport, ...]:
    counts, scale = ratings.counts, ratings.scale
    described = describe(counts, scale=scale, quantile=rule.quantile)
    agreement = shares(judgement.k_agree, judgement.n, n_rated=ratings.n_rated)
    opposition = shares(judgement.k_oppose, judgement.n, n_rated=ratings.n_rated)
    polarised = bipolar(counts, scale=scale)
    appropriateness = ram(counts, scale=scale, quantile=rule.quantile)
    ranks = _ranks(described, agreement=agreement, min_n=rule.min_n, order=order)
    n_eligible, n_returned = ratings.n_eligible.tolist(), ratings.n_returned.tolist()
    n_dont_know = ratings.state_counts(CellState.DONT_KNOW).tolist()
    n_abstain = ratings.state_counts(CellState.ABSTAINED).tolist()
    n_missing = ratings.state_counts(CellState.MISSING).tolist()
    a, cns, leik = van_der_eijk_a(counts), consensus_cns(counts, scale=scale), leik_d(counts)
    verdicts = judgement.verdicts()
    classes = classify(judgement, bipolar=polarised)
    doubtful = doubts or (_NO_DOUBT,) * ratings.n_items
    return tuple(
        ItemReport(
            n=one.n,
            n_eligible=n_eligible[i],
            n_returned=n_returned[i],
            n_dont_know=n_dont_know[i],
            n_abstain=n_abstain[i],
            n_missing=n_missing[i],
            high_dont_know=is_high_dont_know(n_dont_know=n_dont_know[i], n_returned=n_returned[i]),
            frequency=one.frequency,
            mean=one.mean,
            sd=one.sd,
            median=one.median,
            q1=one.q1,
            q3=one.q3,
            iqr=one.iqr,
            mad=one.mad,
            mode=one.mode,
            agreement=agreement[i],
            opposition=opposition[i],
            van_der_eijk_a=a[i],
            consensus_cns=cns[i],
            leik_d=leik[i],
            ram=None if appropriateness is None else appropriateness[i],
            verdict=verdicts[i],
            consensus_class=classes[i],
            criteria=Criteria(agreement=bool(judgement.agreement[i]), iqr=bool(judgement.iqr[i])),
            quantile_sensitive=robust.quantile_sensitive if robust else None,
            fragile=robust.fragile if robust else None,
            flips_if_one_leaves=robust.flips_if_one_leaves if robust else None,
            false_consensus_chance=doubt.chance,
            multiverse=robust.multiverse if robust else None,
            polarised=bool(polarised[i]),
            rank=Rank(rank=ranks[i], low=doubt.rank_limits[0], high=doubt.rank_limits[1]),
            strength=_strength(doubt, verdict=verdicts[i], n=one.n, n_eligible=n_eligible[i], min_n=rule.min_n),
            robustness=robust,
            reason=one.reason or _why_undecided(verdicts[i], n=one.n, min_n=rule.min_n),
        )
        for i, (one, doubt) in enumerate(zip(described, doubtful, strict=True))
        for robust in (doubt.robustness,)
    )


def _why_undecided(verdict: Verdict, *, n: int, min_n: int) -> str | None:
    if verdict is not Verdict.INSUFFICIENT:
        return None
    return TOO_FEW_RATINGS if n < min_n else TOO_FEW_OF_ELIGIBLE


def _strength(doubt: _Doubt, *, verdict: Verdict, n: int, n_eligible: int, min_n: int) -> Strength | None:
    if doubt.robustness is None:
        return None
    return read_strength(
        verdict=verdict,
        n=n,
        n_eligible=n_eligible,
        min_n=min_n,
        chance=doubt.chance,
        robustness=doubt.robustness,
    )


def _ranks(
    described: Sequence[Descriptives], *, agreement: Sequence[Share], min_n: int, order: str
) -> list[int | None]:
    return rank_items(
        [_rank_key(one, share=share.share, min_n=min_n) for one, share in zip(described, agreement, strict=True)],
        order=order,
    )


def _rank_key(one: Descriptives, *, share: float | None, min_n: int) -> RankKey | None:
    if one.n < min_n or one.median is None or one.iqr is None or share is None or one.mean is None or one.sd is None:
        return None
    return RankKey(median=one.median, iqr=one.iqr, agreement_share=share, mean=one.mean, sd=one.sd)
