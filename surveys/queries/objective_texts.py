"""The objectives of a study in full: title, description, baseline, targets, of their newest version."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Objective, ObjectiveVersion
from surveys.vocabulary import ObjectiveField


@dataclass(frozen=True, slots=True)
class ObjectiveTexts:
    objective_id: int
    code: str
    version_id: int
    version: int
    texts: dict[ObjectiveField, LocalizedText]


def objective_texts(session: Session, *, study_id: int) -> dict[int, ObjectiveTexts]:
    """Objective id to its newest texts; objectives without any version are absent."""
    newest = (
        select(ObjectiveVersion.objective_id, func.max(ObjectiveVersion.version).label("version"))
        .group_by(col(ObjectiveVersion.objective_id))
        .subquery()
    )
    rows = session.exec(
        select(Objective, ObjectiveVersion)
        .join(newest, newest.c.objective_id == Objective.id)
        .join(
            ObjectiveVersion,
            (col(ObjectiveVersion.objective_id) == newest.c.objective_id)
            & (col(ObjectiveVersion.version) == newest.c.version),
        )
        .where(Objective.study_id == study_id)
    ).all()
    return {objective.id: _texts(objective, version) for objective, version in rows}


def _texts(objective: Objective, version: ObjectiveVersion) -> ObjectiveTexts:
    return ObjectiveTexts(
        objective_id=objective.id,
        code=objective.code,
        version_id=version.id,
        version=version.version,
        texts={field: getattr(version, field.value) for field in ObjectiveField},
    )
