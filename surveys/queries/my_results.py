"""The published end of a task force as its experts read it: ranks, frozen figures, their own last answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlmodel import Session, col
from sqlmodel import select as models_select

from surveys.localized import LocalizedText
from surveys.models import Comment, Criterion, FrozenRating, Outcome, Round, RoundResult, Scale, Snapshot, Statement
from surveys.models.statement import StatementVersion
from surveys.queries.my_answers import OwnRating
from surveys.rules.feedback import WrittenComment
from surveys.vocabulary import CommentReview, OutcomeStatus, RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class PublishedStatement:
    """One statement's end, from the frozen result that decided it."""

    statement_id: int
    round_id: int
    consensus_class: str
    code: str
    kind: StatementKind
    text: LocalizedText
    status: OutcomeStatus
    rank: int | None
    published_at: datetime
    round_number: int
    min_group_size: int
    criterion: LocalizedText
    lower: int
    frequency: tuple[int, ...]
    median: float | None
    own: OwnRating | None


def published_results(session: Session, *, task_force_id: int, panellist_id: int) -> list[PublishedStatement]:
    """Every published outcome of a task force by rank, unranked ones last; empty before publication."""
    rows = session.connection().execute(
        select(
            col(Statement.id),
            col(Round.id),
            col(RoundResult.consensus_class),
            col(Statement.code),
            col(Statement.kind),
            col(StatementVersion.text),
            col(Outcome.status),
            col(Outcome.rank),
            col(Outcome.published_at),
            col(Round.number),
            col(Round.min_group_size),
            col(Criterion.name),
            col(Scale.lower),
            col(RoundResult.frequency),
            col(RoundResult.median),
            col(FrozenRating.state),
            col(FrozenRating.value),
        )
        .select_from(Outcome)
        .join(RoundResult, col(RoundResult.id) == Outcome.result_id)
        .join(Statement, col(Statement.id) == Outcome.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .join(Scale, col(Scale.id) == Criterion.scale_id)
        .outerjoin(
            FrozenRating,
            (col(FrozenRating.snapshot_id) == RoundResult.snapshot_id)
            & (col(FrozenRating.statement_id) == RoundResult.statement_id)
            & (col(FrozenRating.criterion_id) == RoundResult.criterion_id)
            & (col(FrozenRating.panellist_id) == panellist_id),
        )
        .where(col(Outcome.task_force_id) == task_force_id)
        .order_by(col(Outcome.rank).is_(None), col(Outcome.rank), col(Statement.code))
    )
    return [
        PublishedStatement(
            statement_id=statement_id,
            round_id=round_id,
            consensus_class=consensus_class,
            code=code,
            kind=kind,
            text=text,
            status=status,
            rank=rank,
            published_at=published_at,
            round_number=number,
            min_group_size=min_group_size,
            criterion=criterion,
            lower=lower,
            frequency=tuple(frequency),
            median=median,
            own=None if state is None else OwnRating(state, value),
        )
        for (
            statement_id,
            round_id,
            consensus_class,
            code,
            kind,
            text,
            status,
            rank,
            published_at,
            number,
            min_group_size,
            criterion,
            lower,
            frequency,
            median,
            state,
            value,
        ) in rows
    ]


@dataclass(frozen=True, slots=True)
class SharedReasons:
    """Comments that the facilitator shared; what a reader may see of them is decided later."""

    comments: dict[tuple[int, int], list[WrittenComment]]
    """(round id, statement id) to its shared comments, of the rounds asked for."""
    objections: dict[int, list[tuple[int, WrittenComment]]]
    """Statement id to the principled objections on it, each with the id of its round."""
    writers: dict[int, dict[str, int]]
    """Round id to how many people wrote comments in each language."""


def shared_reasons(session: Session, *, task_force_id: int, round_ids: Sequence[int]) -> SharedReasons:
    """The shared comments of these rounds, and the objections of all closed ones, in one statement."""
    objected = (
        select(col(Comment.round_id))
        .join(Round, col(Round.id) == Comment.round_id)
        .where(
            col(Round.task_force_id) == task_force_id,
            col(Round.status) == RoundStatus.CLOSED,
            col(Comment.is_objection).is_(True),
        )
    )
    query = models_select(Comment).where(or_(col(Comment.round_id).in_(round_ids), col(Comment.round_id).in_(objected)))
    comments: dict[tuple[int, int], list[WrittenComment]] = {}
    objections: dict[int, list[tuple[int, WrittenComment]]] = {}
    authors: dict[int, dict[str, set[int]]] = {}
    for comment in session.exec(query).all():
        authors.setdefault(comment.round_id, {}).setdefault(comment.language, set()).add(comment.panellist_id)
        if comment.review is not CommentReview.SHARED:
            continue
        written = WrittenComment(comment.stance, comment.text, comment.language, comment.shared_text)
        if comment.is_objection:
            objections.setdefault(comment.statement_id, []).append((comment.round_id, written))
        elif comment.round_id in round_ids:
            comments.setdefault((comment.round_id, comment.statement_id), []).append(written)
    return SharedReasons(
        comments=comments,
        objections=objections,
        writers={
            round_id: {language: len(people) for language, people in by_language.items()}
            for round_id, by_language in authors.items()
        },
    )
