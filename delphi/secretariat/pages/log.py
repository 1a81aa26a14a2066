"""The log of a study in readable sentences, over all its task forces."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlmodel import Session, col, select

from delphi.secretariat.pages.facets import Facet, facet
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences.log import log_sentence
from surveys.models import AuditEvent, Person, TaskForce

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    who: str
    task_force: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LogPage:
    study: StudyHead
    task_forces: Facet
    chosen: str
    lines: tuple[LogLine, ...]
    older: int | None
    """Where the next page begins; None on the last."""


def log_page(session: Session, *, study_id: int, task_force: str, before: int | None) -> LogPage:
    """The newest events before event `before`, of one task force or of all. Experts are never named."""
    study = study_head(session, study_id=study_id)
    codes = session.exec(
        select(TaskForce.code).where(TaskForce.study_id == study_id).order_by(col(TaskForce.code))
    ).all()
    query = (
        select(AuditEvent, Person.name, TaskForce.code)
        .outerjoin(Person, col(Person.id) == AuditEvent.actor_id)
        .outerjoin(TaskForce, col(TaskForce.id) == AuditEvent.task_force_id)
        .where(AuditEvent.study_id == study_id)
        .order_by(col(AuditEvent.id).desc())
        .limit(AT_ONCE + 1)
    )
    if before is not None:
        query = query.where(col(AuditEvent.id) < before)
    if task_force:
        query = query.where(TaskForce.code == task_force)
    rows = session.exec(query).all()
    return LogPage(
        study=study,
        task_forces=facet("task_force", gettext("Task force"), [(code, code) for code in codes], chosen=task_force),
        chosen=task_force,
        lines=tuple(
            LogLine(
                at=event.at,
                who=name or str(gettext("The system or an expert")),
                task_force=code or "",
                sentence=log_sentence(event.action, event.details, time_zone=study.time_zone),
            )
            for event, name, code in rows[:AT_ONCE]
        ),
        older=rows[AT_ONCE - 1][0].id if len(rows) > AT_ONCE else None,
    )
