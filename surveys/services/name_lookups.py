"""The name behind a code: asked for with a reason, allowed by a second person, logged, and counted for the panel."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Idea, NameLookup, Panellist, Person, Round, TaskForce
from surveys.queries.desk import codes_of
from surveys.rules.permissions import Actor
from surveys.rules.texts import clean_text
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, ViolationCode

REASON_LIMIT = 2000
OPEN_FOR = timedelta(days=7)
"""An unanswered wish, and a permission that is not used, end after this long."""


def ask_for_name(
    session: Session, *, actor: Actor, study_id: int, round_id: int, code: str, reason: str, now: datetime
) -> NameLookup:
    """Ask for the name behind a display code of one round.

    Raises
    ------
    RuleViolation
        `reason_missing`, `text_too_long`, `code_unknown` (also for a round of another study).
    """
    why = clean_text(reason, limit=REASON_LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    round_ = session.exec(
        select(Round)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(Round.id == round_id, TaskForce.study_id == study_id)
    ).first()
    if round_ is None:
        raise RuleViolation(ViolationCode.CODE_UNKNOWN)
    ideas = session.exec(select(Idea).where(Idea.round_id == round_id)).all()
    codes = codes_of(ideas, seeds={round_.id: round_.order_seed})
    asked = code.strip().upper()
    behind = {codes[idea.id]: idea.panellist_id for idea in ideas}
    if asked not in behind:
        raise RuleViolation(ViolationCode.CODE_UNKNOWN)
    lookup = NameLookup(
        study_id=study_id,
        round_id=round_id,
        panellist_id=behind[asked],
        code=asked,
        reason=why,
        asked_by_id=actor.person_id or 0,
        asked_at=now,
    )
    session.add(lookup)
    session.flush()
    _log(session, AuditAction.NAME_ASKED, lookup, actor=actor, now=now, reason=why)
    return lookup


def decide_lookup(
    session: Session, *, actor: Actor, study_id: int, lookup_id: int, is_allowed: bool, now: datetime
) -> None:
    """Allow or refuse, as somebody other than who asked.

    Raises
    ------
    RuleViolation
        `second_person_needed`, `already_decided`.
    """
    lookup = _find(session, study_id=study_id, lookup_id=lookup_id)
    if lookup.asked_by_id == actor.person_id:
        raise RuleViolation(ViolationCode.SECOND_PERSON_NEEDED)
    if lookup.decided_at is not None or now > lookup.asked_at + OPEN_FOR:
        raise RuleViolation(ViolationCode.ALREADY_DECIDED)
    lookup.decided_by_id, lookup.decided_at, lookup.is_allowed = actor.person_id, now, is_allowed
    session.add(lookup)
    _log(session, AuditAction.NAME_DECIDED, lookup, actor=actor, now=now, is_allowed=is_allowed)


def show_name(session: Session, *, actor: Actor, study_id: int, lookup_id: int, now: datetime) -> str:
    """The name, for the person who asked, once it is allowed. Every showing is logged; the first one is counted.

    Raises
    ------
    RuleViolation
        `second_person_needed` where nobody allowed it, or another person asked; `already_decided` after its time.
    """
    lookup = _find(session, study_id=study_id, lookup_id=lookup_id)
    if lookup.is_allowed is not True or lookup.decided_at is None or lookup.asked_by_id != actor.person_id:
        raise RuleViolation(ViolationCode.SECOND_PERSON_NEEDED)
    if now > lookup.decided_at + OPEN_FOR:
        raise RuleViolation(ViolationCode.ALREADY_DECIDED)
    lookup.shown_at = lookup.shown_at or now
    session.add(lookup)
    _log(session, AuditAction.NAME_SHOWN, lookup, actor=actor, now=now)
    return (
        session.exec(
            select(Person.name)
            .join(Panellist, col(Panellist.person_id) == Person.id)
            .where(Panellist.id == lookup.panellist_id)
        ).first()
        or ""
    )


def _find(session: Session, *, study_id: int, lookup_id: int) -> NameLookup:
    lookup = session.exec(
        select(NameLookup).where(NameLookup.id == lookup_id, NameLookup.study_id == study_id).with_for_update()
    ).first()
    if lookup is None:
        raise RuleViolation(ViolationCode.CODE_UNKNOWN)
    return lookup


def _log(
    session: Session, action: AuditAction, lookup: NameLookup, *, actor: Actor, now: datetime, **details: object
) -> None:
    round_ = session.get_one(Round, lookup.round_id)
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=lookup.study_id,
        task_force_id=round_.task_force_id,
        subject=f"name_lookup:{lookup.id}",
        code=lookup.code,
        number=round_.number,
        **details,
    )
    session.flush()
