"""Joining a task force, saying no, and leaving: each of them one button away."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import (
    Comment,
    Draft,
    FieldWrite,
    Idea,
    Panellist,
    QuestionAnswer,
    QuestionAnswerChange,
    Rating,
    RatingChange,
    Round,
    Submission,
    TaskForce,
    TextChange,
)
from surveys.queries.participation import IN_PANEL
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.consents import note_consent
from surveys.services.submissions import panellist_of
from surveys.vocabulary import AuditAction, MembershipStatus, RoundStatus, ViolationCode

ANSWERS = (
    Rating,
    RatingChange,
    QuestionAnswer,
    QuestionAnswerChange,
    Comment,
    TextChange,
    Draft,
    FieldWrite,
    Submission,
)
"""Where what one panellist answered in a round is stored, beside ideas."""


def give_consent(
    session: Session, *, actor: Actor, task_force_id: int, agrees: bool, now: datetime, language: str | None = None
) -> None:
    """The panellist agrees to take part, to the wording in `language` (by default their own) as it is now.

    The first moment counts, doing it twice changes nothing; after a new wording they agree again.

    Raises
    ------
    RuleViolation
        `consent_missing` where the box was not ticked, `not_a_panellist` for anybody else.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    if not agrees:
        raise RuleViolation(ViolationCode.CONSENT_MISSING)
    if panellist.consented_at is not None and not panellist.consent_is_due:
        return
    note_consent(session, panellist=panellist, language=language or panellist.language, now=now)
    record(session, AuditAction.CONSENT_GIVEN, actor=actor, now=now, task_force_id=task_force_id)
    session.flush()


def decline(session: Session, *, actor: Actor, task_force_id: int, reason: str, now: datetime) -> None:
    """The panellist does not want to take part; the reason may be empty. Answers of an open round stay.

    Raises
    ------
    RuleViolation
        `not_a_panellist`, `text_too_long`.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    panellist.decline_reason = clean_text(reason, limit=REASON_LIMIT)
    panellist.status = MembershipStatus.DECLINED
    session.add(panellist)
    record(session, AuditAction.MEMBERSHIP_DECLINED, actor=actor, now=now, task_force_id=task_force_id)
    session.flush()


def leave(
    session: Session, *, actor: Actor, task_force_id: int, reason: str, removes_answers: bool, now: datetime
) -> None:
    """The panellist leaves. With `removes_answers` what was answered in open rounds is deleted with its history.

    Closed rounds stay as they were counted: their figures belong to everybody who took part.

    Raises
    ------
    RuleViolation
        `not_a_panellist`, `text_too_long`.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    panellist.decline_reason = clean_text(reason, limit=REASON_LIMIT)
    panellist.status = MembershipStatus.LEFT
    session.add(panellist)
    if removes_answers:
        delete_open_answers(session, panellist=panellist)
    record(
        session,
        AuditAction.MEMBERSHIP_LEFT,
        actor=actor,
        now=now,
        task_force_id=task_force_id,
        removed_answers=removes_answers,
    )
    session.flush()


def leave_study(
    session: Session, *, actor: Actor, study_id: int, reason: str, removes_answers: bool, now: datetime
) -> int:
    """Leave every task force of a study that this person sits in, each as `leave` does; how many.

    Raises
    ------
    RuleViolation
        `not_a_panellist` where there is none left to leave, `text_too_long`.
    """
    task_forces = session.exec(
        select(TaskForce.id)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .where(
            TaskForce.study_id == study_id,
            Panellist.person_id == actor.person_id,
            col(Panellist.status).in_(IN_PANEL),
        )
        .order_by(col(TaskForce.id))
    ).all()
    if not task_forces:
        raise RuleViolation(ViolationCode.NOT_A_PANELLIST)
    for task_force_id in task_forces:
        leave(
            session,
            actor=actor,
            task_force_id=task_force_id,
            reason=reason,
            removes_answers=removes_answers,
            now=now,
        )
    return len(task_forces)


def delete_open_answers(session: Session, *, panellist: Panellist) -> None:
    """Delete what one panellist answered in rounds that are still open, with its history."""
    # Held like an answer that arrives, so that no round closes half-way through.
    open_rounds = session.exec(
        select(Round.id)
        .where(Round.task_force_id == panellist.task_force_id, Round.status == RoundStatus.OPEN)
        .with_for_update(read=True)
    ).all()
    connection = session.connection()
    own_ideas = (col(Idea.panellist_id) == panellist.id, col(Idea.round_id).in_(open_rounds))
    connection.execute(update(Idea).where(*own_ideas).values(parent_id=None))
    connection.execute(delete(Idea).where(*own_ideas))
    for table in ANSWERS:
        connection.execute(
            delete(table).where(
                col(table.panellist_id) == panellist.id,
                col(table.round_id).in_(open_rounds),
            )
        )
