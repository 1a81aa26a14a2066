"""Mail is a row: written in the transaction of its cause, sent later by a worker that holds it on a lease."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from surveys.models import OutboxMessage, Person, Study, WorkerHeartbeat
from surveys.vocabulary import MessageKind, OutboxStatus, StudyKind

# Longer than any SMTP time-out: a shorter lease would hand a mail that is being sent to a second worker.
LEASE = timedelta(minutes=5)
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))


def queue_message(
    session: Session,
    *,
    kind: MessageKind,
    person: Person,
    study_id: int | None,
    params: dict[str, Any],
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Queue one message to one person, in that person's language; it leaves from `due_at` on, by default at once.

    In a rehearsal it is held for ever: nobody is written to. `study_id` is None for mails about an account.
    """
    is_rehearsal = study_id is not None and session.get_one(Study, study_id).kind is StudyKind.REHEARSAL
    session.add(
        OutboxMessage(
            kind=kind,
            person_id=person.id,
            study_id=study_id,
            params=params,
            language=person.language,
            message_id=f"{secrets.token_hex(12)}@delphi",
            status=OutboxStatus.HELD if is_rehearsal else OutboxStatus.QUEUED,
            created_at=now,
            due_at=due_at or now,
        )
    )


def lease_next(session: Session, *, now: datetime) -> OutboxMessage | None:
    """The next message that is due, leased to the caller; a lease that ran out (a crashed worker) is taken over."""
    message = session.exec(
        select(OutboxMessage)
        .where(
            or_(
                (col(OutboxMessage.status) == OutboxStatus.QUEUED) & (col(OutboxMessage.due_at) <= now),
                (col(OutboxMessage.status) == OutboxStatus.LEASED) & (col(OutboxMessage.leased_until) <= now),
            )
        )
        .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if message is None:
        return None
    message.status, message.leased_until = OutboxStatus.LEASED, now + LEASE
    message.attempts += 1
    session.add(message)
    session.flush()
    return message


def mark_sent(session: Session, *, message_id: int, now: datetime) -> None:
    message = session.get_one(OutboxMessage, message_id)
    message.status, message.sent_at, message.leased_until, message.problem = OutboxStatus.SENT, now, None, ""
    session.add(message)


def mark_failed(session: Session, *, message_id: int, problem: str, permanent: bool, now: datetime) -> None:
    """Try again later with growing pauses; give up (visibly) on a permanent refusal or when the pauses are used up."""
    message = session.get_one(OutboxMessage, message_id)
    message.problem, message.leased_until = problem[:500], None
    if permanent or message.attempts > len(BACK_OFF):
        message.status = OutboxStatus.FAILED
    else:
        message.status, message.due_at = OutboxStatus.QUEUED, now + BACK_OFF[message.attempts - 1]
    session.add(message)


def beat(session: Session, *, name: str, now: datetime) -> None:
    """Leave the worker's sign of life."""
    session.merge(WorkerHeartbeat(name=name, beaten_at=now))
