"""Undoing steps of the synthesis: nothing is deleted, what was done stays in the trace, marked."""

from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Idea, IdeaPlacement, RoundStatement, Statement
from surveys.rules.permissions import Actor
from surveys.services.next_round import hold_task_force
from surveys.services.synthesis import find_idea, placements_of, record_step
from surveys.vocabulary import AuditAction, IdeaStatus, ViolationCode


def take_idea_back(session: Session, *, actor: Actor, task_force_id: int, idea_id: int, now: datetime) -> Idea:
    """Undo setting an idea aside; the reason stays in the log. Raises `nothing_to_undo`."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    idea = find_idea(session, task_force_id=task_force_id, idea_id=idea_id)
    if idea.status is not IdeaStatus.PARKED:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    was, idea.status, idea.parked_reason = idea.parked_reason, IdeaStatus.WAITING, ""
    session.add(idea)
    record_step(
        session,
        AuditAction.PLACEMENT_UNDONE,
        task_force,
        actor=actor,
        now=now,
        subject=f"idea:{idea.id}",
        undone="parked",
        reason=was,
    )
    session.flush()
    return idea


def undo_placement(
    session: Session, *, actor: Actor, task_force_id: int, placement_id: int, now: datetime
) -> IdeaPlacement:
    """Take an idea out of a statement again; placement and statement stay stored, marked.

    A statement made from ideas is taken back with its last idea, and what hung on it hangs on nothing.

    Raises
    ------
    NotFound
        The placement is of another task force.
    RuleViolation
        `nothing_to_undo` where it was undone before, `statement_asked` where the statement would go although a
        round's questionnaire has it.
    """
    task_force = hold_task_force(session, task_force_id=task_force_id)
    placement = session.get(IdeaPlacement, placement_id)
    statement = session.get(Statement, placement.statement_id) if placement is not None else None
    if placement is None or statement is None or statement.task_force_id != task_force_id:
        raise NotFound
    if placement.undone_at is not None:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    placement.undone_at = now
    session.add(placement)
    session.flush()
    idea = session.get_one(Idea, placement.idea_id)
    if not placements_of(session, idea_id=idea.id):
        idea.status = IdeaStatus.WAITING
        session.add(idea)
    orphans = _retire_if_empty(session, statement=statement, now=now)
    record_step(
        session,
        AuditAction.PLACEMENT_UNDONE,
        task_force,
        actor=actor,
        now=now,
        subject=f"placement:{placement.id}",
        idea=idea.id,
        statement=statement.code,
        undone=placement.action.value,
        retired=statement.retired_at is not None,
        unlinked=orphans,
    )
    session.flush()
    return placement


def _retire_if_empty(session: Session, *, statement: Statement, now: datetime) -> list[str]:
    """Retire a statement that ideas made and none is left in; the codes of statements that hung on it."""
    placements = session.exec(select(IdeaPlacement).where(IdeaPlacement.statement_id == statement.id)).all()
    if any(placement.undone_at is None for placement in placements):
        return []
    if not any(placement.created_statement for placement in placements):
        return []
    if session.exec(select(RoundStatement).where(RoundStatement.statement_id == statement.id)).first() is not None:
        raise RuleViolation(ViolationCode.STATEMENT_ASKED, statement=statement.code)
    statement.retired_at = now
    children = session.exec(select(Statement).where(Statement.parent_id == statement.id)).all()
    for child in children:
        child.parent_id = None
    session.add_all([statement, *children])
    return [child.code for child in children]
