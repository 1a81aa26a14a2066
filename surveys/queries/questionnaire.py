"""What a round asks: its statements in their wordings, its criteria with their scales."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Category, Criterion, Round, RoundStatement, Scale, Statement, StatementVersion, TaskForce
from surveys.rules.answers import Asked
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


def criteria_of_study(session: Session, *, study_id: int) -> tuple[AskedCriterion, ...]:
    rows = session.exec(
        select(Criterion, Scale)
        .join(Scale, col(Scale.id) == Criterion.scale_id)
        .where(Criterion.study_id == study_id)
        .order_by(col(Criterion.position), col(Criterion.id))
    ).all()
    return tuple(
        AskedCriterion(
            id=criterion.id,
            code=criterion.code,
            name=criterion.name,
            question=criterion.question,
            kinds=tuple(StatementKind(kind) for kind in criterion.kinds),
            is_primary=criterion.is_primary,
            lower=scale.lower,
            upper=scale.upper,
            labels={int(point): LocalizedText(words) for point, words in scale.labels.items()},
        )
        for criterion, scale in rows
    )


def questionnaire_of(session: Session, *, round_id: int) -> Questionnaire:
    """The questionnaire of a round: three statements to the database, whatever its size."""
    study_id = session.exec(
        select(TaskForce.study_id).join(Round, col(Round.task_force_id) == TaskForce.id).where(Round.id == round_id)
    ).one()
    rows = session.exec(
        select(RoundStatement, Statement, StatementVersion, Category)
        .join(Statement, col(Statement.id) == RoundStatement.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundStatement.version_id)
        .outerjoin(Category, col(Category.id) == Statement.category_id)
        .where(RoundStatement.round_id == round_id)
        .order_by(col(RoundStatement.position), col(Statement.id))
    ).all()
    statements = tuple(
        AskedStatement(
            id=statement.id,
            version_id=version.id,
            version_number=version.number,
            code=statement.code,
            kind=statement.kind,
            text=version.text,
            parent_id=statement.parent_id,
            category=category.name if category is not None else None,
            position=asked.position,
        )
        for asked, statement, version, category in rows
    )
    return Questionnaire(
        round_id=round_id, statements=statements, criteria=criteria_of_study(session, study_id=study_id)
    )
