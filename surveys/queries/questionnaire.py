"""What a round asks: its statements in their wordings, its criteria with their scales."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.localized import LocalizedText
from surveys.models import Category, Criterion, Round, RoundStatement, Scale, Statement, StatementVersion, TaskForce
from surveys.queries.statements import MEANING
from surveys.rules.answers import Asked
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True, eq=False)
class AskedCriterion:
    id: int
    code: str
    name: LocalizedText
    question: LocalizedText
    kinds: tuple[StatementKind, ...]
    is_primary: bool
    lower: int
    upper: int
    labels: dict[int, LocalizedText]

    @property
    def points(self) -> range:
        return range(self.lower, self.upper + 1)


@dataclass(frozen=True, slots=True, eq=False)
class AskedStatement:
    id: int
    version_id: int
    version_number: int
    code: str
    kind: StatementKind
    text: LocalizedText
    parent_id: int | None
    category: LocalizedText | None
    position: int
    meaning: int
    """Equal for wordings that differ in a translation alone; see `surveys.queries.statements.MEANING`."""


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The statements in the round's stored order, and the criteria in theirs."""

    round_id: int
    statements: tuple[AskedStatement, ...]
    criteria: tuple[AskedCriterion, ...]

    def criteria_of(self, kind: StatementKind) -> tuple[AskedCriterion, ...]:
        return tuple(criterion for criterion in self.criteria if kind in criterion.kinds)

    def cells(self) -> dict[tuple[int, int], Asked]:
        """(statement id, criterion id) to what may be answered there."""
        return {
            (statement.id, criterion.id): Asked(statement.code, criterion.lower, criterion.upper)
            for statement in self.statements
            for criterion in self.criteria_of(statement.kind)
        }

    def of_criterion(self, criterion: AskedCriterion) -> tuple[AskedStatement, ...]:
        """The statements that are rated on `criterion`."""
        return tuple(statement for statement in self.statements if statement.kind in criterion.kinds)


# Every page of an open round is made of these rows; statements are built once, and rows are not mapped to objects.
CRITERIA = (
    sa_select(
        col(Criterion.id),
        col(Criterion.code),
        col(Criterion.name),
        col(Criterion.question),
        col(Criterion.kinds),
        col(Criterion.is_primary),
        col(Scale.lower),
        col(Scale.upper),
        col(Scale.labels),
    )
    .join(Scale, col(Scale.id) == Criterion.scale_id)
    .order_by(col(Criterion.position), col(Criterion.id))
)
CRITERIA_OF_STUDY = CRITERIA.where(col(Criterion.study_id) == bindparam("study_id"))
CRITERIA_OF_ROUND = (
    CRITERIA.join(TaskForce, col(TaskForce.study_id) == Criterion.study_id)
    .join(Round, col(Round.task_force_id) == TaskForce.id)
    .where(col(Round.id) == bindparam("round_id"))
)
STATEMENTS = (
    sa_select(
        col(Statement.id),
        col(StatementVersion.id),
        col(StatementVersion.number),
        col(Statement.code),
        col(Statement.kind),
        col(StatementVersion.text),
        col(Statement.parent_id),
        col(Category.name),
        col(RoundStatement.position),
        MEANING,
    )
    .select_from(RoundStatement)
    .join(Statement, col(Statement.id) == RoundStatement.statement_id)
    .join(StatementVersion, col(StatementVersion.id) == RoundStatement.version_id)
    .outerjoin(Category, col(Category.id) == Statement.category_id)
    .where(col(RoundStatement.round_id) == bindparam("round_id"))
    .order_by(col(RoundStatement.position), col(Statement.id))
)
KINDS = (
    sa_select(col(Statement.id), col(Statement.code), col(Statement.kind))
    .join(RoundStatement, col(RoundStatement.statement_id) == Statement.id)
    .where(col(RoundStatement.round_id) == bindparam("round_id"))
)


def criteria_of_study(session: Session, *, study_id: int) -> tuple[AskedCriterion, ...]:
    return _criteria(session.connection().execute(CRITERIA_OF_STUDY, {"study_id": study_id}))


def questionnaire_of(session: Session, *, round_id: int) -> Questionnaire:
    """The questionnaire of a round: two statements to the database, whatever its size."""
    connection = session.connection()
    rows = connection.execute(STATEMENTS, {"round_id": round_id})
    return Questionnaire(
        round_id=round_id,
        statements=tuple(AskedStatement(*row) for row in rows),
        criteria=_criteria(connection.execute(CRITERIA_OF_ROUND, {"round_id": round_id})),
    )


def asked_cells(session: Session, *, round_id: int) -> dict[tuple[int, int], Asked]:
    """(statement id, criterion id) to what may be answered there: `Questionnaire.cells` without any wording."""
    connection = session.connection()
    criteria = _criteria(connection.execute(CRITERIA_OF_ROUND, {"round_id": round_id}))
    return {
        (statement_id, criterion.id): Asked(code, criterion.lower, criterion.upper)
        for statement_id, code, kind in connection.execute(KINDS, {"round_id": round_id})
        for criterion in criteria
        if kind in criterion.kinds
    }


def _criteria(rows: Iterable[Any]) -> tuple[AskedCriterion, ...]:
    return tuple(
        AskedCriterion(
            id=row.id,
            code=row.code,
            name=row.name,
            question=row.question,
            kinds=tuple(StatementKind(kind) for kind in row.kinds),
            is_primary=row.is_primary,
            lower=row.lower,
            upper=row.upper,
            labels={int(point): LocalizedText(words) for point, words in row.labels.items()},
        )
        for row in rows
    )
