"""Linking activities of different task forces: the same, also concerned, in conflict, or looked at and dismissed."""

from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import StatementLink
from surveys.rules.permissions import Actor
from surveys.rules.texts import clean_text
from surveys.services.audit import record
from surveys.services.categories import statements_of_study
from surveys.vocabulary import AuditAction, LinkKind, StatementKind, ViolationCode

REASON_LIMIT = 2000


def link_statements(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    first_id: int,
    second_id: int,
    kind: LinkKind,
    reason: str,
    now: datetime,
) -> StatementLink:
    """Say how two activities belong together. A later decision replaces an earlier one; the log keeps both.

    Raises
    ------
    RuleViolation
        `unknown_statement` (also for one linked with itself), `not_an_activity`, `reason_missing`, `text_too_long`.
    """
    if first_id == second_id:
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    first, second = statements_of_study(session, study_id=study_id, statement_ids=(first_id, second_id))
    for statement in (first, second):
        if statement.kind is not StatementKind.ACTIVITY:
            raise RuleViolation(ViolationCode.NOT_AN_ACTIVITY, statement=statement.code)
    why = clean_text(reason, limit=REASON_LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    link = session.exec(
        select(StatementLink).where(StatementLink.first_id == first.id, StatementLink.second_id == second.id)
    ).first()
    author = None if actor is None else actor.person_id
    if link is None:
        link = StatementLink(
            first_id=first.id, second_id=second.id, kind=kind, reason=why, author_id=author, decided_at=now
        )
    else:
        link.kind, link.reason, link.author_id, link.decided_at = kind, why, author, now
    session.add(link)
    session.flush()
    record(
        session,
        AuditAction.STATEMENTS_LINKED,
        actor=actor,
        now=now,
        study_id=study_id,
        subject=f"statement:{first.id}",
        first=first.code,
        second=second.code,
        kind=kind.value,
        reason=why,
    )
    return link
