"""Who carries an activity: each decision is a dated row with source, reason and author; earlier ones stay."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Facility, FacilityDecision
from surveys.rules.permissions import Actor
from surveys.rules.texts import clean_text, require_text
from surveys.services.audit import record
from surveys.services.categories import statements_of_study
from surveys.vocabulary import AuditAction, StatementKind, ViolationCode

SOURCE_LIMIT = 200
REASON_LIMIT = 2000


def decide_facility(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    statement_ids: Sequence[int],
    facility_id: int,
    source: str,
    reason: str,
    now: datetime,
) -> int:
    """Give one or several activities to a facility; returns how many decisions were written.

    The decision in force until now stays, marked as superseded. The same facility decided again is a new decision
    too, because its source and reason may differ.

    Raises
    ------
    RuleViolation
        `nothing_chosen`, `unknown_statement`, `not_an_activity`, `text_empty` (no source), `reason_missing` or
        `text_too_long`.
    NotFound
        Where the study has no such facility.
    """
    facility = session.get(Facility, facility_id)
    if facility is None or facility.study_id != study_id:
        raise NotFound(f"facility {facility_id}")
    cleaned_source = require_text(source, limit=SOURCE_LIMIT)
    cleaned_reason = clean_text(reason, limit=REASON_LIMIT)
    if not cleaned_reason:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    statements = statements_of_study(session, study_id=study_id, statement_ids=statement_ids)
    for statement in statements:
        if statement.kind is not StatementKind.ACTIVITY:
            raise RuleViolation(ViolationCode.NOT_AN_ACTIVITY, statement=statement.code)
    for earlier in session.exec(
        select(FacilityDecision).where(
            col(FacilityDecision.statement_id).in_([statement.id for statement in statements]),
            col(FacilityDecision.superseded_at).is_(None),
        )
    ).all():
        earlier.superseded_at = now
        session.add(earlier)
    for statement in statements:
        session.add(
            FacilityDecision(
                statement_id=statement.id,
                facility_id=facility_id,
                source=cleaned_source,
                reason=cleaned_reason,
                author_id=None if actor is None else actor.person_id,
                decided_at=now,
            )
        )
        record(
            session,
            AuditAction.FACILITY_DECIDED,
            actor=actor,
            now=now,
            study_id=study_id,
            task_force_id=statement.task_force_id,
            subject=f"statement:{statement.id}",
            code=statement.code,
            facility=facility.code,
            source=cleaned_source,
            reason=cleaned_reason,
        )
    session.flush()
    return len(statements)
