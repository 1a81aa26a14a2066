"""The day on which a study's names are unlinked: set by the secretariat, kept by the worker."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Invitation, Panellist, Person, StaffRole, Study, TaskForce
from surveys.queries.people_desk import studies_of
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.erasure import overwrite_person
from surveys.services.outbox import queue_message
from surveys.services.unlinking import unlink_seats
from surveys.vocabulary import AuditAction, MessageKind, Role, StudyKind, ViolationCode

NOTICE = timedelta(days=30)
LONGEST = timedelta(days=3653)
PROPOSED = timedelta(days=730)
"""Two years after a study was made: time for its rounds and for the questions that follow its publication."""
BACKUPS_LAST = timedelta(days=35)
"""A removal reaches the backups when the last one made before it is rotated away."""


def set_retention(
    session: Session, *, actor: Actor, study_id: int, until: datetime | None, reason: str, now: datetime
) -> None:
    """Set or move the day.

    Raises
    ------
    RuleViolation
        `retention_impossible` for no day, one that is past, or one too far off; `reason_missing`, `text_too_long`.
    """
    study = session.exec(select(Study).where(Study.id == study_id).with_for_update()).one()
    if until is None or not now < until <= now + LONGEST:
        raise RuleViolation(ViolationCode.RETENTION_IMPOSSIBLE)
    said = clean_text(reason, limit=REASON_LIMIT)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    old = study.retain_until
    study.retain_until, study.retention_noticed_at, study.unlinked_at = until, None, None
    session.add(study)
    record(
        session,
        AuditAction.RETENTION_SET,
        actor=actor,
        now=now,
        study_id=study_id,
        old=old.date().isoformat() if old else "–",
        new=until.date().isoformat(),
        reason=said,
    )
    session.flush()


def studies_to_notice(session: Session, *, now: datetime) -> list[int]:
    """Studies whose day is at most thirty days off and whose secretariat was not written to yet."""
    query = select(Study.id).where(
        Study.kind == StudyKind.STUDY,
        col(Study.retain_until) <= now + NOTICE,
        col(Study.retention_noticed_at).is_(None),
        col(Study.unlinked_at).is_(None),
    )
    return list(session.exec(query.order_by(col(Study.id))).all())


def notice_retention(session: Session, *, study_id: int, now: datetime) -> int:
    """Write to the secretariat of a study, once; how many mails. A day that came too close is moved back.

    So nobody is surprised: between the mail and the unlinking there are always thirty days.
    """
    study = _hold(session, study_id=study_id)
    if study.retain_until is None or study.retention_noticed_at is not None:
        return 0
    study.retain_until = max(study.retain_until, now + NOTICE)
    study.retention_noticed_at = now
    session.add(study)
    secretaries = session.exec(
        select(Person)
        .join(StaffRole, col(StaffRole.person_id) == Person.id)
        .where(StaffRole.role == Role.SECRETARIAT, StaffRole.study_id == study_id)
        .order_by(col(Person.id))
    ).all()
    day = study.retain_until.date().isoformat()
    for person in secretaries:
        queue_message(
            session,
            kind=MessageKind.RETENTION_NOTICE,
            person=person,
            study_id=study_id,
            params={"unlinked_on": day},
            now=now,
        )
    record(session, AuditAction.RETENTION_NOTICED, actor=None, now=now, study_id=study_id, day=day)
    session.flush()
    return len(secretaries)


def studies_to_unlink(session: Session, *, now: datetime) -> list[int]:
    """Studies whose day has come, thirty days after their secretariat was written to."""
    query = select(Study.id).where(
        col(Study.retain_until) <= now,
        col(Study.retention_noticed_at) <= now - NOTICE,
        col(Study.unlinked_at).is_(None),
    )
    return list(session.exec(query.order_by(col(Study.id))).all())


def unlink_study(session: Session, *, study_id: int, now: datetime) -> int:
    """Unlink every seat of a study; who has no other study and no role loses name and address too. How many seats."""
    study = _hold(session, study_id=study_id)
    if study.unlinked_at is not None:
        return 0
    seats = session.exec(
        select(Panellist)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study_id, col(Panellist.person_id).is_not(None))
        .order_by(col(Panellist.id))
    ).all()
    linked = session.exec(select(Invitation.person_id).where(Invitation.study_id == study_id)).all()
    people = {seat.person_id for seat in seats if seat.person_id is not None} | set(linked)
    unlink_seats(session, seats=seats, now=now)
    staff = set(session.exec(select(StaffRole.person_id)).all())
    for person_id in sorted(people - staff):
        if not studies_of(session, person_id=person_id) - {study_id}:
            person = session.get_one(Person, person_id)
            left = session.exec(select(Panellist).where(Panellist.person_id == person_id)).all()
            overwrite_person(session, person=person, seats=list(left), now=now)
    study.unlinked_at = now
    session.add(study)
    record(session, AuditAction.STUDY_UNLINKED, actor=None, now=now, study_id=study_id, n=len(seats))
    session.flush()
    return len(seats)


def _hold(session: Session, *, study_id: int) -> Study:
    return session.exec(select(Study).where(Study.id == study_id).with_for_update()).one()
