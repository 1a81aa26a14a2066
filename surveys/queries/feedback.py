"""What the closed round before left for its panellists: frozen results, their own frozen answers, comments."""

from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from surveys.models import Comment, Round, RoundResult, Snapshot, StatementVersion
from surveys.queries.college_feedback import counts_by_college
from surveys.queries.my_answers import Cell, OwnRating, own_frozen_ratings
from surveys.queries.statements import MEANING
from surveys.rules.feedback import CollegeCounts, WrittenComment
from surveys.vocabulary import CommentReview, FeedbackKind, RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class FrozenResult:
    """The frozen figures of one question about one wording."""

    meaning: int
    frequency: tuple[int, ...]
    median: float | None
    by_college: tuple[CollegeCounts, ...] = ()
    """Only where the protocol shows experts each college's answers."""


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """The last closed rating round as one panellist may look back on it; disclosure rules are not applied yet."""

    number: int
    results: dict[Cell, FrozenResult]
    own: dict[Cell, OwnRating]
    comments: dict[int, list[WrittenComment]]
    """Statement id to the comments of others that were shared."""
    own_comments: dict[int, str]
    writers: dict[str, int]
    """How many people wrote comments in each language."""


# Every second look asks this: the statement is built once.
ASKED_NOW = aliased(Round)
FEEDBACK_NOW = (
    sa_select(col(ASKED_NOW.feedback))
    .where(
        col(ASKED_NOW.task_force_id) == bindparam("task_force_id"), col(ASKED_NOW.number) == bindparam("before_number")
    )
    .scalar_subquery()
)
EARLIER = (
    sa_select(col(Round.id), col(Round.number), col(Snapshot.id), FEEDBACK_NOW)
    .join(Snapshot, col(Snapshot.round_id) == Round.id)
    .where(
        col(Round.task_force_id) == bindparam("task_force_id"),
        col(Round.number) < bindparam("before_number"),
        col(Round.kind) == RoundKind.RATING,
        col(Round.status) == RoundStatus.CLOSED,
    )
    .order_by(col(Round.number).desc(), col(Snapshot.number).desc())
    .limit(1)
)


def earlier_round(
    session: Session, *, task_force_id: int, before_number: int, panellist_id: int
) -> EarlierRound | None:
    """The newest closed rating round before `before_number`, in four statements; None where there is none.

    What the round `before_number` does not show by its protocol, such as comments, is not in it.
    """
    row = (
        session.connection().execute(EARLIER, {"task_force_id": task_force_id, "before_number": before_number}).first()
    )
    if row is None:
        return None
    round_id, number, snapshot_id, feedback = row
    colleges = (
        counts_by_college(session, snapshot_id=snapshot_id, task_force_id=task_force_id)
        if feedback is FeedbackKind.BY_COLLEGE
        else {}
    )
    results = session.connection().execute(
        sa_select(
            col(RoundResult.statement_id),
            col(RoundResult.criterion_id),
            MEANING,
            col(RoundResult.frequency),
            col(RoundResult.median),
        )
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .where(col(RoundResult.snapshot_id) == snapshot_id)
    )
    written = session.exec(select(Comment).where(Comment.round_id == round_id)).all()
    shared: dict[int, list[WrittenComment]] = {}
    authors: dict[str, set[int]] = {}
    for comment in written:
        authors.setdefault(comment.language, set()).add(comment.panellist_id)
        is_shown = comment.review is CommentReview.SHARED and feedback is not FeedbackKind.COUNTS
        if is_shown and comment.panellist_id != panellist_id:
            shared.setdefault(comment.statement_id, []).append(
                WrittenComment(comment.stance, comment.text, comment.language, comment.shared_text)
            )
    return EarlierRound(
        number=number,
        results={
            (statement, criterion): FrozenResult(
                meaning, tuple(frequency), median, colleges.get((statement, criterion), ())
            )
            for statement, criterion, meaning, frequency, median in results
        },
        own=own_frozen_ratings(session, round_id=round_id, panellist_id=panellist_id),
        comments=shared,
        own_comments={
            comment.statement_id: comment.text for comment in written if comment.panellist_id == panellist_id
        },
        writers={language: len(people) for language, people in authors.items()},
    )
