"""The rule's proposals, and what departing from them takes."""

import pytest

from analysis.types import Verdict
from surveys.errors import RuleViolation
from surveys.rules.settling import Decision, Proposal, ProposalReason, RoundChoice, is_override, outcome_status, propose
from surveys.vocabulary import OutcomeStatus, StopRule, ViolationCode

ASK, SETTLE = RoundChoice.ASK, RoundChoice.SETTLE


@pytest.mark.parametrize(
    ("verdict", "is_reworded", "choice", "reason"),
    [
        (None, False, ASK, ProposalReason.NEVER_RATED),
        ("in", False, SETTLE, ProposalReason.AGREED),
        ("out", False, SETTLE, ProposalReason.DROPPED),
        ("none", False, ASK, ProposalReason.NOT_AGREED),
        ("insufficient", False, ASK, ProposalReason.TOO_FEW),
        ("no_data", False, ASK, ProposalReason.TOO_FEW),
        ("in", True, ASK, ProposalReason.REWORDED),
        ("out", True, ASK, ProposalReason.REWORDED),
    ],
)
def test_what_is_decided_on_the_current_wording_is_settled(
    verdict: str | None, is_reworded: bool, choice: RoundChoice, reason: ProposalReason
) -> None:
    assert propose(verdict, is_reworded=is_reworded) == Proposal(choice, reason)


def test_an_override_needs_a_reason() -> None:
    proposal = Proposal(SETTLE, ProposalReason.AGREED)
    assert not is_override(Decision(SETTLE), proposal=proposal)
    assert is_override(Decision(ASK, reason="One voice decided it"), proposal=proposal)
    with pytest.raises(RuleViolation) as caught:
        is_override(Decision(ASK, reason="  "), proposal=proposal)
    assert caught.value.code is ViolationCode.REASON_MISSING


def test_each_verdict_has_its_outcome() -> None:
    found = [outcome_status(verdict) for verdict in ("in", "out", "none", "insufficient", "no_data")]
    assert found == [
        OutcomeStatus.AGREED,
        OutcomeStatus.DROPPED,
        OutcomeStatus.UNRESOLVED,
        OutcomeStatus.INSUFFICIENT,
        OutcomeStatus.INSUFFICIENT,
    ]


@pytest.mark.parametrize(
    ("verdict", "earlier", "choice", "reason"),
    [
        (Verdict.IN, None, RoundChoice.ASK, ProposalReason.NOT_STABLE),
        (Verdict.IN, Verdict.NONE, RoundChoice.ASK, ProposalReason.NOT_STABLE),
        (Verdict.IN, Verdict.IN, RoundChoice.SETTLE, ProposalReason.AGREED),
        (Verdict.OUT, Verdict.OUT, RoundChoice.SETTLE, ProposalReason.DROPPED),
        (Verdict.OUT, Verdict.IN, RoundChoice.ASK, ProposalReason.NOT_STABLE),
        (Verdict.NONE, Verdict.NONE, RoundChoice.ASK, ProposalReason.NOT_AGREED),
    ],
)
def test_a_stop_rule_of_two_rounds_keeps_a_statement_until_its_verdict_is_repeated(
    verdict: Verdict, earlier: Verdict | None, choice: RoundChoice, reason: ProposalReason
) -> None:
    found = propose(verdict, is_reworded=False, stop=StopRule.STABLE, earlier_verdict=earlier)
    assert (found.choice, found.reason) == (choice, reason)
