"""The study and its rules as two JSON documents, and the log of what staff did, without anybody's name."""

from typing import Any

from sqlmodel import col, select

from delphi.archive.gathering import Gathering, Rows
from delphi.archive.layout import Sheet, compact, sheet_of
from delphi.archive.written import when
from surveys.models import (
    AuditEvent,
    Category,
    Criterion,
    Facility,
    FacilityStatement,
    Goal,
    Objective,
    ObjectiveVersion,
    Protocol,
    ProtocolAmendment,
    Scale,
    Snapshot,
    Study,
    TaskForce,
)
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import AuditAction

KEPT = frozenset(
    {
        AuditAction.STUDY_CREATED,
        AuditAction.FRAMEWORK_IMPORTED,
        AuditAction.PROTOCOL_LOCKED,
        AuditAction.PROTOCOL_CHANGED,
        AuditAction.PROTOCOL_AMENDED,
        AuditAction.RATINGS_IMPORTED,
        AuditAction.ROUND_PLANNED,
        AuditAction.ROUND_OPENED,
        AuditAction.LANGUAGE_OPENED,
        AuditAction.ROUND_CLOSED,
        AuditAction.ROUND_REOPENED,
        AuditAction.DEADLINE_EXTENDED,
        AuditAction.REMINDERS_QUEUED,
        AuditAction.QUESTIONS_CHANGED,
        AuditAction.STATEMENT_EDITED,
        AuditAction.STATEMENT_CATEGORISED,
        AuditAction.PROPOSAL_OVERRIDDEN,
        AuditAction.OUTCOMES_PUBLISHED,
        AuditAction.CATEGORY_CHANGED,
        AuditAction.FACILITY_DECIDED,
        AuditAction.ARCHIVE_SEALED,
        AuditAction.STUDY_RESTORED,
    }
)
"""What staff did with the study. Who came when, and what was done about single people, stays in the house."""
DETAILS = frozenset(
    {
        "number", "n_statements", "order_seed", "deadline_at", "snapshot", "digest", "n_answered", "before", "after",
        "n", "statement", "what", "version", "parent", "reason", "code", "name", "change", "into", "facility", "source",
        "agreed", "dropped", "unresolved", "insufficient", "completes_study", "text", "seal",
    }
)  # fmt: skip


def study_document(found: Gathering) -> dict[str, Any]:
    """What the study was about and asked: texts, framework, scales, criteria."""
    session, study_id = found.session, found.study_id
    study = session.get_one(Study, study_id)
    goals = {one.id: one.code for one in found.all(Goal, Goal.study_id == study_id)}
    objectives = sorted(found.all(Objective, Objective.study_id == study_id), key=lambda one: (one.position, one.code))
    scales = {one.id: one for one in found.all(Scale, Scale.study_id == study_id)}
    return {
        "slug": study.slug,
        "name": dict(study.name),
        "purpose": dict(study.purpose),
        "consent": dict(study.consent),
        "perspective": dict(study.perspective),
        "languages": list(study.languages),
        "glossary": list(study.glossary),
        "time_zone": study.time_zone,
        "created_at": when(study.created_at),
        "goals": [
            {"code": one.code, "name": dict(one.name), "gist": dict(one.gist), "position": one.position}
            for one in sorted(found.all(Goal, Goal.study_id == study_id), key=lambda one: (one.position, one.code))
        ],
        "objectives": [_objective(found, one, goal=goals[one.goal_id]) for one in objectives],
        "scales": [
            {"code": one.code, "lower": one.lower, "upper": one.upper, "labels": one.labels}
            for one in sorted(scales.values(), key=lambda one: str(one.code))
        ],
        "criteria": [
            {
                "code": one.code,
                "scale": scales[one.scale_id].code,
                "name": dict(one.name),
                "question": dict(one.question),
                "kinds": list(one.kinds),
                "is_primary": one.is_primary,
                "position": one.position,
            }
            for one in sorted(
                found.all(Criterion, Criterion.study_id == study_id), key=lambda one: (one.position, one.id)
            )
        ],
        "categories": [
            {"code": one.code, "name": dict(one.name), "position": one.position}
            for one in sorted(found.all(Category, Category.study_id == study_id), key=lambda one: str(one.code))
            if one.merged_into_id is None
        ],
        "facilities": [
            {"code": one.code, "type": one.type.value, "name": dict(one.name), "position": one.position}
            for one in sorted(found.all(Facility, Facility.study_id == study_id), key=lambda one: str(one.code))
        ],
    }


def _objective(found: Gathering, one: Objective, *, goal: str) -> dict[str, Any]:
    versions = sorted(
        found.all(ObjectiveVersion, ObjectiveVersion.objective_id == one.id), key=lambda version: version.version
    )
    texts = ("title", "description", "baseline_2020", "target_2030", "target_2050")
    return {
        "code": one.code,
        "goal": goal,
        "position": one.position,
        "default_facility": one.default_facility,
        "facility_group": one.facility_group,
        "task_forces": sorted(found.session.exec(select(TaskForce.code).where(TaskForce.objective_id == one.id)).all()),
        "versions": [
            {
                "version": version.version,
                "reason": version.reason,
                "created_at": when(version.created_at),
                **{name: dict(getattr(version, name)) for name in texts},
            }
            for version in versions
        ],
        "documents": [
            {"source": said.source, "facility": said.facility, "note": said.note}
            for said in sorted(
                found.all(FacilityStatement, FacilityStatement.objective_id == one.id), key=lambda said: int(said.id)
            )
        ],
    }


def protocol_document(found: Gathering) -> dict[str, Any]:
    """Every version of the rules, every amendment with its reason, and the rules each closed round was judged by."""
    versions = sorted(found.all(Protocol, Protocol.study_id == found.study_id), key=lambda one: one.version)
    amendments = sorted(
        found.all(ProtocolAmendment, ProtocolAmendment.study_id == found.study_id), key=lambda one: one.number
    )
    applied, numbers = {}, {one.id: one.version for one in versions}
    for snapshot in found.all(Snapshot, col(Snapshot.id).in_([*found.snapshots, *found.earlier])):
        settings = ProtocolSettings.from_json(snapshot.rule)
        applied[settings.fingerprint] = settings.as_json()
    return {
        "versions": [
            {
                "version": one.version,
                "fingerprint": one.fingerprint,
                "locked_at": when(one.locked_at),
                "reason": one.reason,
                "settings": one.settings,
            }
            for one in versions
        ],
        "amendments": [
            {
                "number": one.number,
                "version": numbers[one.protocol_id],
                "made_at": when(one.made_at),
                "reason": one.reason,
                "changes": one.changes,
                "fingerprint_before": one.fingerprint_before,
                "fingerprint_after": one.fingerprint_after,
            }
            for one in amendments
        ],
        "applied": applied,
    }


def log_sheet(found: Gathering) -> Sheet:
    """What staff did, in order; people are `staff-1`, `staff-2` by their first act in this list."""
    events = found.session.exec(
        select(AuditEvent)
        .where(AuditEvent.study_id == found.study_id, col(AuditEvent.action).in_(KEPT))
        .order_by(col(AuditEvent.id))
    ).all()
    staff: dict[int, str] = {}
    rows: Rows = []
    for number, event in enumerate(events, start=1):
        who = "system"
        if event.actor_id is not None:
            who = staff.setdefault(event.actor_id, f"staff-{len(staff) + 1}")
        details = {name: value for name, value in event.details.items() if name in DETAILS}
        task_force = "" if event.task_force_id is None else found.task_forces.get(event.task_force_id, "")
        rows.append((number, when(event.at), who, event.action.value, task_force, compact(details)))
    return sheet_of("log", rows)
