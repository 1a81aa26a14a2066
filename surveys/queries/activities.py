"""The product of a study: its published statements in rank order, with all that belongs to each.

Pages and exports read the same rows, in a number of statements to the database that does not grow with the study.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Category,
    IdeaPlacement,
    Outcome,
    Statement,
    StatementVersion,
    TaskForce,
)
from surveys.queries.assignments import FacilityChoice, facility_choices
from surveys.queries.frozen_figures import Figures, figures_of_results
from surveys.queries.links import Link, links_of_study
from surveys.queries.objections import Objection, objections_of
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.rules.selection import NONE, Facts
from surveys.vocabulary import OutcomeStatus, StatementKind


@dataclass(frozen=True, slots=True)
class CategoryName:
    id: int
    code: str
    name: LocalizedText


@dataclass(frozen=True, slots=True)
class RankedStatement:
    """A published statement: where it ended, the frozen figures that decided it, and what hangs on it."""

    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    """The wording that was rated."""
    version_number: int
    parent_id: int | None
    parent_code: str
    task_force_id: int
    objective: ObjectiveTitle
    category: CategoryName | None
    status: OutcomeStatus
    rank: int | None
    overall_rank: int | None
    n_ideas: int
    """Raw ideas it was made from."""
    figures: Figures
    others: tuple[Figures, ...]
    """The other criteria in the same snapshot, such as feasibility."""
    facilities: tuple[FacilityChoice, ...]
    """The decisions in force: none, one, or one a part of a split activity."""
    is_tied: bool = False
    """Whether another statement of its kind and objective shares the rank."""
    links: tuple[Link, ...] = ()
    """Activities of other task forces it belongs together with."""
    objections: tuple[Objection, ...] = ()
    """Principled objections that the panel was shown."""
    stale_since: datetime | None = None
    """Since when the round that decided it is reopened: it may end otherwise."""
    obstacles: tuple["RankedStatement", ...] = ()
    success_factors: tuple["RankedStatement", ...] = ()

    @property
    def facility(self) -> FacilityChoice | None:
        """The first decision in force: the whole activity's, or that of the first part of a split one."""
        return self.facilities[0] if self.facilities else None

    @property
    def is_split(self) -> bool:
        return len(self.facilities) > 1

    @property
    def facts(self) -> Facts:
        return Facts(
            kind=self.kind,
            objective=self.objective.code,
            goal=self.objective.goal_code,
            category=NONE if self.category is None else self.category.code,
            facility=NONE if self.facility is None else self.facility.code,
            further_facilities=tuple(choice.code for choice in self.facilities[1:]),
            outcome=self.status.value,
        )

    @property
    def is_ranked(self) -> bool:
        return self.rank is not None


def ranked_statements(session: Session, *, study_id: int) -> tuple[RankedStatement, ...]:
    """Every published statement of a study by kind, objective and rank, the unranked last within their objective.

    Activities carry their obstacles and success factors, each by its own rank.
    """
    rows = session.exec(
        select(Outcome, Statement, Category, TaskForce.objective_id)
        .join(Statement, col(Statement.id) == Outcome.statement_id)
        .join(TaskForce, col(TaskForce.id) == Outcome.task_force_id)
        .outerjoin(Category, col(Category.id) == Statement.category_id)
        .where(TaskForce.study_id == study_id)
    ).all()
    titles = objective_titles(session, study_id=study_id)
    deciding, others = _figures_by_statement(session, outcomes=[outcome for outcome, *_ in rows])
    versions = _versions(session, figures=deciding.values())
    choices = facility_choices(session, study_id=study_id)
    links = links_of_study(session, study_id=study_id)
    codes = _codes(session, study_id=study_id)
    ideas = _idea_counts(session, study_id=study_id)
    objections = objections_of(session, task_force_ids=sorted({outcome.task_force_id for outcome, *_ in rows}))
    found = [
        RankedStatement(
            statement_id=statement.id,
            code=statement.code,
            kind=statement.kind,
            text=versions[deciding[statement.id].version_id].text,
            version_number=versions[deciding[statement.id].version_id].number,
            parent_id=statement.parent_id,
            parent_code="" if statement.parent_id is None else codes[statement.parent_id],
            task_force_id=statement.task_force_id,
            objective=titles[objective_id],
            category=None if category is None else CategoryName(category.id, category.code, category.name),
            status=outcome.status,
            rank=outcome.rank,
            overall_rank=outcome.overall_rank,
            n_ideas=ideas.get(statement.id, 0),
            figures=deciding[statement.id],
            others=others[statement.id],
            facilities=choices.get(statement.id, ()),
            links=links.get(statement.id, ()),
            objections=objections.get(statement.id, ()),
            stale_since=outcome.stale_since,
        )
        for outcome, statement, category, objective_id in rows
    ]
    return _linked(sorted(found, key=_order))


def _order(row: RankedStatement) -> tuple[int, int, str, bool, int, str]:
    kinds = tuple(StatementKind)
    return (
        kinds.index(row.kind),
        row.objective.position,
        row.objective.code,
        row.rank is None,
        row.rank or 0,
        row.code,
    )


def _linked(rows: Sequence[RankedStatement]) -> tuple[RankedStatement, ...]:
    """Each activity with the obstacles and success factors that hang on it, in the order they already have."""
    places = Counter((row.task_force_id, row.kind, row.rank) for row in rows)
    rows = [
        replace(row, is_tied=row.rank is not None and places[row.task_force_id, row.kind, row.rank] > 1) for row in rows
    ]
    by_parent: dict[tuple[int | None, StatementKind], list[RankedStatement]] = {}
    for row in rows:
        by_parent.setdefault((row.parent_id, row.kind), []).append(row)
    return tuple(
        replace(
            row,
            obstacles=tuple(by_parent.get((row.statement_id, StatementKind.OBSTACLE), ())),
            success_factors=tuple(by_parent.get((row.statement_id, StatementKind.SUCCESS_FACTOR), ())),
        )
        if row.kind is StatementKind.ACTIVITY
        else row
        for row in rows
    )


def of_kind(rows: Iterable[RankedStatement], kind: StatementKind) -> list[RankedStatement]:
    return [row for row in rows if row.kind is kind]


def _figures_by_statement(
    session: Session, *, outcomes: Sequence[Outcome]
) -> tuple[dict[int, Figures], dict[int, tuple[Figures, ...]]]:
    """Statement id to the figures that decided it, and to those of its other criteria."""
    decided = {outcome.result_id for outcome in outcomes}
    deciding: dict[int, Figures] = {}
    others: dict[int, list[Figures]] = {outcome.statement_id: [] for outcome in outcomes}
    for figures in figures_of_results(session, result_ids=sorted(decided)):
        if figures.result_id in decided:
            deciding[figures.statement_id] = figures
        else:
            others[figures.statement_id].append(figures)
    return deciding, {statement_id: tuple(found) for statement_id, found in others.items()}


def _versions(session: Session, *, figures: Iterable[Figures]) -> dict[int, StatementVersion]:
    wanted = [one.version_id for one in figures]
    rows = session.exec(select(StatementVersion).where(col(StatementVersion.id).in_(wanted))).all()
    return {version.id: version for version in rows}


def _codes(session: Session, *, study_id: int) -> dict[int, str]:
    rows = session.exec(
        select(Statement.id, Statement.code)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(TaskForce.study_id == study_id)
    ).all()
    return dict(rows)


def _idea_counts(session: Session, *, study_id: int) -> dict[int, int]:
    rows = session.exec(
        select(IdeaPlacement.statement_id, func.count(func.distinct(IdeaPlacement.idea_id)))
        .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(TaskForce.study_id == study_id, col(IdeaPlacement.undone_at).is_(None))
        .group_by(col(IdeaPlacement.statement_id))
    ).all()
    return dict(rows)
