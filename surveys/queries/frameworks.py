"""A stored study read back as what it was made from: its framework, its texts, its questions."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LANGUAGES, LocalizedText
from surveys.models import (
    Category,
    College,
    Criterion,
    Facility,
    FacilityStatement,
    Goal,
    Objective,
    ObjectiveVersion,
    Region,
    Scale,
    Study,
    TaskForce,
)
from surveys.study_files import (
    FacilityEntry,
    FacilityWord,
    Framework,
    GoalEntry,
    NamedEntry,
    ObjectiveEntry,
    ScaleEntry,
    StudyTexts,
    TermEntry,
)


@dataclass(frozen=True, slots=True)
class ObjectivePlace:
    """Where an objective stands in the database, and its task force if it has one."""

    objective_id: int
    task_force_id: int | None


def framework_of(session: Session, *, study_id: int) -> Framework:
    """The goals, objectives in their newest wording, facilities and lists of a study."""
    study = session.get_one(Study, study_id)
    goals = session.exec(select(Goal).where(Goal.study_id == study_id).order_by(col(Goal.position), col(Goal.id))).all()
    colleges = session.exec(select(College).where(College.study_id == study_id).order_by(col(College.id))).all()
    regions = session.exec(select(Region).where(Region.study_id == study_id).order_by(col(Region.id))).all()
    categories = session.exec(
        select(Category)
        .where(Category.study_id == study_id, col(Category.merged_into_id).is_(None))
        .order_by(col(Category.position), col(Category.id))
    ).all()
    facilities = session.exec(
        select(Facility).where(Facility.study_id == study_id).order_by(col(Facility.position), col(Facility.id))
    ).all()
    return Framework(
        languages=tuple(study.languages),
        version=1,
        version_date="",
        goals=tuple(GoalEntry(goal.code, goal.name, goal.gist) for goal in goals),
        objectives=_objectives(session, study_id=study_id, goals={goal.id: goal.code for goal in goals}),
        facilities=tuple(
            FacilityEntry(one.code, one.type, one.name, tuple(one.objectives), tuple(one.also_concerns))
            for one in facilities
        ),
        colleges=tuple(NamedEntry(one.code, one.name) for one in colleges),
        regions=tuple(NamedEntry(one.code, one.name) for one in regions),
        categories=tuple(NamedEntry(one.code, one.name) for one in categories),
    )


def objective_places(session: Session, *, study_id: int) -> dict[str, ObjectivePlace]:
    """Objective code to its place."""
    rows = session.exec(
        select(Objective.code, Objective.id, TaskForce.id)
        .outerjoin(TaskForce, col(TaskForce.objective_id) == Objective.id)
        .where(Objective.study_id == study_id)
    ).all()
    return {code: ObjectivePlace(objective_id, task_force_id) for code, objective_id, task_force_id in rows}


def texts_of_study(session: Session, *, study_id: int) -> StudyTexts:
    """What a study says of itself and asks."""
    study = session.get_one(Study, study_id)
    return StudyTexts(
        languages=tuple(study.languages),
        name=study.name,
        purpose=study.purpose,
        consent=study.consent,
        perspective=study.perspective,
        scales=tuple(scale for scale, _ in scales_of_study(session, study_id=study_id)),
        glossary=tuple(
            TermEntry(
                term=LocalizedText({language: entry.get(f"term_{language}", "") for language in LANGUAGES}),
                meaning=LocalizedText({language: entry.get(language, "") for language in LANGUAGES}),
            )
            for entry in study.glossary
        ),
    )


def scales_of_study(session: Session, *, study_id: int) -> list[tuple[ScaleEntry, tuple[str, ...]]]:
    """Each criterion with its scale and the kinds of statement it is asked of, in their order."""
    rows = session.exec(
        select(Criterion, Scale)
        .join(Scale, col(Scale.id) == Criterion.scale_id)
        .where(Criterion.study_id == study_id)
        .order_by(col(Criterion.position), col(Criterion.id))
    ).all()
    return [
        (
            ScaleEntry(
                code=criterion.code,
                name=criterion.name,
                question=criterion.question,
                lower=scale.lower,
                upper=scale.upper,
                labels={int(point): LocalizedText(words) for point, words in scale.labels.items()},
            ),
            tuple(criterion.kinds),
        )
        for criterion, scale in rows
    ]


def _objectives(session: Session, *, study_id: int, goals: dict[int, str]) -> tuple[ObjectiveEntry, ...]:
    objectives = session.exec(
        select(Objective).where(Objective.study_id == study_id).order_by(col(Objective.position), col(Objective.id))
    ).all()
    ids = [one.id for one in objectives]
    newest = {
        version.objective_id: version
        for version in session.exec(
            select(ObjectiveVersion)
            .where(col(ObjectiveVersion.objective_id).in_(ids))
            .order_by(col(ObjectiveVersion.version))
        ).all()
    }
    words: dict[int, list[FacilityWord]] = {}
    for said in session.exec(
        select(FacilityStatement)
        .where(col(FacilityStatement.objective_id).in_(ids))
        .order_by(col(FacilityStatement.id))
    ).all():
        word = FacilityWord(LocalizedText(en=said.source), said.facility, LocalizedText(en=said.note))
        words.setdefault(said.objective_id, []).append(word)
    return tuple(
        ObjectiveEntry(
            code=one.code,
            goal=goals[one.goal_id],
            title=newest[one.id].title,
            description=newest[one.id].description,
            baseline_2020=newest[one.id].baseline_2020,
            target_2030=newest[one.id].target_2030,
            target_2050=newest[one.id].target_2050,
            facility=one.default_facility,
            facility_group=one.facility_group,
            is_focal=one.is_focal,
            facility_words=tuple(words.get(one.id, ())),
        )
        for one in objectives
    )
