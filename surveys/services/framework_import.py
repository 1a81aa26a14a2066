"""A new study from a framework file: its objectives, task forces and questions, ready for a panel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from analysis.types import Scale as AnalysisScale
from surveys.errors import RuleViolation
from surveys.framework_checks import Finding, check_framework
from surveys.models import (
    Category,
    College,
    Criterion,
    Facility,
    FacilityStatement,
    Goal,
    Objective,
    ObjectiveVersion,
    Protocol,
    Region,
    Scale,
    Study,
    TaskForce,
)
from surveys.rules.permissions import Actor
from surveys.rules.protocol import ProtocolSettings, default_settings
from surveys.services.audit import record
from surveys.study_files import (
    Framework,
    ObjectiveEntry,
    ScaleEntry,
    StudyTexts,
)
from surveys.vocabulary import RATED_KINDS, AuditAction, FrameworkFinding, StatementKind, ViolationCode


@dataclass(frozen=True, slots=True)
class ImportedFramework:
    """What was made, and what a person should look at."""

    study_id: int
    n_objectives: int
    findings: tuple[Finding, ...]


def import_framework(
    session: Session,
    *,
    framework: Framework,
    texts: StudyTexts,
    slug: str,
    actor: Actor | None,
    now: datetime,
    settings: ProtocolSettings | None = None,
    is_locked: bool = True,
    task_forces: Collection[str] | None = None,
) -> ImportedFramework:
    """Make a study with one task force an objective, and lock its protocol (the defaults of its scales, or `settings`).

    `task_forces` limits them to some objectives; with `is_locked` False the protocol stays a draft. The first scale of
    `texts` is the primary criterion, asked of everything that is rated; others are asked of activities only. Existing
    studies are not touched.

    Raises
    ------
    RuleViolation
        `study_exists` where the slug is taken, `duplicate_code` where the framework uses a code twice.
    """
    findings = check_framework(framework)
    for finding in findings:
        if finding.code is FrameworkFinding.DUPLICATE_CODE:
            raise RuleViolation(ViolationCode.DUPLICATE_CODE, value=finding.details)
    study = make_study(session, texts=texts, slug=slug, actor=actor, now=now, settings=settings, is_locked=is_locked)
    _add_lists(session, study_id=study.id, framework=framework)
    _add_objectives(session, study_id=study.id, framework=framework, now=now, task_forces=task_forces)
    record(
        session,
        AuditAction.FRAMEWORK_IMPORTED,
        actor=actor,
        now=now,
        study_id=study.id,
        version=framework.version,
        version_date=framework.version_date,
        n_objectives=len(framework.objectives),
        n_findings=len(findings),
    )
    return ImportedFramework(study_id=study.id, n_objectives=len(framework.objectives), findings=findings)


def make_study(
    session: Session,
    *,
    texts: StudyTexts,
    slug: str,
    actor: Actor | None,
    now: datetime,
    settings: ProtocolSettings | None = None,
    is_locked: bool = True,
) -> Study:
    """A study with its questions and its protocol, without objectives; `study_exists` where the slug is taken."""
    if session.exec(select(Study.id).where(Study.slug == slug)).first() is not None:
        raise RuleViolation(ViolationCode.STUDY_EXISTS, name=texts.name.in_language("en"))
    study = Study(
        slug=slug,
        name=texts.name,
        purpose=texts.purpose,
        consent=texts.consent,
        perspective=texts.perspective,
        languages=list(texts.languages),
        glossary=[
            {
                **{f"term_{language}": words for language, words in entry.term.items()},
                **dict(entry.meaning),
            }
            for entry in texts.glossary
        ],
        created_at=now,
    )
    session.add(study)
    session.flush()
    for position, scale in enumerate(texts.scales, start=1):
        add_criterion(session, study_id=study.id, entry=scale, position=position)
    settings = settings or default_settings(
        {entry.code: AnalysisScale(entry.lower, entry.upper) for entry in texts.scales}
    )
    session.add(
        Protocol(
            study_id=study.id,
            version=1,
            settings=settings.as_json(),
            fingerprint=settings.fingerprint,
            locked_at=now if is_locked else None,
            locked_by_id=actor.person_id if is_locked and actor is not None else None,
        )
    )
    record(session, AuditAction.STUDY_CREATED, actor=actor, now=now, study_id=study.id)
    if is_locked:
        record(
            session,
            AuditAction.PROTOCOL_LOCKED,
            actor=actor,
            now=now,
            study_id=study.id,
            version=1,
            fingerprint=settings.fingerprint,
        )
    session.flush()
    return study


def add_criterion(
    session: Session, *, study_id: int, entry: ScaleEntry, position: int, kinds: Sequence[str] = ()
) -> None:
    """A criterion with its own scale; without `kinds` the first is asked of all that is rated, others of activities."""
    scale = Scale(
        study_id=study_id,
        code=entry.code,
        lower=entry.lower,
        upper=entry.upper,
        labels={str(point): dict(words) for point, words in entry.labels.items()},
    )
    session.add(scale)
    session.flush()
    is_primary = position == 1
    session.add(
        Criterion(
            study_id=study_id,
            scale_id=scale.id,
            code=entry.code,
            name=entry.name,
            question=entry.question,
            kinds=list(kinds) or [kind.value for kind in (RATED_KINDS if is_primary else (StatementKind.ACTIVITY,))],
            is_primary=is_primary,
            position=position,
        )
    )


def _add_lists(session: Session, *, study_id: int, framework: Framework) -> None:
    session.add_all(College(study_id=study_id, code=entry.code, name=entry.name) for entry in framework.colleges)
    session.add_all(Region(study_id=study_id, code=entry.code, name=entry.name) for entry in framework.regions)
    session.add_all(
        Category(study_id=study_id, code=entry.code, name=entry.name, position=position)
        for position, entry in enumerate(framework.categories, start=1)
    )
    session.add_all(
        Facility(
            study_id=study_id,
            code=entry.code,
            type=entry.type,
            name=entry.name,
            position=position,
            objectives=list(entry.objectives),
            also_concerns=list(entry.also_concerns),
        )
        for position, entry in enumerate(framework.facilities, start=1)
    )
    session.flush()


def _add_objectives(
    session: Session, *, study_id: int, framework: Framework, now: datetime, task_forces: Collection[str] | None
) -> None:
    goals = {
        entry.code: Goal(study_id=study_id, code=entry.code, name=entry.name, gist=entry.gist, position=position)
        for position, entry in enumerate(framework.goals, start=1)
    }
    session.add_all(goals.values())
    session.flush()
    objectives = [
        Objective(
            study_id=study_id,
            goal_id=goals[entry.goal].id,
            code=entry.code,
            position=position,
            default_facility=entry.facility,
            facility_group=entry.facility_group,
            is_focal=entry.is_focal,
        )
        for position, entry in enumerate(framework.objectives, start=1)
    ]
    session.add_all(objectives)
    session.flush()
    for objective, entry in zip(objectives, framework.objectives, strict=True):
        _add_objective_details(session, objective=objective, entry=entry, reason=_version_note(framework), now=now)
        if task_forces is None or entry.code in task_forces:
            session.add(TaskForce(study_id=study_id, objective_id=objective.id, code=entry.code))
    session.flush()


def _version_note(framework: Framework) -> str:
    return f"Framework version {framework.version} {framework.version_date}".strip()


def _add_objective_details(
    session: Session, *, objective: Objective, entry: ObjectiveEntry, reason: str, now: datetime
) -> None:
    session.add(
        ObjectiveVersion(
            objective_id=objective.id,
            version=1,
            title=entry.title,
            description=entry.description,
            baseline_2020=entry.baseline_2020,
            target_2030=entry.target_2030,
            target_2050=entry.target_2050,
            reason=reason,
            created_at=now,
        )
    )
    for word in entry.facility_words:
        session.add(
            FacilityStatement(
                objective_id=objective.id,
                source=word.source.in_language("en"),
                facility=word.facility,
                note=word.note.in_language("en"),
            )
        )
