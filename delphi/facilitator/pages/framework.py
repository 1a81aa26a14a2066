"""The framework of a study: goals and objectives in every language, what looks wrong in them, who has a task force."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from delphi.facilitator.pages.new_study import FindingLine, finding_lines
from delphi.facilitator.pages.study_place import StudyPlace, study_place
from delphi.i18n import LANGUAGE_NAMES
from delphi.sentences.setup import PARTS_OF_OBJECTIVE, finding_sentence
from surveys.framework_checks import check_framework, glossary_acronyms
from surveys.localized import LocalizedText
from surveys.queries.frameworks import framework_of, objective_places, texts_of_study
from surveys.rules.permissions import Actor
from surveys.study_files import FacilityWord, ObjectiveEntry


@dataclass(frozen=True, slots=True)
class TextRow:
    """One field of an objective: its name, and its text in each language (empty where it is missing)."""

    name: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ObjectiveBlock:
    code: str
    titles: tuple[tuple[str, str], ...]
    """Language and title; empty where it is missing."""
    rows: tuple[TextRow, ...]
    facility_words: tuple[FacilityWord, ...]
    findings: tuple[str, ...]
    task_force_id: int | None
    is_own: bool
    """The visitor runs its task force, so that it can be linked."""


@dataclass(frozen=True, slots=True)
class GoalBlock:
    code: str
    name: LocalizedText
    gist: LocalizedText
    objectives: tuple[ObjectiveBlock, ...]


@dataclass(frozen=True, slots=True)
class FrameworkPage:
    place: StudyPlace
    languages: tuple[tuple[str, str], ...]
    goals: tuple[GoalBlock, ...]
    findings: tuple[FindingLine, ...]
    n_objectives: int
    n_task_forces: int
    has_free: bool
    """Some objective has no task force yet."""
    problem: str


def framework_page(session: Session, *, study_id: int, actor: Actor, problem: str = "") -> FrameworkPage:
    """Goals and objectives in the framework's order; each finding is in the list on top and at its objective."""
    place = study_place(session, study_id=study_id, actor=actor)
    framework = framework_of(session, study_id=study_id)
    glossary = texts_of_study(session, study_id=study_id).glossary
    findings = check_framework(framework, acronyms=glossary_acronyms(entry.term for entry in glossary))
    places = objective_places(session, study_id=study_id)
    blocks = []
    for goal in framework.goals:
        objectives = tuple(
            _objective(
                entry,
                languages=place.languages,
                findings=[finding_sentence(one) for one in findings if one.where == entry.code],
                task_force_id=places[entry.code].task_force_id,
                actor=actor,
            )
            for entry in framework.objectives
            if entry.goal == goal.code
        )
        blocks.append(GoalBlock(goal.code, goal.name, goal.gist, objectives))
    task_forces = [one.task_force_id for one in places.values()]
    return FrameworkPage(
        place=place,
        languages=tuple((code, LANGUAGE_NAMES.get(code, code)) for code in place.languages),
        goals=tuple(blocks),
        findings=tuple(finding_lines(findings)),
        n_objectives=len(places),
        n_task_forces=sum(one is not None for one in task_forces),
        has_free=None in task_forces,
        problem=problem,
    )


def _objective(
    entry: ObjectiveEntry, *, languages: Sequence[str], findings: list[str], task_force_id: int | None, actor: Actor
) -> ObjectiveBlock:
    rows = []
    for field in ("description", "baseline_2020", "target_2030", "target_2050"):
        text: LocalizedText = getattr(entry, field)
        if text:
            texts = tuple((language, text.get(language, "")) for language in languages)
            rows.append(TextRow(str(PARTS_OF_OBJECTIVE[field]), texts))
    return ObjectiveBlock(
        code=entry.code,
        titles=tuple((language, entry.title.get(language, "")) for language in languages),
        rows=tuple(rows),
        facility_words=entry.facility_words,
        findings=tuple(findings),
        task_force_id=task_force_id,
        is_own=task_force_id in actor.facilitates,
    )
