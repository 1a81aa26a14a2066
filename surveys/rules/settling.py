"""Which statements a next round asks again, and where each ended: decided by the frozen verdict alone."""

from dataclasses import dataclass
from enum import StrEnum

from analysis.types import Verdict
from surveys.errors import RuleViolation
from surveys.vocabulary import OutcomeStatus, StopRule, ViolationCode


class RoundChoice(StrEnum):
    """What happens to a statement in the next round."""

    ASK = "ask"
    SETTLE = "settle"


class ProposalReason(StrEnum):
    """Why the rule proposes what it proposes."""

    NEVER_RATED = "never_rated"
    REWORDED = "reworded"
    AGREED = "agreed"
    DROPPED = "dropped"
    NOT_AGREED = "not_agreed"
    TOO_FEW = "too_few"
    NOT_STABLE = "not_stable"


@dataclass(frozen=True, slots=True)
class Proposal:
    choice: RoundChoice
    reason: ProposalReason


@dataclass(frozen=True, slots=True)
class Decision:
    """What the facilitator decided about one statement; the reason matters where it differs from the proposal."""

    choice: RoundChoice
    reason: str = ""


REASON_OF_VERDICT = {
    Verdict.IN: ProposalReason.AGREED,
    Verdict.OUT: ProposalReason.DROPPED,
    Verdict.NONE: ProposalReason.NOT_AGREED,
    Verdict.INSUFFICIENT: ProposalReason.TOO_FEW,
    Verdict.NO_DATA: ProposalReason.TOO_FEW,
}
OUTCOME_OF_VERDICT = {
    Verdict.IN: OutcomeStatus.AGREED,
    Verdict.OUT: OutcomeStatus.DROPPED,
    Verdict.NONE: OutcomeStatus.UNRESOLVED,
    Verdict.INSUFFICIENT: OutcomeStatus.INSUFFICIENT,
    Verdict.NO_DATA: OutcomeStatus.INSUFFICIENT,
}


OUTCOME_ORDER = (OutcomeStatus.AGREED, OutcomeStatus.UNRESOLVED, OutcomeStatus.DROPPED, OutcomeStatus.INSUFFICIENT)
"""In which order lists show their groups: ranks are among all, so what is agreed is told apart from what is not."""


def propose(
    verdict: str | None,
    *,
    is_reworded: bool,
    stop: StopRule = StopRule.VERDICT,
    earlier_verdict: str | None = None,
) -> Proposal:
    """The rule's proposal for one statement.

    Parameters
    ----------
    verdict : of the primary criterion in the statement's latest closed round; None where it was never rated
    is_reworded : its newest wording is not the one that was rated; earlier answers are then not compared
    stop : under STABLE a statement leaves only with the same verdict in two rounds running
    earlier_verdict : of the round before that asked the same wording
    """
    if verdict is None:
        return Proposal(RoundChoice.ASK, ProposalReason.NEVER_RATED)
    if is_reworded:
        return Proposal(RoundChoice.ASK, ProposalReason.REWORDED)
    reason = REASON_OF_VERDICT[Verdict(verdict)]
    settled = reason in (ProposalReason.AGREED, ProposalReason.DROPPED)
    if settled and stop is StopRule.STABLE and earlier_verdict != verdict:
        return Proposal(RoundChoice.ASK, ProposalReason.NOT_STABLE)
    return Proposal(RoundChoice.SETTLE if settled else RoundChoice.ASK, reason)


def is_override(decision: Decision, *, proposal: Proposal) -> bool:
    """Whether the decision departs from the rule; `reason_missing` where it does so without a reason."""
    if decision.choice is proposal.choice:
        return False
    if not decision.reason.strip():
        raise RuleViolation(ViolationCode.REASON_MISSING)
    return True


def outcome_status(verdict: str) -> OutcomeStatus:
    """Where a statement ended, from its latest frozen verdict on the primary criterion."""
    return OUTCOME_OF_VERDICT[Verdict(verdict)]
