"""While a round is open: reminding those who have not finished, and giving everybody more time."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Panellist, Person, Round
from surveys.queries.held_languages import held_languages
from surveys.queries.participation import progress_of_panel
from surveys.rules.permissions import Actor
from surveys.rules.texts import clean_text
from surveys.services.audit import record
from surveys.services.freezing import protocol_of, study_of_round
from surveys.services.outbox import queue_message
from surveys.vocabulary import AuditAction, MembershipStatus, MessageKind, RoundStatus, ViolationCode

GRACE = timedelta(hours=24)
NOTE_LIMIT = 600
NO_NOTE = LocalizedText()
ASKED = (MembershipStatus.INVITED, MembershipStatus.JOINED)


def reminders_sent(session: Session, *, round_id: int) -> list[datetime]:
    """When reminders of this round were queued, earliest first."""
    query = (
        select(AuditEvent.at)
        .where(AuditEvent.action == AuditAction.REMINDERS_QUEUED, AuditEvent.subject == f"round:{round_id}")
        .order_by(col(AuditEvent.at))
    )
    return list(session.exec(query).all())


def queue_reminders(
    session: Session, *, actor: Actor, round_id: int, now: datetime, note: LocalizedText = NO_NOTE
) -> int:
    """Queue a reminder to everybody who is asked and has not finished; how many.

    Who reads a language that the round is not open in yet is not reminded of what they were never sent. `note` is
    added to each mail.

    Raises
    ------
    RuleViolation
        `round_not_open`, `reminders_used_up` (the protocol's number), `reminder_too_soon` (the protocol's gap),
        `everybody_finished`, `text_too_long`.
    """
    note = LocalizedText({language: clean_text(words, limit=NOTE_LIMIT) for language, words in note.items()})
    round_ = _hold_open(session, round_id=round_id)
    study = study_of_round(session, round_=round_)
    settings = protocol_of(session, study_id=study.id)
    limit, gap = settings.reminders_at_most, timedelta(hours=settings.reminder_gap_hours)
    earlier = reminders_sent(session, round_id=round_id)
    if len(earlier) >= limit:
        raise RuleViolation(ViolationCode.REMINDERS_USED_UP, limit=limit)
    if earlier and now < earlier[-1] + gap:
        raise RuleViolation(ViolationCode.REMINDER_TOO_SOON, at=earlier[-1] + gap)
    held = held_languages(session, round_id=round_id)
    unfinished = [
        one.panellist_id
        for one in progress_of_panel(session, round_=round_)
        if one.membership in ASKED and not one.has_submitted and one.language not in held
    ]
    if not unfinished:
        raise RuleViolation(ViolationCode.EVERYBODY_FINISHED)
    people = session.exec(
        select(Person)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(col(Panellist.id).in_(unfinished))
        .order_by(col(Person.id))
    ).all()
    params: dict[str, Any] = {"round_id": round_id, **({"note": dict(note)} if note else {})}
    for person in people:
        queue_message(session, kind=MessageKind.REMINDER, person=person, study_id=study.id, params=params, now=now)
    record(
        session,
        AuditAction.REMINDERS_QUEUED,
        actor=actor,
        now=now,
        study_id=study.id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_id}",
        number=round_.number,
        n=len(people),
    )
    session.flush()
    return len(people)


def give_grace(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Round:
    """A day more, from the closing time or from now, whichever is later. Raises `round_not_open`."""
    round_ = _hold_open(session, round_id=round_id)
    later = max(now, round_.deadline_at or now) + GRACE
    return extend_deadline(session, actor=actor, round_id=round_id, deadline_at=later, now=now)


def extend_deadline(session: Session, *, actor: Actor, round_id: int, deadline_at: datetime, now: datetime) -> Round:
    """Move the closing time of an open round to a later moment.

    Raises
    ------
    RuleViolation
        `round_not_open`, `deadline_past`, or `deadline_earlier`: time that was promised is not taken away.
    """
    round_ = _hold_open(session, round_id=round_id)
    if deadline_at <= now:
        raise RuleViolation(ViolationCode.DEADLINE_PAST)
    before = round_.deadline_at
    if before is not None and deadline_at <= before:
        raise RuleViolation(ViolationCode.DEADLINE_EARLIER)
    round_.deadline_at = deadline_at
    session.add(round_)
    record(
        session,
        AuditAction.DEADLINE_EXTENDED,
        actor=actor,
        now=now,
        study_id=study_of_round(session, round_=round_).id,
        task_force_id=round_.task_force_id,
        subject=f"round:{round_id}",
        number=round_.number,
        before=before.isoformat() if before else None,
        after=deadline_at.isoformat(),
    )
    session.flush()
    return round_


def _hold_open(session: Session, *, round_id: int) -> Round:
    round_ = session.exec(
        select(Round).where(Round.id == round_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if round_.status is not RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    return round_
