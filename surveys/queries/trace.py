"""The biography of a statement: the ideas it came from, its wordings, its ratings round by round, its comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Category,
    Comment,
    Idea,
    IdeaPlacement,
    Outcome,
    Round,
    RoundResult,
    Snapshot,
    Statement,
    StatementVersion,
)
from surveys.queries.board import Figures
from surveys.queries.desk import codes_of
from surveys.queries.questionnaire import criteria_of_study
from surveys.queries.statements import current_versions
from surveys.vocabulary import CommentReview, PlacementAction, RoundStatus, Stance, StatementKind


@dataclass(frozen=True, slots=True)
class Wording:
    version_id: int
    number: int
    text: LocalizedText
    reason: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SourceIdea:
    """An idea that is, or once was, in the statement; `code` is its author's in that round only."""

    idea_id: int
    placement_id: int
    code: str
    text: str
    language: str
    action: PlacementAction
    placed_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class RatedRound:
    """What a closed round said of the statement, as frozen."""

    round_id: int
    round_number: int
    version_number: int
    figures: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class StatementComment:
    """A comment without author or time, in the order of its stance."""

    id: int
    round_id: int
    round_number: int
    stance: Stance
    text: str
    language: str
    review: CommentReview
    shared_text: LocalizedText
    is_objection: bool


@dataclass(frozen=True, slots=True)
class Related:
    """A statement as a link: the one this hangs on, or one that hangs on it."""

    id: int
    code: str
    kind: StatementKind
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class Biography:
    statement_id: int
    task_force_id: int
    code: str
    kind: StatementKind
    category: LocalizedText | None
    category_id: int | None
    is_retired: bool
    wordings: tuple[Wording, ...]
    """Oldest first; the last is the one in use."""
    sources: tuple[SourceIdea, ...]
    rounds: tuple[RatedRound, ...]
    comments: tuple[StatementComment, ...]
    parent: Related | None
    children: tuple[Related, ...]
    possible_parents: tuple[Related, ...]
    outcome: Outcome | None

    @property
    def wording(self) -> Wording:
        return self.wordings[-1]


def biography_of(session: Session, *, statement_id: int, study_id: int) -> Biography:
    """Everything stored about a statement; answers only from closed rounds, and only as frozen figures."""
    statement = session.get_one(Statement, statement_id)
    category = session.get(Category, statement.category_id) if statement.category_id is not None else None
    versions = session.exec(
        select(StatementVersion)
        .where(StatementVersion.statement_id == statement_id)
        .order_by(col(StatementVersion.number))
    ).all()
    related = _related(session, task_force_id=statement.task_force_id)
    outcome = session.exec(select(Outcome).where(Outcome.statement_id == statement_id)).first()
    return Biography(
        statement_id=statement_id,
        task_force_id=statement.task_force_id,
        code=statement.code,
        kind=statement.kind,
        category=category.name if category is not None else None,
        category_id=statement.category_id,
        is_retired=statement.retired_at is not None,
        wordings=tuple(
            Wording(
                version_id=version.id,
                number=version.number,
                text=version.text,
                reason=version.reason,
                created_at=version.created_at,
            )
            for version in versions
        ),
        sources=_sources(session, statement=statement),
        rounds=_rounds(session, statement_id=statement_id, study_id=study_id, versions=versions),
        comments=comments_of_statement(session, statement_id=statement_id),
        parent=next((one for _, one in related if one.id == statement.parent_id), None),
        children=tuple(one for parent_id, one in related if parent_id == statement_id),
        possible_parents=tuple(one for _, one in related if one.kind is statement.kind.parent_kind),
        outcome=outcome,
    )


def comments_of_statement(session: Session, *, statement_id: int) -> tuple[StatementComment, ...]:
    """Comments on a statement in closed rounds."""
    found = _comments(session, Comment.statement_id == statement_id)
    return tuple(comment for _, comment in found)


def comments_of_round(session: Session, *, round_id: int) -> dict[int, list[StatementComment]]:
    """Statement id to the comments on it in a round; none while the round is open."""
    found: dict[int, list[StatementComment]] = {}
    for statement_id, comment in _comments(session, Comment.round_id == round_id):
        found.setdefault(statement_id, []).append(comment)
    return found


def _comments(session: Session, condition: ColumnElement[bool] | bool) -> list[tuple[int, StatementComment]]:
    """By round, stance and text: the order of arrival would say who wrote them."""
    stances = list(Stance)
    rows = session.exec(
        select(Comment, Round)
        .join(Round, col(Round.id) == Comment.round_id)
        .where(condition, Round.status == RoundStatus.CLOSED)
    ).all()
    ordered = sorted(rows, key=lambda row: (row[1].number, stances.index(row[0].stance), row[0].text))
    return [
        (
            comment.statement_id,
            StatementComment(
                id=comment.id,
                round_id=round_.id,
                round_number=round_.number,
                stance=comment.stance,
                text=comment.text,
                language=comment.language,
                review=comment.review,
                shared_text=comment.shared_text,
                is_objection=comment.is_objection,
            ),
        )
        for comment, round_ in ordered
    ]


def _sources(session: Session, *, statement: Statement) -> tuple[SourceIdea, ...]:
    rows = session.exec(
        select(IdeaPlacement, Idea)
        .join(Idea, col(Idea.id) == IdeaPlacement.idea_id)
        .where(IdeaPlacement.statement_id == statement.id)
        .order_by(col(IdeaPlacement.id))
    ).all()
    seeds = dict(
        session.exec(select(Round.id, Round.order_seed).where(Round.task_force_id == statement.task_force_id)).all()
    )
    everything = session.exec(select(Idea).where(col(Idea.round_id).in_({idea.round_id for _, idea in rows}))).all()
    codes = codes_of(everything, seeds=seeds)
    return tuple(
        SourceIdea(
            idea_id=idea.id,
            placement_id=placement.id,
            code=codes[idea.id],
            text=idea.text,
            language=idea.language,
            action=placement.action,
            placed_at=placement.placed_at,
            undone_at=placement.undone_at,
        )
        for placement, idea in rows
    )


def _rounds(
    session: Session, *, statement_id: int, study_id: int, versions: Sequence[StatementVersion]
) -> tuple[RatedRound, ...]:
    criteria = {criterion.id: criterion for criterion in criteria_of_study(session, study_id=study_id)}
    numbers = {version.id: version.number for version in versions}
    rows = session.exec(
        select(RoundResult, Snapshot, Round)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(RoundResult.statement_id == statement_id, Round.status == RoundStatus.CLOSED)
        .order_by(col(Round.number), col(Snapshot.number))
    ).all()
    latest = {(round_.id, result.criterion_id): (result, round_) for result, _, round_ in rows}
    of_round: dict[int, list[tuple[RoundResult, Round]]] = {}
    for (round_id, _), pair in latest.items():
        of_round.setdefault(round_id, []).append(pair)
    order = list(criteria)
    return tuple(
        RatedRound(
            round_id=round_id,
            round_number=pairs[0][1].number,
            version_number=numbers[pairs[0][0].version_id],
            figures=tuple(
                Figures(criterion=criteria[result.criterion_id], result=result)
                for result, _ in sorted(pairs, key=lambda pair: order.index(pair[0].criterion_id))
            ),
        )
        for round_id, pairs in of_round.items()
    )


def _related(session: Session, *, task_force_id: int) -> list[tuple[int | None, Related]]:
    versions = current_versions(session, task_force_id=task_force_id)
    statements = session.exec(
        select(Statement)
        .where(Statement.task_force_id == task_force_id, col(Statement.retired_at).is_(None))
        .order_by(col(Statement.code))
    ).all()
    return [
        (one.parent_id, Related(id=one.id, code=one.code, kind=one.kind, text=versions[one.id].text))
        for one in statements
    ]
