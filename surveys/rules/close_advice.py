"""Is it safe to close now? What the missing answers can still change, in numbers of verdicts and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.completion import close_outlook
from analysis.consensus import at_least_three
from analysis.types import ConsensusRule, Denominator, Scale

FEW_ANSWERS = 2
"""Verdicts that so many more answers can change are counted apart from those that need more."""


@dataclass(frozen=True, slots=True)
class SentAnswers:
    """One criterion: int64 (statements, points) counts of the answers that were sent, with its rule and scale."""

    counts: npt.NDArray[np.int64]
    rule: ConsensusRule
    scale: Scale


@dataclass(frozen=True, slots=True)
class CloseAdvice:
    """Counts of verdicts only: no statement's figure can be read off them. `n_submitted` is where they were taken."""

    n_submitted: int
    n_outstanding: int
    n_verdicts: int
    n_settled: int
    n_flipped_by_few: int
    """Verdicts that one or two more answers can change."""
    least: int | None
    """The smallest number of further answers that can change any verdict; None where none can."""

    @property
    def n_open(self) -> int:
        return self.n_verdicts - self.n_settled


def advise_on_closing(
    sent: Sequence[SentAnswers], *, n_submitted: int, n_eligible: int, min_verdicts: int
) -> CloseAdvice | None:
    """What up to `n_eligible - n_submitted` further people can change; None for fewer than `min_verdicts` verdicts.

    With few verdicts their number would say something about each of them.
    """
    n_outstanding = max(0, n_eligible - n_submitted)
    least = [
        one
        for criterion in sent
        for one in least_to_change(criterion, n_submitted=n_submitted, n_outstanding=n_outstanding)
    ]
    if len(least) < min_verdicts:
        return None
    changing = [one for one in least if one is not None]
    return CloseAdvice(
        n_submitted=n_submitted,
        n_outstanding=n_outstanding,
        n_verdicts=len(least),
        n_settled=len(least) - len(changing),
        n_flipped_by_few=sum(one <= FEW_ANSWERS for one in changing),
        least=min(changing, default=None),
    )


def least_to_change(sent: SentAnswers, *, n_submitted: int, n_outstanding: int) -> list[int | None]:
    """For each statement the least number of further people whose answers can change its verdict; None: settled.

    Somebody may also send without rating a statement. Where the percentage is taken of all who sent, that lowers it,
    so every number of such people is tried.
    """
    n_items = len(sent.counts)
    rule = at_least_three(sent.rule)
    eligible = np.full(n_items, n_submitted + n_outstanding, dtype=np.int64)
    least: list[int | None] = [None] * n_items
    first: list[str] = []
    n_silent_most = n_outstanding if rule.denominator is Denominator.RETURNED else 0
    for n_silent in range(n_silent_most + 1):
        outlooks = close_outlook(
            sent.counts,
            n_outstanding=n_outstanding - n_silent,
            rule=rule,
            scale=sent.scale,
            n_denominator=_denominators(rule, n_items=n_items, n_returned=n_submitted + n_silent, eligible=eligible),
            n_eligible=eligible,
        )
        first = first or [one.verdict.value for one in outlooks]
        for at, one in enumerate(outlooks):
            further = 0 if one.verdict.value != first[at] else one.least
            if further is None:
                continue
            total = n_silent + further
            known = least[at]
            least[at] = total if known is None else min(known, total)
    return least


def _denominators(
    rule: ConsensusRule, *, n_items: int, n_returned: int, eligible: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64] | None:
    match rule.denominator:
        case Denominator.RATED:
            return None
        case Denominator.RETURNED:
            return np.full(n_items, n_returned, dtype=np.int64)
        case Denominator.ELIGIBLE:
            return eligible
