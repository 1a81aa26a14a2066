"""Taking steps of the synthesis back: nothing is deleted, what was done stays in the trace, marked."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Idea, IdeaPlacement, RoundStatement, Statement
from surveys.rules.permissions import Actor
from surveys.services.desk_steps import note_step
from surveys.services.next_round import hold_task_force
from surveys.services.synthesis import find_idea, placements_of, record_step
from surveys.vocabulary import AuditAction, DeskStepKind, IdeaStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What taking an idea out of a statement did besides."""

    statement: Statement
    is_retired: bool
    unlinked: tuple[Statement, ...]
    """Statements that hung on one that was retired, and hang on nothing now."""


def take_idea_back(session: Session, *, actor: Actor, task_force_id: int, idea_id: int, now: datetime) -> Idea:
    """Take up an idea again that was set aside; the reason stays in the log. Raises `nothing_to_undo`."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    idea = find_idea(session, task_force_id=task_force_id, idea_id=idea_id)
    was = idea.parked_reason
    unpark(session, idea)
    note_step(
        session,
        DeskStepKind.TAKEN_UP,
        task_force_id=task_force_id,
        subject_id=idea.id,
        actor=actor,
        now=now,
        before={"reason": was},
    )
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
    placement = find_placement(session, task_force_id=task_force_id, placement_id=placement_id)
    found = take_out(session, placement, now=now)
    note_step(
        session,
        DeskStepKind.TAKEN_OUT,
        task_force_id=task_force_id,
        subject_id=placement.id,
        actor=actor,
        now=now,
        before={"unlinked": [one.id for one in found.unlinked]},
        after={"placements": sorted(one.id for one in placements_of(session, idea_id=placement.idea_id))},
    )
    record_step(
        session,
        AuditAction.PLACEMENT_UNDONE,
        task_force,
        actor=actor,
        now=now,
        subject=f"placement:{placement.id}",
        idea=placement.idea_id,
        statement=found.statement.code,
        undone=placement.action.value,
        retired=found.is_retired,
        unlinked=[one.code for one in found.unlinked],
    )
    session.flush()
    return placement


def find_placement(session: Session, *, task_force_id: int, placement_id: int) -> IdeaPlacement:
    """The placement, if it is of this task force; `NotFound` otherwise."""
    placement = session.get(IdeaPlacement, placement_id)
    statement = session.get(Statement, placement.statement_id) if placement is not None else None
    if placement is None or statement is None or statement.task_force_id != task_force_id:
        raise NotFound
    return placement


def unpark(session: Session, idea: Idea) -> None:
    """Let an idea wait again. Raises `nothing_to_undo` where it is not set aside."""
    if idea.status is not IdeaStatus.PARKED:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    idea.status, idea.parked_reason = IdeaStatus.WAITING, ""
    session.add(idea)
    session.flush()


def take_out(session: Session, placement: IdeaPlacement, *, now: datetime) -> TakenOut:
    """Mark a placement as undone, and see to its idea and statement. Errors as `undo_placement`."""
    if placement.undone_at is not None:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    placement.undone_at = now
    session.add(placement)
    session.flush()
    idea = session.get_one(Idea, placement.idea_id)
    if not placements_of(session, idea_id=idea.id):
        idea.status = IdeaStatus.WAITING
        session.add(idea)
    statement = session.get_one(Statement, placement.statement_id)
    unlinked = _retire_if_empty(session, statement=statement, now=now)
    session.flush()
    return TakenOut(statement=statement, is_retired=statement.retired_at is not None, unlinked=unlinked)


def _retire_if_empty(session: Session, *, statement: Statement, now: datetime) -> tuple[Statement, ...]:
    """Retire a statement that ideas made and none is left in; the statements that hung on it."""
    placements = session.exec(select(IdeaPlacement).where(IdeaPlacement.statement_id == statement.id)).all()
    if any(placement.undone_at is None for placement in placements):
        return ()
    if not any(placement.created_statement for placement in placements):
        return ()
    if session.exec(select(RoundStatement).where(RoundStatement.statement_id == statement.id)).first() is not None:
        raise RuleViolation(ViolationCode.STATEMENT_ASKED, statement=statement.code)
    statement.retired_at = now
    children = session.exec(select(Statement).where(Statement.parent_id == statement.id)).all()
    for child in children:
        child.parent_id = None
    session.add_all([statement, *children])
    return tuple(children)
