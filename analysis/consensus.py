"""From a rule and the counts to a verdict, in exact arithmetic; the only place where a verdict is decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from analysis.histogram import BoolArray, IntArray
from analysis.quantiles import quartile_arrays
from analysis.types import EPS, ConsensusClass, ConsensusRule, Scale, Verdict

VERDICTS = tuple(Verdict)
"""Order of the integer codes in `Judgement.codes`."""

MIN_N_FOR_A_VERDICT = 3
"""One or two people are described, never judged, whatever the rule's minimum."""

_CODE = {verdict: code for code, verdict in enumerate(VERDICTS)}


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Every item's verdict and what it rests on; arrays (items,).

    k_agree, k_oppose : ratings in the agreement box and in the mirrored box at the low end; k_between : in neither
    n : the denominator of both; agreement, opposition, iqr : whether each criterion is met (False where n = 0)
    codes : index into VERDICTS
    """

    k_agree: IntArray
    k_oppose: IntArray
    k_between: IntArray
    n: IntArray
    agreement: BoolArray
    opposition: BoolArray
    iqr: BoolArray
    codes: npt.NDArray[np.int8]

    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts as words."""
        return tuple(VERDICTS[code] for code in self.codes.tolist())


def reaches(k: IntArray, n: IntArray, *, threshold: Fraction) -> BoolArray:
    """k / n >= threshold without rounding: two thirds is reached by 6 of 9."""
    return k * threshold.denominator >= threshold.numerator * n


def at_least_three(rule: ConsensusRule) -> ConsensusRule:
    """The same rule with a minimum of three ratings, for every verdict that is shown."""
    return replace(rule, min_n=max(rule.min_n, MIN_N_FOR_A_VERDICT))


def judge(
    counts: IntArray,
    *,
    rule: ConsensusRule,
    scale: Scale,
    n_denominator: IntArray | None = None,
    n_eligible: IntArray | None = None,
) -> Judgement:
    """Apply the consensus rule to every item.

    Parameters
    ----------
    counts : int64 (items, K), the histogram of the ratings
    n_denominator : int64 (items,), the N of the percentages; default the ratings themselves
    n_eligible : int64 (items,), who could have rated; default the ratings themselves

    Returns
    -------
    Judgement. IN: agreement share and IQR both met; OUT: the same at the low end; NO_DATA: nobody rated;
    INSUFFICIENT: fewer than `rule.min_n` ratings, or a smaller part of the eligible than `rule.min_rated_share`.

    Errors: ValueError if the rule's agreement range is off the scale.
    """
    rule.check_scale(scale)
    rated = counts.sum(axis=1)
    n = rated if n_denominator is None else n_denominator
    eligible = rated if n_eligible is None else n_eligible
    start = rule.agree_from - scale.lower
    k_agree = counts[:, start : start + rule.width].sum(axis=1)
    k_oppose = counts[:, : rule.width].sum(axis=1)
    boxed = np.zeros(counts.shape[1], dtype=np.bool_)
    boxed[start : start + rule.width] = boxed[: rule.width] = True
    first, third = quartile_arrays(counts, lower=scale.lower, method=rule.quantile)
    some = rated > 0
    with np.errstate(invalid="ignore"):
        narrow = some & (third - first <= rule.iqr + EPS)
    agreement = some & reaches(k_agree, n, threshold=rule.agreement)
    opposition = some & reaches(k_oppose, n, threshold=rule.agreement)
    enough = (rated >= rule.min_n) & reaches(rated, eligible, threshold=rule.min_rated_share)
    codes = np.full(rated.shape, _CODE[Verdict.NONE], dtype=np.int8)
    codes[opposition & narrow] = _CODE[Verdict.OUT]
    codes[agreement & narrow] = _CODE[Verdict.IN]
    codes[~enough] = _CODE[Verdict.INSUFFICIENT]
    codes[~some] = _CODE[Verdict.NO_DATA]
    return Judgement(
        k_agree=k_agree,
        k_oppose=k_oppose,
        k_between=counts[:, ~boxed].sum(axis=1),
        n=n,
        agreement=agreement,
        opposition=opposition,
        iqr=narrow,
        codes=codes,
    )


def classify(judgement: Judgement, *, bipolar: BoolArray) -> tuple[ConsensusClass, ...]:
    """The shape of each item's opinions: agreed (high or low), leaning, two camps, scattered, or too few.

    `bipolar` is a bool array (items,), see `analysis.polarisation`. Leaning means a plurality: more than half of the
    denominator stands in one place, the agreement box, the opposite one, or between the two.
    """
    largest = np.maximum(np.maximum(judgement.k_agree, judgement.k_oppose), judgement.k_between)
    leaning = 2 * largest > judgement.n
    decided = {
        Verdict.IN: ConsensusClass.AGREED_HIGH,
        Verdict.OUT: ConsensusClass.AGREED_LOW,
        Verdict.INSUFFICIENT: ConsensusClass.TOO_FEW,
        Verdict.NO_DATA: ConsensusClass.TOO_FEW,
    }
    return tuple(
        decided.get(verdict) or _undecided(two_camps=camps, leaning=leans)
        for verdict, camps, leans in zip(judgement.verdicts(), bipolar.tolist(), leaning.tolist(), strict=True)
    )


def _undecided(*, two_camps: bool, leaning: bool) -> ConsensusClass:
    if two_camps:
        return ConsensusClass.TWO_CAMPS
    return ConsensusClass.LEANING if leaning else ConsensusClass.SCATTERED
