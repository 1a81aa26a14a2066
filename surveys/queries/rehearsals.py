"""How far rehearsals are: the worker plays them one small step at a time, and everything it goes by is stored."""

from dataclasses import dataclass

from sqlalchemy import exists, func
from sqlmodel import Session, col, select

from surveys.models import AuditEvent, Outcome, Panellist, Round, Study, Submission, TaskForce
from surveys.vocabulary import AuditAction, RoundStatus, StudyKind


@dataclass(frozen=True, slots=True)
class RehearsalProgress:
    """The round that is played, and how many of its invented experts have sent their answers."""

    number: int
    n_sent: int
    n_players: int


def unfinished_rehearsals(session: Session) -> list[int]:
    """Task forces of rehearsals that are still played, oldest first: their outcomes are not published."""
    query = (
        select(TaskForce.id)
        .join(Study, col(Study.id) == TaskForce.study_id)
        .where(Study.kind == StudyKind.REHEARSAL, ~exists().where(col(Outcome.task_force_id) == col(TaskForce.id)))
        .order_by(col(TaskForce.id))
    )
    return list(session.exec(query).all())


def progress_of_rehearsal(session: Session, *, task_force_id: int) -> RehearsalProgress | None:
    """None once it is played to its end."""
    if session.exec(select(Outcome.id).where(Outcome.task_force_id == task_force_id).limit(1)).first() is not None:
        return None
    latest = session.exec(
        select(Round).where(Round.task_force_id == task_force_id).order_by(col(Round.number).desc())
    ).first()
    n_players = session.exec(
        select(func.count(col(Panellist.id))).where(Panellist.task_force_id == task_force_id)
    ).one()
    if latest is None:
        return RehearsalProgress(number=1, n_sent=0, n_players=n_players)
    n_sent = n_players
    if latest.status is not RoundStatus.CLOSED:
        n_sent = session.exec(
            select(func.count()).where(Submission.round_id == latest.id, col(Submission.submitted_at).is_not(None))
        ).one()
    return RehearsalProgress(number=latest.number, n_sent=n_sent, n_players=n_players)


def has_ended_early(session: Session, *, task_force_id: int) -> bool:
    """Whether the last rehearsal of a task force could not be played to its end."""
    last = session.exec(
        select(AuditEvent)
        .where(
            AuditEvent.task_force_id == task_force_id,
            col(AuditEvent.action).in_([AuditAction.COPY_DISCARDED, AuditAction.REHEARSAL_PLAYED]),
        )
        .order_by(col(AuditEvent.id).desc())
    ).first()
    return last is not None and bool(last.details.get("problem"))
