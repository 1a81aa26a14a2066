"""Launching a planned round: now or at a set time, and taking it back before its mails leave."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import OutboxMessage, Round, Submission
from surveys.queries.translations import ready_languages
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.freezing import study_of_round
from surveys.services.round_locks import hold_round_alone
from surveys.services.rounds import open_round
from surveys.vocabulary import AuditAction, OutboxStatus, RoundStatus, ViolationCode

UNDO_WINDOW = timedelta(minutes=10)
"""For so long the mails of a launch wait, and it can be undone."""


def launch(
    session: Session, *, actor: Actor | None, round_id: int, deadline_at: datetime | None, now: datetime
) -> Round:
    """Open a planned round now in every language whose texts are complete; its mails leave when it cannot be undone.

    Raises what `open_round` raises; `translation_missing` where no language is complete.
    """
    round_ = _hold(session, round_id=round_id)
    study = study_of_round(session, round_=round_)
    open_round(
        session,
        actor=actor,
        round_=round_,
        deadline_at=deadline_at,
        languages=ready_languages(session, round_id=round_id) or tuple(study.languages),
        now=now,
        mails_leave_at=now + UNDO_WINDOW,
    )
    session.flush()
    return round_


def schedule_launch(
    session: Session, *, actor: Actor, round_id: int, opens_at: datetime, deadline_at: datetime, now: datetime
) -> Round:
    """Have a planned round opened by itself at `opens_at`; setting it again replaces the time.

    Raises
    ------
    RuleViolation
        `round_already_open`, `round_closed`, `opening_past` where the opening is past or not before the closing.
    """
    round_ = _hold(session, round_id=round_id)
    _ensure_planned(round_)
    if not now < opens_at < deadline_at:
        raise RuleViolation(ViolationCode.OPENING_PAST)
    before = _times(round_)
    round_.opens_at, round_.deadline_at = opens_at, deadline_at
    session.add(round_)
    times = {"before": before, "after": _times(round_)}
    _log(session, AuditAction.LAUNCH_SCHEDULED, round_, actor=actor, now=now, opens_at=opens_at.isoformat(), **times)
    return round_


def unschedule_launch(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Round:
    """Take the set time back; without one nothing happens. Raises `round_already_open` or `round_closed`."""
    round_ = _hold(session, round_id=round_id)
    _ensure_planned(round_)
    if round_.opens_at is not None:
        before = _times(round_)
        round_.opens_at = None
        session.add(round_)
        times = {"before": before, "after": _times(round_)}
        _log(session, AuditAction.LAUNCH_UNSCHEDULED, round_, actor=actor, now=now, **times)
    return round_


def rounds_to_launch(session: Session, *, now: datetime) -> list[int]:
    """Ids of planned rounds whose time has come, earliest first."""
    query = select(Round.id).where(Round.status == RoundStatus.PLANNED, col(Round.opens_at) <= now)
    return list(session.exec(query.order_by(col(Round.opens_at), col(Round.id))).all())


def launch_at_its_time(session: Session, *, round_id: int, now: datetime) -> Round:
    """Open a round whose time has come. Raises what `launch` raises; then `note_failed_launch` is to be called."""
    round_ = _hold(session, round_id=round_id)
    return launch(session, actor=None, round_id=round_id, deadline_at=round_.deadline_at, now=now)


def note_failed_launch(session: Session, *, round_id: int, problem: ViolationCode, now: datetime) -> None:
    """The round stays planned without a time, and the log says why it was not opened."""
    round_ = _hold(session, round_id=round_id)
    round_.opens_at = None
    session.add(round_)
    _log(session, AuditAction.LAUNCH_FAILED, round_, actor=None, now=now, problem=problem.value)


def undo_launch(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Round:
    """Make an open round a planned one again; its mails, none of which has left, are taken back.

    Raises
    ------
    RuleViolation
        `round_not_open`, `undo_too_late` once the mails leave, `undo_answered` once somebody has begun to answer.
    """
    hold_round_alone(session, round_id=round_id)
    round_ = _hold(session, round_id=round_id)
    if round_.status is not RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    if round_.mails_leave_at is None or now >= round_.mails_leave_at:
        raise RuleViolation(ViolationCode.UNDO_TOO_LATE)
    if session.exec(select(func.count(col(Submission.id))).where(Submission.round_id == round_id)).one():
        raise RuleViolation(ViolationCode.UNDO_ANSWERED)
    for message in session.exec(
        select(OutboxMessage).where(
            OutboxMessage.study_id == study_of_round(session, round_=round_).id,
            OutboxMessage.status == OutboxStatus.QUEUED,
        )
    ).all():
        if message.params.get("round_id") == round_id:
            message.status = OutboxStatus.CANCELLED
            session.add(message)
    round_.status, round_.opened_at, round_.mails_leave_at = RoundStatus.PLANNED, None, None
    session.add(round_)
    _log(session, AuditAction.LAUNCH_UNDONE, round_, actor=actor, now=now)
    return round_


def _hold(session: Session, *, round_id: int) -> Round:
    return session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()


def _ensure_planned(round_: Round) -> None:
    if round_.status is RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_ALREADY_OPEN)
    if round_.status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=round_.closed_at)


def _times(round_: Round) -> list[str | None]:
    """When a round opens by itself and closes, as the log keeps it."""
    return [None if at is None else at.isoformat() for at in (round_.opens_at, round_.deadline_at)]


def _log(
    session: Session, action: AuditAction, round_: Round, *, actor: Actor | None, now: datetime, **details: object
) -> None:
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=study_of_round(session, round_=round_).id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_.id}",
        number=round_.number,
        **details,
    )
    session.flush()
