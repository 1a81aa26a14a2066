"""The second coder: places the ideas without seeing where the first did; finished, both are compared."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import DeskStep, SecondCode, SecondCoding
from surveys.queries.desk import desk_of
from surveys.queries.second_coding import ASIDE, NONE
from surveys.rules.permissions import Actor
from surveys.services.bulk import upsert
from surveys.services.next_round import hold_task_force
from surveys.services.synthesis import record_step
from surveys.vocabulary import AuditAction, DeskStepKind, PlacementAction, ViolationCode

PLACING = (DeskStepKind.PLACED, DeskStepKind.PARKED)


def save_codes(
    session: Session, *, actor: Actor, task_force_id: int, choices: Mapping[int, str], now: datetime
) -> SecondCoding:
    """Keep what was chosen so far: idea id to a statement id, `aside` or `none`; an empty choice leaves it open.

    Raises
    ------
    NotFound
        An idea or a statement is not of this task force, or of another kind than the other.
    RuleViolation
        `coded_by_the_same` where this person placed ideas at the desk, `coding_finished`.
    """
    hold_task_force(session, task_force_id=task_force_id)
    coding = _coding(session, actor=actor, task_force_id=task_force_id, now=now)
    desk = desk_of(session, task_force_id=task_force_id)
    ideas = {idea.id: idea for idea in desk.ideas}
    statements = {statement.id: statement for statement in desk.statements}
    rows = []
    for idea_id, choice in choices.items():
        if not choice:
            continue
        if idea_id not in ideas:
            raise NotFound
        statement = None if choice in (ASIDE, NONE) else statements.get(int(choice) if choice.isdecimal() else 0)
        if choice not in (ASIDE, NONE) and (statement is None or statement.kind is not ideas[idea_id].kind):
            raise NotFound
        rows.append(
            {
                "coding_id": coding.id,
                "idea_id": idea_id,
                "statement_id": statement.id if statement is not None else None,
                "is_aside": choice == ASIDE,
                "coded_at": now,
            }
        )
    upsert(
        session,
        SecondCode,
        rows,
        key=("coding_id", "idea_id"),
        replace=("statement_id", "is_aside", "coded_at"),
    )
    session.flush()
    return coding


def finish_coding(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> SecondCoding:
    """Close the second coding. Raises `ideas_uncoded` with their number, and what `save_codes` raises."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    coding = _coding(session, actor=actor, task_force_id=task_force_id, now=now)
    coded = set(session.exec(select(SecondCode.idea_id).where(SecondCode.coding_id == coding.id)).all())
    wanted = ideas_to_code(session, task_force_id=task_force_id)
    if wanted - coded:
        raise RuleViolation(ViolationCode.IDEAS_UNCODED, n=len(wanted - coded))
    coding.finished_at = now
    session.add(coding)
    record_step(
        session,
        AuditAction.SECOND_CODING_FINISHED,
        task_force,
        actor=actor,
        now=now,
        subject=f"second_coding:{coding.id}",
        n=len(wanted),
    )
    session.flush()
    return coding


def ideas_to_code(session: Session, *, task_force_id: int) -> set[int]:
    """Ideas whose placing says something: placed or set aside, and not kept word for word as a statement."""
    desk = desk_of(session, task_force_id=task_force_id)
    return {
        idea.id
        for idea in desk.ideas
        if idea.parked_reason
        or (idea.placements and all(one.action is not PlacementAction.KEPT for one in idea.placements))
    }


def has_placed(session: Session, *, task_force_id: int, person_id: int | None) -> bool:
    """Whether this person placed or set aside ideas at the desk of this task force."""
    query = select(DeskStep.id).where(
        DeskStep.task_force_id == task_force_id,
        DeskStep.actor_id == person_id,
        col(DeskStep.kind).in_(PLACING),
    )
    return session.exec(query).first() is not None


def _coding(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> SecondCoding:
    if actor.person_id is None:
        raise NotFound
    if has_placed(session, task_force_id=task_force_id, person_id=actor.person_id):
        raise RuleViolation(ViolationCode.CODED_BY_THE_SAME)
    coding = session.exec(
        select(SecondCoding).where(
            SecondCoding.task_force_id == task_force_id, SecondCoding.person_id == actor.person_id
        )
    ).first()
    if coding is None:
        coding = SecondCoding(task_force_id=task_force_id, person_id=actor.person_id, started_at=now)
        session.add(coding)
        session.flush()
    if coding.finished_at is not None:
        raise RuleViolation(ViolationCode.CODING_FINISHED)
    return coding
