"""Somebody else who would fit better: kept for the facilitator to act on; nobody gets a mail by this alone."""

from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import ColleagueSuggestion
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.rules.texts import NAME_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.submissions import panellist_of
from surveys.vocabulary import AuditAction, ViolationCode


def suggest_colleague(
    session: Session, *, actor: Actor, task_force_id: int, name: str, email: str, now: datetime
) -> None:
    """Keep the name and address of a colleague; both empty is no suggestion.

    Raises
    ------
    RuleViolation
        `not_a_panellist`, `colleague_name_missing`, `address_missing`, `text_too_long`.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    called = clean_text(name, limit=NAME_LIMIT)
    if not called and not email.strip():
        return
    if not called:
        raise RuleViolation(ViolationCode.COLLEAGUE_NAME_MISSING)
    address = clean_address(email)
    session.add(
        ColleagueSuggestion(
            task_force_id=task_force_id, panellist_id=panellist.id, name=called, email=address, suggested_at=now
        )
    )
    record(session, AuditAction.COLLEAGUE_SUGGESTED, actor=actor, now=now, task_force_id=task_force_id)
    session.flush()


def settle_colleague(session: Session, *, actor: Actor, task_force_id: int, suggestion_id: int, now: datetime) -> None:
    """The facilitator is done with a suggestion; doing it twice changes nothing."""
    suggestion = session.exec(
        select(ColleagueSuggestion)
        .where(ColleagueSuggestion.id == suggestion_id, ColleagueSuggestion.task_force_id == task_force_id)
        .with_for_update()
    ).first()
    if suggestion is None or suggestion.settled_at is not None:
        return
    suggestion.settled_at = now
    session.add(suggestion)
    record(session, AuditAction.COLLEAGUE_SETTLED, actor=actor, now=now, task_force_id=task_force_id)
    session.flush()
