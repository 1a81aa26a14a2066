"""A small study that has published: two objectives with activities, obstacles and success factors."""

from dataclasses import dataclass, field

from sqlmodel import Session, select

from surveys.models import (
    Category,
    Facility,
    FacilityStatement,
    Goal,
    Objective,
    Panellist,
    Round,
    StaffRole,
    TaskForce,
)
from surveys.queries.finality import plan_gaps
from surveys.rules.answers import RatingAnswer
from surveys.services.facilities import decide_facility
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.services.submissions import save_ratings
from surveys.vocabulary import FacilityType, RatingState, Role, RoundKind, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_statement,
    a_study,
    a_task_force,
    as_expert,
    ratings,
    said,
    some_experts,
)

IMPORTANCE = "9 8 2 . 7 8 9 | 8 8 3 . 8 7 9 | 8 9 2 9 3 8 8 | 9 7 9 . 2 9 7 | 9 8 8 . 8 8 8 | 8 8 7 5 7 7 9"
"""Six experts by seven statements: four activities, two obstacles, one success factor; the fourth has too few."""
FEASIBILITY = "7 5 2 . | 6 5 3 . | 7 6 2 9 | 8 4 9 . | 7 5 8 . | 6 5 7 5"


@dataclass
class PublishedStudy:
    """`statements` maps codes to ids; the second task force (B1) has rated with the same numbers reversed."""

    small: SmallStudy
    other: SmallStudy
    rounds: list[int] = field(default_factory=list)
    statements: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)

    @property
    def study_id(self) -> int:
        return self.small.study_id


def a_published_study(session: Session, *, slug: str = "soil", publish: bool = True) -> PublishedStudy:
    """Objectives A5 and B1, one closed rating round each; documents disagree about the facility of B1."""
    small = a_study(session, slug=slug, n_experts=6)
    other = _task_force(session, small, code="B1", slug=slug)
    found = PublishedStudy(small=small, other=other)
    for code, english, french in (("markets", "Markets", "Marchés"), ("training", "Training", "Formation")):
        category = Category(study_id=small.study_id, code=code, name=said(english, french))
        session.add(category)
        session.flush()
        found.categories[code] = category.id
    for position, (code, kind) in enumerate((("CF.I", FacilityType.CORE), ("GF.1", FacilityType.GLOBAL))):
        facility = Facility(
            study_id=small.study_id, code=code, type=kind, name=said(f"Facility {code}"), position=position
        )
        session.add(facility)
        session.flush()
        found.facilities[code] = facility.id
    for panel, reverse in ((small, False), (other, True)):
        found.rounds.append(_rated_round(session, panel, found=found, reverse=reverse))
        if publish:
            publish_outcomes(session, actor=None, task_force_id=panel.task_force_id, now=NOW)
    session.flush()
    return found


def a_final_study(session: Session, *, slug: str = "soil") -> PublishedStudy:
    """A published study of which the Core Facility carries every activity: its plan can be voted on."""
    study = a_published_study(session, slug=slug)
    decide_facility(
        session,
        actor=None,
        study_id=study.study_id,
        statement_ids=[one.statement_id for one in plan_gaps(session, study_id=study.study_id).unassigned],
        facility_id=study.facilities["CF.I"],
        source="Minutes",
        reason="Fits best",
        now=NOW,
    )
    return study


def a_further_objective(session: Session, study: PublishedStudy, *, code: str) -> None:
    """One more objective of the study that has rated and published like B1."""
    panel = _task_force(session, study.small, code=code, slug=f"further-{code.lower()}")
    study.rounds.append(_rated_round(session, panel, found=study, reverse=True))
    publish_outcomes(session, actor=None, task_force_id=panel.task_force_id, now=NOW)


def _task_force(session: Session, small: SmallStudy, *, code: str, slug: str) -> SmallStudy:
    goal = Goal(study_id=small.study_id, code=code[0], name=said("Implementation", "Mise en œuvre"), position=2)
    session.add(goal)
    session.flush()
    task_force_id = a_task_force(session, study_id=small.study_id, goal_id=goal.id, code=code)
    objective = session.exec(
        select(Objective).join(TaskForce, TaskForce.objective_id == Objective.id).where(TaskForce.id == task_force_id)
    ).one()
    objective.default_facility = "CF"
    for source, facility in (("Strategic Plan, 2022", "GF"), ("Roadmap 2023", "CF")):
        session.add(FacilityStatement(objective_id=objective.id, source=source, facility=facility, note=f"{facility}!"))
    session.add(StaffRole(person_id=small.facilitator_id, role=Role.FACILITATOR, task_force_id=task_force_id))
    slugs = [f"{slug}.{code.lower()}.{number}" for number in range(1, 7)]
    people = some_experts(session, task_force_id=task_force_id, slugs=slugs)
    return SmallStudy(
        study_id=small.study_id,
        task_force_id=task_force_id,
        experts=[person.id for person, _ in people],
        panellists=[panellist.id for _, panellist in people],
        facilitator_id=small.facilitator_id,
        secretary_id=small.secretary_id,
        importance_id=small.importance_id,
        feasibility_id=small.feasibility_id,
    )


def _rated_round(session: Session, panel: SmallStudy, *, found: PublishedStudy, reverse: bool) -> int:
    """A closed rating round on seven statements; `reverse` mirrors the ratings on the scale."""
    ids = _statements(session, panel)
    found.statements.update(ids)
    round_ = plan_round(
        session,
        actor=None,
        task_force=session.get_one(TaskForce, panel.task_force_id),
        kind=RoundKind.RATING,
        statement_ids=tuple(ids.values()),
        now=NOW,
    )
    open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)
    answer(session, panel, round_=round_, statements=list(ids.values()), reverse=reverse)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return round_.id


def _statements(session: Session, panel: SmallStudy) -> dict[str, int]:
    made = {}
    first: int | None = None
    for number, kind in enumerate(
        [StatementKind.ACTIVITY] * 4 + [StatementKind.OBSTACLE] * 2 + [StatementKind.SUCCESS_FACTOR], start=1
    ):
        statement = a_statement(
            session,
            task_force_id=panel.task_force_id,
            number=number,
            kind=kind,
            text=f"A {kind.value}",
            parent_id=None if kind is StatementKind.ACTIVITY else first,
        )
        first = first or statement.id
        made[statement.code] = statement.id
    return made


def answer(session: Session, panel: SmallStudy, *, round_: Round, statements: list[int], reverse: bool = False) -> None:
    """Save the ratings above; the last expert says of the second statement that it is outside her expertise."""
    for person_id, importance, feasibility in zip(
        panel.experts, ratings(IMPORTANCE), ratings(FEASIBILITY), strict=True
    ):
        cells = [
            RatingAnswer(statement_id, criterion_id, RatingState.RATED, 10 - value if reverse else value)
            for criterion_id, row in ((panel.importance_id, importance), (panel.feasibility_id, feasibility))
            for statement_id, value in zip(statements, row, strict=False)
            if value is not None
        ]
        if person_id == panel.experts[-1]:
            cells = [
                cell for cell in cells if (cell.statement_id, cell.criterion_id) != (statements[1], panel.importance_id)
            ]
            cells.append(RatingAnswer(statements[1], panel.importance_id, RatingState.OUTSIDE_EXPERTISE, None))
        save_ratings(
            session, actor=as_expert(panel, person_id), round_id=round_.id, answers=cells, language="en", now=NOW
        )


def panellist_ids(session: Session) -> list[int]:
    return list(session.exec(select(Panellist.id)).all())
