"""Opening a closed round again, soon after its closing: what was frozen stays, the next closing freezes anew."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Idea, Outcome, Panellist, Person, Reopening, Round, RoundResult, Snapshot
from surveys.queries.participation import eligible_panellists
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.freezing import study_of_round
from surveys.services.outbox import queue_message
from surveys.services.round_locks import hold_round_alone
from surveys.vocabulary import AuditAction, IdeaStatus, MessageKind, RoundKind, RoundStatus, ViolationCode

REOPEN_WITHIN = timedelta(hours=48)


def ensure_can_be_reopened(session: Session, *, round_: Round, now: datetime) -> None:
    """Refuse what may not be opened again.

    Raises
    ------
    RuleViolation
        `round_not_closed`, `reopen_too_late` after 48 hours, `later_round_started`, `ideas_worked_on` where the
        synthesis of an ideas round has begun: an idea that is placed must not change under its statement.
    """
    if round_.status is not RoundStatus.CLOSED or round_.closed_at is None:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    if now > round_.closed_at + REOPEN_WITHIN:
        hours = int(REOPEN_WITHIN.total_seconds() // 3600)
        raise RuleViolation(ViolationCode.REOPEN_TOO_LATE, hours=hours, at=round_.closed_at)
    later = session.exec(
        select(Round.number).where(
            Round.task_force_id == round_.task_force_id,
            Round.number > round_.number,
            Round.status != RoundStatus.PLANNED,
        )
    ).first()
    if later is not None:
        raise RuleViolation(ViolationCode.LATER_ROUND_STARTED, number=later)
    if round_.kind is RoundKind.IDEAS:
        worked_on = session.exec(
            select(Idea.id).where(Idea.round_id == round_.id, Idea.status != IdeaStatus.WAITING).limit(1)
        ).first()
        if worked_on is not None:
            raise RuleViolation(ViolationCode.IDEAS_WORKED_ON)


def reopen_round(
    session: Session, *, actor: Actor, round_id: int, reason: str, deadline_at: datetime, now: datetime
) -> Reopening:
    """Take answers again until `deadline_at`. Nothing that was frozen changes.

    A later round that is planned and outcomes that were published rest on the earlier result: both are marked stale.
    Everybody who is asked gets a mail that says so, with the reason.

    Raises
    ------
    RuleViolation
        Those of `ensure_can_be_reopened`, `reason_missing`, `text_too_long`, `deadline_past`.
    """
    hold_round_alone(session, round_id=round_id)
    round_ = session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    ensure_can_be_reopened(session, round_=round_, now=now)
    said = clean_text(reason, limit=REASON_LIMIT)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    if deadline_at <= now:
        raise RuleViolation(ViolationCode.DEADLINE_PAST)
    number = max(session.exec(select(Snapshot.number).where(Snapshot.round_id == round_id)).all(), default=0)
    reopening = Reopening(round_id=round_id, snapshot_number=number, reason=said, reopened_at=now)
    round_.status, round_.closed_at, round_.deadline_at = RoundStatus.OPEN, None, deadline_at
    session.add_all([round_, reopening])
    _mark_stale(session, round_=round_, now=now)
    study = study_of_round(session, round_=round_)
    people = session.exec(
        select(Person)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(col(Panellist.id).in_(eligible_panellists(session, task_force_id=round_.task_force_id)))
        .order_by(col(Person.id))
    ).all()
    for person in people:
        queue_message(
            session,
            kind=MessageKind.ROUND_REOPENED,
            person=person,
            study_id=study.id,
            params={"round_id": round_id, "note": said},
            now=now,
        )
    record(
        session,
        AuditAction.ROUND_REOPENED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_id}",
        number=round_.number,
        snapshot=number,
        reason=said,
        n_notified=len(people),
    )
    session.flush()
    return reopening


def _mark_stale(session: Session, *, round_: Round, now: datetime) -> None:
    connection = session.connection()
    connection.execute(
        update(Round)
        .where(
            col(Round.task_force_id) == round_.task_force_id,
            col(Round.number) > round_.number,
            col(Round.status) == RoundStatus.PLANNED,
        )
        .values(stale_since=now, opens_at=None)
    )
    results = (
        select(RoundResult.id)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .where(Snapshot.round_id == round_.id)
    )
    connection.execute(
        update(Outcome)
        .where(col(Outcome.task_force_id) == round_.task_force_id, col(Outcome.result_id).in_(results))
        .values(stale_since=now)
    )
