"""Objectives revised: a text is proposed, approved by itself, and taken into a new version of the framework."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, FrameworkVersion, Objective, ObjectiveRevision, ObjectiveVersion
from surveys.queries.revisions import RevisedObjective, framework_number, revised_objectives
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.rules.revision import stale_languages
from surveys.rules.texts import clean_text, require_text
from surveys.services.audit import record
from surveys.services.categories import statements_of_study
from surveys.vocabulary import AuditAction, ObjectiveField, RevisionState, ViolationCode

LIMITS = {ObjectiveField.TITLE: 200}
LIMIT = 2000


@dataclass(frozen=True, slots=True)
class FrameworkPreview:
    """What a new version would hold: its number, the objectives whose texts change, and a digest of exactly that."""

    number: int
    changed: tuple[RevisedObjective, ...]
    digest: str


def revise_field(
    session: Session,
    *,
    actor: Actor | None,
    objective_id: int,
    field: ObjectiveField,
    text: LocalizedText,
    languages: Sequence[str],
    confirmed: Sequence[str],
    reason: str,
    evidence: Sequence[int],
    seen_number: int,
    now: datetime,
) -> ObjectiveRevision:
    """Propose a text; the one proposed before stays in the record.

    `confirmed` names languages whose text still fits although another one changed; `seen_number` is the number of the
    newest proposal its author saw.

    Raises
    ------
    RuleViolation
        `edited_meanwhile`, `text_empty`, `text_too_long`, `nothing_changed`, `reason_missing`; `unknown_statement`
        for evidence of another study.
    """
    objective, revised = _objective(session, objective_id=objective_id)
    sheet = next(one for one in revised.fields if one.field is field)
    if (sheet.history[0].number if sheet.history else 0) != seen_number:
        raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    limit = LIMITS.get(field, LIMIT)
    cleaned = LocalizedText({code: require_text(text.get(code, ""), limit=limit) for code in languages})
    before = sheet.now
    stale_before = () if sheet.latest is None else sheet.latest.stale
    stale = stale_languages(before, cleaned, stale_before=stale_before, confirmed=confirmed, languages=languages)
    if cleaned == before and stale == stale_before:
        raise RuleViolation(ViolationCode.NOTHING_CHANGED)
    why = clean_text(reason, limit=LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    if evidence:
        statements_of_study(session, study_id=objective.study_id, statement_ids=evidence)
    row = ObjectiveRevision(
        objective_id=objective_id,
        field=field,
        number=seen_number + 1,
        text=cleaned,
        stale=list(stale),
        state=RevisionState.DRAFT,
        reason=why,
        evidence=sorted(set(evidence)),
        author_id=None if actor is None else actor.person_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    _record(session, AuditAction.OBJECTIVE_REVISED, row, objective=objective, before=before, actor=actor, now=now)
    return row


def approve_field(
    session: Session, *, actor: Actor | None, objective_id: int, field: ObjectiveField, seen_number: int, now: datetime
) -> ObjectiveRevision:
    """Approve the newest proposal of one field.

    Raises
    ------
    RuleViolation
        `edited_meanwhile` where another one is the newest, `nothing_changed` where none is proposed,
        `language_out_of_date` with `language` while a text has not followed.
    """
    objective, revised = _objective(session, objective_id=objective_id)
    sheet = next(one for one in revised.fields if one.field is field)
    if sheet.latest is None or sheet.latest.state is RevisionState.APPROVED:
        raise RuleViolation(ViolationCode.NOTHING_CHANGED)
    if sheet.latest.number != seen_number:
        raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    if sheet.latest.stale:
        raise RuleViolation(ViolationCode.LANGUAGE_OUT_OF_DATE, language=sheet.latest.stale[0].upper())
    row = session.get_one(ObjectiveRevision, sheet.latest.id)
    row.state, row.approved_at = RevisionState.APPROVED, now
    row.approved_by_id = None if actor is None else actor.person_id
    session.add(row)
    session.flush()
    _record(session, AuditAction.REVISION_APPROVED, row, objective=objective, actor=actor, now=now)
    return row


def preview_framework(session: Session, *, study_id: int) -> FrameworkPreview:
    """What `make_framework` would do now."""
    changed = tuple(one for one in revised_objectives(session, study_id=study_id).values() if one.approved)
    number = (framework_number(session, study_id=study_id) or _imported_number(session, study_id=study_id)) + 1
    taken = [[one.code, [field.latest.id for field in one.approved if field.latest]] for one in changed]
    return FrameworkPreview(number, changed, canonical_digest({"number": number, "taken": taken}))


def make_framework(
    session: Session, *, actor: Actor | None, study_id: int, reason: str, digest: str, now: datetime
) -> FrameworkVersion:
    """A new version of the framework from every approved text; objectives without one stay as they are.

    Raises
    ------
    RuleViolation
        `preview_outdated`, `nothing_approved`, `reason_missing`.
    """
    preview = preview_framework(session, study_id=study_id)
    if preview.digest != digest:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    if not preview.changed:
        raise RuleViolation(ViolationCode.NOTHING_APPROVED)
    why = clean_text(reason, limit=LIMIT)
    if not why:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    author = None if actor is None else actor.person_id
    for one in preview.changed:
        texts: dict[str, Any] = {sheet.field.value: sheet.before for sheet in one.fields}
        texts |= {sheet.field.value: sheet.now for sheet in one.approved}
        version = ObjectiveVersion(
            objective_id=one.objective_id,
            version=one.version + 1,
            author_id=author,
            reason=why,
            created_at=now,
            **texts,
        )
        session.add(version)
        session.flush()
        for sheet in one.approved:
            if sheet.latest is not None:
                row = session.get_one(ObjectiveRevision, sheet.latest.id)
                row.version_id = version.id
                session.add(row)
    session.flush()
    made = FrameworkVersion(
        study_id=study_id,
        number=preview.number,
        reason=why,
        versions=_versions(session, study_id=study_id),
        author_id=author,
        created_at=now,
    )
    session.add(made)
    session.flush()
    record(
        session,
        AuditAction.FRAMEWORK_VERSIONED,
        actor=actor,
        now=now,
        study_id=study_id,
        subject=f"framework:{made.number}",
        number=made.number,
        codes=", ".join(one.code for one in preview.changed),
        reason=why,
    )
    return made


def _objective(session: Session, *, objective_id: int) -> tuple[Objective, RevisedObjective]:
    objective = session.get(Objective, objective_id)
    if objective is None:
        raise NotFound(f"objective {objective_id}")
    revised = revised_objectives(session, study_id=objective.study_id).get(objective_id)
    if revised is None:
        raise NotFound(f"texts of objective {objective_id}")
    return objective, revised


def _versions(session: Session, *, study_id: int) -> dict[str, int]:
    rows = session.exec(
        select(Objective.code, ObjectiveVersion.id)
        .join(ObjectiveVersion, col(ObjectiveVersion.objective_id) == Objective.id)
        .where(Objective.study_id == study_id)
        .order_by(col(ObjectiveVersion.version))
    ).all()
    return dict(rows)


def _imported_number(session: Session, *, study_id: int) -> int:
    """The number of the framework that was imported, as the log recorded it; 1 where it did not say."""
    event = session.exec(
        select(AuditEvent).where(AuditEvent.study_id == study_id, AuditEvent.action == AuditAction.FRAMEWORK_IMPORTED)
    ).first()
    return int(event.details.get("version") or 1) if event is not None else 1


def _record(
    session: Session,
    action: AuditAction,
    row: ObjectiveRevision,
    *,
    objective: Objective,
    actor: Actor | None,
    now: datetime,
    before: LocalizedText | None = None,
) -> None:
    texts: dict[str, Any] = {} if before is None else {"before": before.as_json(), "after": row.text.as_json()}
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=objective.study_id,
        subject=f"objective:{objective.id}",
        code=objective.code,
        field=row.field.value,
        number=row.number,
        reason=row.reason,
        **texts,
    )
