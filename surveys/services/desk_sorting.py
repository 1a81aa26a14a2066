"""Sorting at the desk: a statement into a category, a word to an idea."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import IdeaTag, Statement
from surveys.rules.permissions import Actor
from surveys.rules.texts import require_text
from surveys.services.categories import assign_category
from surveys.services.desk_steps import note_step
from surveys.services.next_round import hold_task_force
from surveys.services.synthesis import find_idea, record_step
from surveys.vocabulary import AuditAction, DeskStepKind, ViolationCode

TAG_LIMIT = 40


def categorise(
    session: Session, *, actor: Actor, task_force_id: int, statement_id: int, category_id: int | None, now: datetime
) -> Statement:
    """Put a statement into a category, or into none. Raises `category_merged`, `NotFound`."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    statement = session.get(Statement, statement_id)
    if statement is None or statement.task_force_id != task_force_id or statement.retired_at is not None:
        raise NotFound
    before = statement.category_id
    n_changed = assign_category(
        session,
        actor=actor,
        study_id=task_force.study_id,
        statement_ids=[statement_id],
        category_id=category_id,
        now=now,
    )
    if n_changed:
        note_step(
            session,
            DeskStepKind.CATEGORISED,
            task_force_id=task_force_id,
            subject_id=statement_id,
            actor=actor,
            now=now,
            before={"category": before},
            after={"category": category_id},
        )
    return statement


def tag_idea(session: Session, *, actor: Actor, task_force_id: int, idea_id: int, tag: str, now: datetime) -> IdeaTag:
    """Put a word to an idea; the same word twice is one. Raises `text_empty`, `text_too_long`, `NotFound`."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    idea = find_idea(session, task_force_id=task_force_id, idea_id=idea_id)
    words = require_text(tag, limit=TAG_LIMIT).casefold()
    standing = session.exec(
        select(IdeaTag).where(IdeaTag.idea_id == idea.id, IdeaTag.tag == words, col(IdeaTag.removed_at).is_(None))
    ).first()
    if standing is not None:
        return standing
    row = IdeaTag(idea_id=idea.id, tag=words, set_at=now)
    session.add(row)
    session.flush()
    note_step(session, DeskStepKind.TAGGED, task_force_id=task_force_id, subject_id=row.id, actor=actor, now=now)
    subject = f"idea:{idea.id}"
    record_step(session, AuditAction.IDEA_TAGGED, task_force, actor=actor, now=now, subject=subject, tag=words)
    return row


def untag_idea(session: Session, *, actor: Actor, task_force_id: int, tag_id: int, now: datetime) -> IdeaTag:
    """Take a word off an idea; it stays stored, marked. Raises `nothing_to_undo`, `NotFound`."""
    task_force = hold_task_force(session, task_force_id=task_force_id)
    row = session.get(IdeaTag, tag_id)
    if row is None:
        raise NotFound
    idea = find_idea(session, task_force_id=task_force_id, idea_id=row.idea_id)
    if row.removed_at is not None:
        raise RuleViolation(ViolationCode.NOTHING_TO_UNDO)
    row.removed_at = now
    session.add(row)
    session.flush()
    note_step(session, DeskStepKind.UNTAGGED, task_force_id=task_force_id, subject_id=row.id, actor=actor, now=now)
    record_step(
        session,
        AuditAction.IDEA_TAGGED,
        task_force,
        actor=actor,
        now=now,
        subject=f"idea:{idea.id}",
        tag=row.tag,
        change="removed",
    )
    return row
