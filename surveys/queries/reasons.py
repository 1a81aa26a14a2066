"""Of whom a reason is asked: whose answer lies outside the middle half of the round before, and who gave none yet."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from surveys.models import Comment, Criterion, Rating, Round, RoundResult, RoundStatement, Snapshot
from surveys.queries.drafts import own_drafts
from surveys.vocabulary import RoundKind, RoundStatus

PREFIX = "w-"
"""Field, and draft, of an expert who prefers not to say why."""


def silence_field(statement_id: int) -> str:
    return f"{PREFIX}{statement_id}"


def statements_without_reason(session: Session, *, round_id: int, panellist_id: int) -> frozenset[int]:
    """Ids of the statements about which a reason is to be asked, in six statements; none where the round asks none.

    The middle half is shown to nobody, and nothing is asked where so few answered before that not even the counts
    are shown. Another wording than the rated one is not compared.
    """
    round_ = session.get_one(Round, round_id)
    if not round_.asks_reason or not round_.shows_feedback:
        return frozenset()
    snapshot_id = session.exec(
        select(Snapshot.id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(
            Round.task_force_id == round_.task_force_id,
            Round.number < round_.number,
            Round.kind == RoundKind.RATING,
            Round.status == RoundStatus.CLOSED,
        )
        .order_by(col(Round.number).desc(), col(Snapshot.number).desc())
        .limit(1)
    ).first()
    if snapshot_id is None:
        return frozenset()
    rows = session.exec(
        select(Rating.statement_id, Rating.value, RoundResult.q1, RoundResult.q3)
        .join(
            RoundResult,
            (col(RoundResult.statement_id) == Rating.statement_id)
            & (col(RoundResult.criterion_id) == Rating.criterion_id),
        )
        .join(
            RoundStatement,
            (col(RoundStatement.round_id) == Rating.round_id)
            & (col(RoundStatement.statement_id) == Rating.statement_id)
            & (col(RoundStatement.version_id) == RoundResult.version_id),
        )
        .join(Criterion, col(Criterion.id) == Rating.criterion_id)
        .where(
            Rating.round_id == round_id,
            Rating.panellist_id == panellist_id,
            RoundResult.snapshot_id == snapshot_id,
            RoundResult.n >= round_.min_group_size,
            Criterion.is_primary,
        )
    ).all()
    apart = {
        statement_id
        for statement_id, value, q1, q3 in rows
        if value is not None and q1 is not None and q3 is not None and not q1 <= value <= q3
    }
    return frozenset(apart - _said(session, round_id=round_id, panellist_id=panellist_id))


def silences_among(fields: Iterable[str]) -> frozenset[int]:
    """Ids of the statements about which a panellist who has drafts of `fields` prefers not to say why."""
    return frozenset(int(field.removeprefix(PREFIX)) for field in fields if field.startswith(PREFIX))


def _said(session: Session, *, round_id: int, panellist_id: int) -> frozenset[int]:
    commented = session.exec(
        select(Comment.statement_id).where(Comment.round_id == round_id, Comment.panellist_id == panellist_id)
    ).all()
    drafts = own_drafts(session, round_id=round_id, panellist_id=panellist_id)
    return frozenset(commented) | silences_among(drafts)
