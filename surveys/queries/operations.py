"""Counts about the running of an installation: nothing about any person or answer."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from surveys.models import AuditEvent, OutboxMessage, Round, Submission, WorkerHeartbeat
from surveys.vocabulary import OutboxStatus, RoundStatus


@dataclass(frozen=True, slots=True)
class Running:
    """How mails, workers and rounds stand. `oldest_due_at` is that of the mail that has waited longest past its time;
    `newest_mark_at` the latest time that anything in the log bears."""

    mails: dict[OutboxStatus, int]
    oldest_due_at: datetime | None
    beaten_at: datetime | None
    n_workers: int
    n_open_rounds: int
    n_submissions: int
    newest_mark_at: datetime | None


def running(session: Session, *, now: datetime, alive_since: datetime) -> Running:
    """How the installation runs at `now`; a worker counts as alive where it has beaten since `alive_since`."""
    counted = session.exec(select(OutboxMessage.status, func.count()).group_by(OutboxMessage.status)).all()
    mails: dict[OutboxStatus, int] = dict.fromkeys(OutboxStatus, 0)
    for status, n in counted:
        mails[OutboxStatus(status)] = n
    waiting = (OutboxMessage.status == OutboxStatus.QUEUED, col(OutboxMessage.due_at) <= now)
    return Running(
        mails=mails,
        oldest_due_at=session.exec(select(func.min(OutboxMessage.due_at)).where(*waiting)).one(),
        beaten_at=session.exec(select(func.max(WorkerHeartbeat.beaten_at))).one(),
        n_workers=session.exec(
            select(func.count()).select_from(WorkerHeartbeat).where(col(WorkerHeartbeat.beaten_at) >= alive_since)
        ).one(),
        n_open_rounds=session.exec(
            select(func.count()).select_from(Round).where(Round.status == RoundStatus.OPEN)
        ).one(),
        n_submissions=session.exec(
            select(func.count()).select_from(Submission).where(col(Submission.submitted_at).is_not(None))
        ).one(),
        newest_mark_at=session.exec(select(func.max(AuditEvent.at))).one(),
    )
