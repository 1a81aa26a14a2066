"""Who carries an activity: each decision is a dated row with source, reason and author; earlier ones stay."""

from collections.abc import Sequence
from dataclasses import dataclass
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
PARTNERS_LIMIT = 400
REASON_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """What one facility carries of an activity; `words` is empty where it carries the whole."""

    facility_id: int
    words: str = ""


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
    leader: str = "",
    partners: str = "",
) -> int:
    """Give one or several activities to a facility as a whole; returns how many activities were decided.

    Raises as `decide_parts`.
    """
    return decide_parts(
        session,
        actor=actor,
        study_id=study_id,
        statement_ids=statement_ids,
        parts=(Part(facility_id),),
        source=source,
        reason=reason,
        leader=leader,
        partners=partners,
        now=now,
    )


def decide_parts(
    session: Session,
    *,
    actor: Actor | None,
    study_id: int,
    statement_ids: Sequence[int],
    parts: Sequence[Part],
    source: str,
    reason: str,
    leader: str,
    partners: str,
    now: datetime,
) -> int:
    """Give activities to a facility, or split each of them between several; returns how many were decided.

    `leader` is the owner of the activity, `partners` who helps.

    The decision in force until now stays, marked as superseded. The same facility decided again is a new decision
    too, because its source and reason may differ.

    Raises
    ------
    RuleViolation
        `nothing_chosen`, `unknown_statement`, `not_an_activity`, `text_empty` (no source), `reason_missing`,
        `text_too_long`; `facility_twice` or `part_missing` where an activity is split and the facilities do not
        differ, or a part is not said.
    NotFound
        Where the study has no such facility.
    """
    named = _checked_parts(session, study_id=study_id, parts=parts)
    owner, helpers = clean_text(leader, limit=SOURCE_LIMIT), clean_text(partners, limit=PARTNERS_LIMIT)
    cleaned_source = require_text(source, limit=SOURCE_LIMIT)
    cleaned_reason = clean_text(reason, limit=REASON_LIMIT)
    if not cleaned_reason:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    statements = statements_of_study(session, study_id=study_id, statement_ids=statement_ids)
    for statement in statements:
        if statement.kind is not StatementKind.ACTIVITY:
            raise RuleViolation(ViolationCode.NOT_AN_ACTIVITY, statement=statement.code)
    before: dict[int, list[dict[str, str]]] = {}
    for earlier, code in session.exec(
        select(FacilityDecision, Facility.code)
        .join(Facility, col(Facility.id) == FacilityDecision.facility_id)
        .where(
            col(FacilityDecision.statement_id).in_([statement.id for statement in statements]),
            col(FacilityDecision.superseded_at).is_(None),
        )
        .order_by(col(FacilityDecision.id))
    ).all():
        before.setdefault(earlier.statement_id, []).append(_as_json(earlier, code=code))
        earlier.superseded_at = now
        session.add(earlier)
    for statement in statements:
        after = []
        for facility, words in named:
            decision = FacilityDecision(
                statement_id=statement.id,
                facility_id=facility.id,
                source=cleaned_source,
                reason=cleaned_reason,
                author_id=None if actor is None else actor.person_id,
                decided_at=now,
                part=words,
                leader=owner,
                partners=helpers,
            )
            session.add(decision)
            after.append(_as_json(decision, code=facility.code))
        record(
            session,
            AuditAction.FACILITY_DECIDED,
            actor=actor,
            now=now,
            study_id=study_id,
            task_force_id=statement.task_force_id,
            subject=f"statement:{statement.id}",
            code=statement.code,
            facility=" + ".join(facility.code for facility, _ in named),
            source=cleaned_source,
            reason=cleaned_reason,
            before=before.get(statement.id, []),
            after=after,
        )
    session.flush()
    return len(statements)


def _as_json(decision: FacilityDecision, *, code: str) -> dict[str, str]:
    kept = {"part": decision.part, "leader": decision.leader, "partners": decision.partners, "source": decision.source}
    return {"facility": code, **kept}


def _checked_parts(session: Session, *, study_id: int, parts: Sequence[Part]) -> list[tuple[Facility, str]]:
    """Each facility with what it carries."""
    found = []
    for part in parts:
        facility = session.get(Facility, part.facility_id)
        if facility is None or facility.study_id != study_id:
            raise NotFound(f"facility {part.facility_id}")
        found.append((facility, clean_text(part.words, limit=PARTNERS_LIMIT)))
    if len({facility.id for facility, _ in found}) < len(found):
        raise RuleViolation(ViolationCode.FACILITY_TWICE)
    if len(found) > 1 and not all(words for _, words in found):
        raise RuleViolation(ViolationCode.PART_MISSING)
    return found
