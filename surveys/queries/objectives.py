"""The objectives of a study with their newest titles, and what documents say of their facility."""

from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import FacilityStatement, Goal, Objective, ObjectiveVersion


@dataclass(frozen=True, slots=True)
class DocumentedFacility:
    """What one document says."""

    source: str
    facility: str
    note: str


@dataclass(frozen=True, slots=True)
class ObjectiveTitle:
    id: int
    code: str
    position: int
    title: LocalizedText
    goal_code: str
    goal_name: LocalizedText
    default_facility: str
    """CF, GF or split, from the framework: a default, never a decision."""
    facility_group: str
    documents: tuple[DocumentedFacility, ...]

    @property
    def documents_disagree(self) -> bool:
        return len({document.facility for document in self.documents}) > 1


def objective_titles(session: Session, *, study_id: int) -> dict[int, ObjectiveTitle]:
    """Objective id to its newest title, in the order of the framework."""
    newest = (
        select(ObjectiveVersion.objective_id, func.max(ObjectiveVersion.version).label("version"))
        .group_by(col(ObjectiveVersion.objective_id))
        .subquery()
    )
    rows = session.exec(
        select(Objective, Goal, ObjectiveVersion)
        .join(Goal, col(Goal.id) == Objective.goal_id)
        .outerjoin(newest, newest.c.objective_id == Objective.id)
        .outerjoin(
            ObjectiveVersion,
            (col(ObjectiveVersion.objective_id) == newest.c.objective_id)
            & (col(ObjectiveVersion.version) == newest.c.version),
        )
        .where(Objective.study_id == study_id)
        .order_by(col(Goal.position), col(Goal.code), col(Objective.position), col(Objective.code))
    ).all()
    documents: dict[int, list[DocumentedFacility]] = {}
    for said in session.exec(
        select(FacilityStatement)
        .join(Objective, col(Objective.id) == FacilityStatement.objective_id)
        .where(Objective.study_id == study_id)
        .order_by(col(FacilityStatement.id))
    ).all():
        documents.setdefault(said.objective_id, []).append(DocumentedFacility(said.source, said.facility, said.note))
    return {
        objective.id: ObjectiveTitle(
            id=objective.id,
            code=objective.code,
            position=position,
            title=LocalizedText() if version is None else version.title,
            goal_code=goal.code,
            goal_name=goal.name,
            default_facility=objective.default_facility,
            facility_group=objective.facility_group,
            documents=tuple(documents.get(objective.id, ())),
        )
        for position, (objective, goal, version) in enumerate(rows)
    }
