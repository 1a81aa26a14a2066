"""What the secretariat sorts: every statement that can be sorted into a category or given to a facility."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Category, Outcome, Statement, StatementVersion, TaskForce
from surveys.queries.assignments import FacilityChoice, facility_choices
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.rules.selection import NONE, Facts
from surveys.vocabulary import RATED_KINDS, OutcomeStatus, StatementKind


@dataclass(frozen=True, slots=True)
class SortingRow:
    """A statement in its newest wording; no figure of it."""

    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    objective: ObjectiveTitle
    category_id: int | None
    category_code: str
    category_name: LocalizedText | None
    facilities: tuple[FacilityChoice, ...]
    outcome: OutcomeStatus | None
    """None until its task force has published."""
    rank: int | None

    @property
    def facility(self) -> FacilityChoice | None:
        return self.facilities[0] if self.facilities else None

    @property
    def facts(self) -> Facts:
        return Facts(
            kind=self.kind,
            objective=self.objective.code,
            goal=self.objective.goal_code,
            category=self.category_code or NONE,
            facility=NONE if self.facility is None else self.facility.code,
            further_facilities=tuple(choice.code for choice in self.facilities[1:]),
            outcome="" if self.outcome is None else self.outcome.value,
        )


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category with how many statements are in it, by kind."""

    id: int
    code: str
    name: LocalizedText
    merged_into: LocalizedText | None
    n_by_kind: dict[StatementKind, int]

    @property
    def n(self) -> int:
        return sum(self.n_by_kind.values())


def sorting_rows(session: Session, *, study_id: int, kinds: Sequence[StatementKind] = RATED_KINDS) -> list[SortingRow]:
    """Every statement of these kinds that is not retired, by objective, rank and code."""
    newest = (
        select(StatementVersion.statement_id, func.max(StatementVersion.number).label("number"))
        .group_by(col(StatementVersion.statement_id))
        .subquery()
    )
    rows = session.exec(
        select(Statement, StatementVersion, TaskForce)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .join(newest, newest.c.statement_id == Statement.id)
        .join(
            StatementVersion,
            (col(StatementVersion.statement_id) == newest.c.statement_id)
            & (col(StatementVersion.number) == newest.c.number),
        )
        .where(TaskForce.study_id == study_id, col(Statement.kind).in_(kinds), col(Statement.retired_at).is_(None))
    ).all()
    outcomes = {
        outcome.statement_id: outcome
        for outcome in session.exec(
            select(Outcome)
            .join(TaskForce, col(TaskForce.id) == Outcome.task_force_id)
            .where(TaskForce.study_id == study_id)
        ).all()
    }
    titles = objective_titles(session, study_id=study_id)
    choices = facility_choices(session, study_id=study_id)
    categories = {
        category.id: category for category in session.exec(select(Category).where(Category.study_id == study_id)).all()
    }
    found = []
    for statement, version, task_force in rows:
        category = None if statement.category_id is None else categories.get(statement.category_id)
        outcome = outcomes.get(statement.id)
        found.append(
            SortingRow(
                statement_id=statement.id,
                code=statement.code,
                kind=statement.kind,
                text=version.text,
                objective=titles[task_force.objective_id],
                category_id=statement.category_id,
                category_code="" if category is None else category.code,
                category_name=None if category is None else category.name,
                facilities=choices.get(statement.id, ()),
                outcome=None if outcome is None else outcome.status,
                rank=None if outcome is None else outcome.rank,
            )
        )
    return sorted(found, key=lambda row: (row.objective.position, row.rank is None, row.rank or 0, row.code))


def category_rows(session: Session, *, study_id: int) -> list[CategoryRow]:
    """Every category in its order, the merged ones last."""
    categories = session.exec(
        select(Category).where(Category.study_id == study_id).order_by(col(Category.position), col(Category.id))
    ).all()
    counts: dict[int, dict[StatementKind, int]] = {}
    for category_id, kind, n in session.exec(
        select(Statement.category_id, Statement.kind, func.count())
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(
            TaskForce.study_id == study_id,
            col(Statement.category_id).is_not(None),
            col(Statement.retired_at).is_(None),
        )
        .group_by(col(Statement.category_id), col(Statement.kind))
    ).all():
        if category_id is not None:
            counts.setdefault(category_id, {})[StatementKind(kind)] = n
    names = {category.id: category.name for category in categories}
    rows = [
        CategoryRow(
            id=category.id,
            code=category.code,
            name=category.name,
            merged_into=None if category.merged_into_id is None else names.get(category.merged_into_id),
            n_by_kind=counts.get(category.id, {}),
        )
        for category in categories
    ]
    return sorted(rows, key=lambda row: row.merged_into is not None)
