"""What a round asks: its statements in their wordings, its criteria with their scales."""

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import String, bindparam, type_coerce
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from surveys.driver import Row
from surveys.localized import LocalizedText
from surveys.models import Category, Criterion, Round, RoundStatement, Scale, Statement, StatementVersion, TaskForce
from surveys.queries.prepared import Prepared
from surveys.queries.statements import MEANING
from surveys.queries.written import as_written, text_of
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
    hangs_on: LocalizedText | None
    """The newest wording of the parent."""
    category: LocalizedText | None
    position: int
    meaning: int
    """Equal for wordings that differ in a translation alone; see `surveys.queries.statements.MEANING`."""


@dataclass(frozen=True, eq=False)
class Questionnaire:
    """The statements in the round's stored order, and the criteria in theirs.

    Reading the same content again gives the same objects, see `questionnaire_of`.
    """

    round_id: int
    statements: tuple[AskedStatement, ...]
    criteria: tuple[AskedCriterion, ...]

    def criteria_of(self, kind: StatementKind) -> tuple[AskedCriterion, ...]:
        return self._criteria_by_kind[kind]

    @cached_property
    def _criteria_by_kind(self) -> dict[StatementKind, tuple[AskedCriterion, ...]]:
        return {
            kind: tuple(criterion for criterion in self.criteria if kind in criterion.kinds) for kind in StatementKind
        }

    @cached_property
    def cells(self) -> dict[tuple[int, int], Asked]:
        """(statement id, criterion id) to what may be answered there."""
        return {
            (statement.id, criterion.id): Asked(statement.code, criterion.lower, criterion.upper)
            for statement in self.statements
            for criterion in self.criteria_of(statement.kind)
        }

    @cached_property
    def cells_of(self) -> dict[int, tuple[tuple[int, int], ...]]:
        """Statement id to its cells, in the order of the criteria."""
        return {
            statement.id: tuple((statement.id, criterion.id) for criterion in self.criteria_of(statement.kind))
            for statement in self.statements
        }

    @cached_property
    def by_id(self) -> dict[int, AskedStatement]:
        return {statement.id: statement for statement in self.statements}

    def of_criterion(self, criterion: AskedCriterion) -> tuple[AskedStatement, ...]:
        """The statements that are rated on `criterion`."""
        return tuple(statement for statement in self.statements if statement.kind in criterion.kinds)


# Every page of an open round is made of these rows: the statements are built once, and the rows are read as they are.
CRITERIA = (
    sa_select(
        col(Criterion.id),
        col(Criterion.code),
        as_written(Criterion.name),
        as_written(Criterion.question),
        as_written(Criterion.kinds),
        col(Criterion.is_primary),
        col(Scale.lower),
        col(Scale.upper),
        as_written(Scale.labels),
    )
    .join(Scale, col(Scale.id) == Criterion.scale_id)
    .order_by(col(Criterion.position), col(Criterion.id))
)
CRITERIA_OF_STUDY = Prepared(CRITERIA.where(col(Criterion.study_id) == bindparam("study_id")))
CRITERIA_OF_ROUND = Prepared(
    CRITERIA.join(TaskForce, col(TaskForce.study_id) == Criterion.study_id)
    .join(Round, col(Round.task_force_id) == TaskForce.id)
    .where(col(Round.id) == bindparam("round_id"))
)
OF_PARENT = aliased(StatementVersion)
STATEMENTS = Prepared(
    sa_select(
        col(Statement.id),
        col(StatementVersion.id),
        col(StatementVersion.number),
        col(Statement.code),
        type_coerce(col(Statement.kind), String),
        as_written(StatementVersion.text),
        col(Statement.parent_id),
        sa_select(as_written(OF_PARENT.text))
        .where(col(OF_PARENT.statement_id) == col(Statement.parent_id))
        .order_by(col(OF_PARENT.number).desc())
        .limit(1)
        .scalar_subquery(),
        as_written(Category.name),
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
MOST_KEPT = 256
"""Questionnaires of which the objects are kept: more than a study with ten task forces opens in a year."""

Rows = tuple[Row, ...]


def criteria_of_study(session: Session, *, study_id: int) -> tuple[AskedCriterion, ...]:
    return _criteria(tuple(CRITERIA_OF_STUDY.rows(session, study_id=study_id)))


def questionnaire_of(session: Session, *, round_id: int) -> Questionnaire:
    """The questionnaire of a round: two statements to the database, whatever its size.

    The rows are read anew at each call, and objects are kept under the rows they were made of. An edited wording is
    seen at once, by every server, while what did not change is not put together again (decision 7).
    """
    return _questionnaire(
        round_id,
        _statements(tuple(STATEMENTS.rows(session, round_id=round_id))),
        _criteria(tuple(CRITERIA_OF_ROUND.rows(session, round_id=round_id))),
    )


@lru_cache(maxsize=MOST_KEPT)
def _questionnaire(
    round_id: int, statements: tuple[AskedStatement, ...], criteria: tuple[AskedCriterion, ...]
) -> Questionnaire:
    return Questionnaire(round_id, statements, criteria)


@lru_cache(maxsize=MOST_KEPT)
def _statements(rows: Rows) -> tuple[AskedStatement, ...]:
    return tuple(
        AskedStatement(
            id=id_,
            version_id=version_id,
            version_number=version_number,
            code=code,
            kind=StatementKind(kind),
            text=text_of(text),
            parent_id=parent_id,
            hangs_on=None if parent is None else text_of(parent),
            category=None if category is None else text_of(category),
            position=position,
            meaning=meaning,
        )
        for id_, version_id, version_number, code, kind, text, parent_id, parent, category, position, meaning in rows
    )


@lru_cache(maxsize=MOST_KEPT)
def _criteria(rows: Rows) -> tuple[AskedCriterion, ...]:
    return tuple(
        AskedCriterion(
            id=id_,
            code=code,
            name=text_of(name),
            question=text_of(question),
            kinds=tuple(map(StatementKind, json.loads(kinds))),
            is_primary=is_primary,
            lower=lower,
            upper=upper,
            labels={int(point): LocalizedText(words) for point, words in json.loads(labels).items()},
        )
        for id_, code, name, question, kinds, is_primary, lower, upper, labels in rows
    )
