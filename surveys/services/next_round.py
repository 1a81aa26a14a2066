"""Building the next round: the rule proposes what is asked, the facilitator confirms or overrides with a reason."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Idea, Round, TaskForce
from surveys.queries.proposals import StatementProposal, proposals_of
from surveys.rules.permissions import Actor
from surveys.rules.settling import Decision, RoundChoice, is_override
from surveys.services.audit import record
from surveys.services.rounds import plan_round
from surveys.vocabulary import AuditAction, IdeaStatus, RoundKind, RoundStatus, ViolationCode


def plan_ideas_round(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> Round:
    """Plan the round of open questions. Raises `previous_round_open` unless every earlier round is closed."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    return plan_round(session, actor=actor, task_force=task_force, kind=RoundKind.IDEAS, now=now)


def build_next_round(
    session: Session, *, actor: Actor, task_force_id: int, decisions: Mapping[int, Decision], now: datetime
) -> Round:
    """Plan a rating round with the statements to be asked; a planned one that was not opened yet is built anew.

    `decisions` maps statement ids to what the facilitator decided; a statement without one follows the proposal.

    Raises
    ------
    RuleViolation
        `ideas_waiting` with their number, `round_not_closed` while a round is open, `reason_missing` for an
        override without a reason, `no_statements` where nothing is left to ask.
    NotFound
        A decision about a statement that is not among the proposals.
    """
    task_force = hold_task_force(session, task_force_id=task_force_id)
    if RoundStatus.OPEN in session.exec(select(Round.status).where(Round.task_force_id == task_force_id)).all():
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    n_waiting = count_waiting_ideas(session, task_force_id=task_force_id)
    if n_waiting:
        raise RuleViolation(ViolationCode.IDEAS_WAITING, n=n_waiting)
    proposals = proposals_of(session, task_force_id=task_force_id)
    if set(decisions) - {proposal.statement_id for proposal in proposals}:
        raise NotFound
    asked: list[int] = []
    for proposal in proposals:
        decision = decisions.get(proposal.statement_id, Decision(proposal.proposal.choice))
        if is_override(decision, proposal=proposal.proposal):
            _record_override(session, proposal, decision=decision, actor=actor, task_force=task_force, now=now)
        if decision.choice is RoundChoice.ASK:
            asked.append(proposal.statement_id)
    return plan_round(
        session, actor=actor, task_force=task_force, kind=RoundKind.RATING, statement_ids=tuple(asked), now=now
    )


def count_waiting_ideas(session: Session, *, task_force_id: int) -> int:
    """Ideas of closed rounds that are neither in a statement nor set aside."""
    return session.exec(
        select(func.count(col(Idea.id)))
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Round.task_force_id == task_force_id, Idea.status == IdeaStatus.WAITING)
    ).one()


def hold_task_force(session: Session, *, task_force_id: int) -> TaskForce:
    """The task force, locked until the transaction ends, so that numbers and codes are given out once."""
    return session.exec(select(TaskForce).where(TaskForce.id == task_force_id).with_for_update()).one()


def _record_override(
    session: Session,
    proposal: StatementProposal,
    *,
    decision: Decision,
    actor: Actor,
    task_force: TaskForce,
    now: datetime,
) -> None:
    record(
        session,
        AuditAction.PROPOSAL_OVERRIDDEN,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"statement:{proposal.statement_id}",
        statement=proposal.code,
        proposed=proposal.proposal.choice.value,
        because=proposal.proposal.reason.value,
        decided=decision.choice.value,
        reason=decision.reason.strip(),
    )
