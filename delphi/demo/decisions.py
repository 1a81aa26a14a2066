"""The secretariat at work: finished activities get their category and, in the end, the facility that carries them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, select

from delphi.demo.content import StatementContent, demo_framework
from delphi.demo.panels import DemoPanel
from delphi.demo.stages import DemoStage, Position
from surveys.models import Category, Facility, Statement
from surveys.rules.permissions import Actor
from surveys.services.categories import assign_category
from surveys.services.facilities import decide_facility
from surveys.services.outcomes import publish_outcomes
from surveys.study_files import FacilityEntry
from surveys.vocabulary import FacilityType, StatementKind

# At the default stage some of the secretariat's work is done and some is waiting.
SORTED = ("A1", "B2", "C4", "D2")
DECIDED = ("B2", "C4")

SOURCE = "Secretariat’s proposal, following the Strategic Plan, version 2, June 2022"
LATER_SOURCE = "Meeting of the secretariat with the task force"
REASONS = {
    FacilityType.CORE: "Led by the secretariat, within its operating budget.",
    FacilityType.GLOBAL: "Needs an alliance of organisations and funds of its own.",
}
LATER_REASON = "The work in regions and countries is the larger part; an alliance has to carry it."

Made = dict[str, Statement]
"""Key of a statement in the content to the statement made of it."""


def publish(session: Session, panel: DemoPanel) -> None:
    publish_outcomes(session, actor=panel.facilitator, task_force_id=panel.task_force_id, now=panel.calendar.published)


def sort_and_decide(
    session: Session, work: Sequence[tuple[DemoPanel, Made]], *, secretary: Actor, stage: DemoStage
) -> None:
    """Categories and facilities of the finished task forces: of all at the last stage, of some before."""
    finished = [(panel, made) for panel, made in work if panel.position is Position.FINISHED]
    is_plan = stage is DemoStage.PLAN
    for panel, made in finished:
        activities = [one for one in panel.content.statements if one.kind is StatementKind.ACTIVITY]
        if is_plan or panel.code in SORTED:
            _sort(session, panel, activities, made=made, secretary=secretary)
        if is_plan or panel.code in DECIDED:
            _decide(session, panel, activities, made=made, secretary=secretary)


def facility_for(objective: str, *, type_: FacilityType) -> FacilityEntry:
    """The facility of a type that is closest to an objective: its own, one it concerns, one of its goal, any."""
    candidates = [entry for entry in demo_framework().facilities if entry.type is type_]

    def distance(entry: FacilityEntry) -> int:
        if objective in entry.objectives:
            return 0
        if objective in entry.also_concerns:
            return 1
        return 2 if any(code[0] == objective[0] for code in entry.objectives) else 3

    return min(candidates, key=distance)


def _sort(
    session: Session, panel: DemoPanel, activities: Sequence[StatementContent], *, made: Made, secretary: Actor
) -> None:
    categories = dict(session.exec(select(Category.code, Category.id).where(Category.study_id == panel.study_id)).all())
    by_category: dict[str, list[int]] = defaultdict(list)
    for activity in activities:
        by_category[activity.category].append(made[activity.key].id)
    for code, statement_ids in by_category.items():
        assign_category(
            session,
            actor=secretary,
            study_id=panel.study_id,
            statement_ids=statement_ids,
            category_id=categories[code],
            now=panel.calendar.sorted,
        )


def _decide(
    session: Session, panel: DemoPanel, activities: Sequence[StatementContent], *, made: Made, secretary: Actor
) -> None:
    """CF and GF are decided once; where the work is split, the secretariat's first decision was replaced later."""
    facilities = dict(session.exec(select(Facility.code, Facility.id).where(Facility.study_id == panel.study_id)).all())
    by_word: dict[str, list[int]] = defaultdict(list)
    for activity in activities:
        by_word[activity.facility].append(made[activity.key].id)
    for word, statement_ids in by_word.items():
        first = FacilityType.GLOBAL if word == FacilityType.GLOBAL.value else FacilityType.CORE
        decisions = [(first, SOURCE, REASONS[first], panel.calendar.first_decided)]
        if word == "split":
            decisions.append((FacilityType.GLOBAL, LATER_SOURCE, LATER_REASON, panel.calendar.decided))
        for type_, source, reason, now in decisions:
            decide_facility(
                session,
                actor=secretary,
                study_id=panel.study_id,
                statement_ids=statement_ids,
                facility_id=facilities[facility_for(panel.code, type_=type_).code],
                source=source,
                reason=reason,
                now=now,
            )
