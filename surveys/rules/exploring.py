"""What if the rule were another one? Verdicts on frozen counts under a changed rule; never stored anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from analysis.consensus import at_least_three, classify, judge
from analysis.polarisation import bipolar
from analysis.types import ConsensusClass, ConsensusRule, Denominator, Quantile, Scale, Verdict


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The parts of a rule that may be tried; `agreement` is an exact fraction, `iqr` is in scale points."""

    agreement: Fraction
    iqr: float
    quantile: Quantile
    denominator: Denominator
    min_n: int

    @classmethod
    def of_rule(cls, rule: ConsensusRule) -> "WhatIf":
        return cls(
            agreement=rule.agreement,
            iqr=rule.iqr,
            quantile=rule.quantile,
            denominator=rule.denominator,
            min_n=rule.min_n,
        )

    def applied_to(self, rule: ConsensusRule) -> ConsensusRule:
        """The protocol's rule with these parts in place of its own; its box of agreement stays."""
        return replace(
            rule,
            agreement=self.agreement,
            iqr=self.iqr,
            quantile=self.quantile,
            denominator=self.denominator,
            min_n=self.min_n,
        )


@dataclass(frozen=True, slots=True)
class FrozenCounts:
    """The frozen counts of one statement: answers per scale point, who returned, who was asked."""

    frequency: tuple[int, ...]
    n_returned: int
    n_eligible: int


@dataclass(frozen=True, slots=True)
class Tried:
    """A verdict and its class under the rule that was tried, and the share behind it as counts."""

    verdict: Verdict
    consensus_class: ConsensusClass
    agreement_k: int
    agreement_n: int


def verdicts_under(rule: ConsensusRule, *, counts: Sequence[FrozenCounts], scale: Scale) -> tuple[Tried, ...]:
    """The verdict on every statement under `rule`, from counts alone: one for each of `counts`, in their order."""
    if not counts:
        return ()
    rule = at_least_three(rule)
    table = np.array([one.frequency for one in counts], dtype=np.int64)
    by_denominator = {
        Denominator.RATED: table.sum(axis=1),
        Denominator.RETURNED: np.array([one.n_returned for one in counts], dtype=np.int64),
        Denominator.ELIGIBLE: np.array([one.n_eligible for one in counts], dtype=np.int64),
    }
    judgement = judge(
        table,
        rule=rule,
        scale=scale,
        n_denominator=by_denominator[rule.denominator],
        n_eligible=by_denominator[Denominator.ELIGIBLE],
    )
    classes = classify(judgement, bipolar=bipolar(table, scale=scale))
    return tuple(
        Tried(verdict=verdict, consensus_class=shape, agreement_k=k, agreement_n=n)
        for verdict, shape, k, n in zip(
            judgement.verdicts(), classes, judgement.k_agree.tolist(), judgement.n.tolist(), strict=True
        )
    )
