"""Writing ratings and comments as rows, many at once; what they replace goes into the history."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import delete, tuple_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.models import Comment, Rating, RatingChange
from surveys.queries.my_answers import Cell, OwnComment, OwnRating
from surveys.rules.answers import CommentAnswer, RatingAnswer
from surveys.rules.texts import COMMENT_LIMIT, clean_text
from surveys.services.bulk import Columns, insert_alike, upsert, upsert_alike
from surveys.services.field_writes import keep_replaced_texts
from surveys.services.seats import Seat
from surveys.vocabulary import Stance

# A page has hundreds of answers: their parts are taken by what is written in C.
STATEMENT, CRITERION = attrgetter("statement_id"), attrgetter("criterion_id")
CELL = attrgetter("statement_id", "criterion_id")
STATE, VALUE = attrgetter("state"), attrgetter("value")


def store_ratings(
    session: Session, *, seat: Seat, answers: Sequence[RatingAnswer], before: Mapping[Cell, OwnRating], now: datetime
) -> None:
    """Store ratings, the last one given of each cell; what was answered there `before` stays in the history."""
    latest = dict(zip(map(CELL, answers), answers, strict=True))
    given: list[RatingAnswer] = []
    emptied: list[RatingAnswer] = []
    changed: list[RatingAnswer] = []
    replaced: list[OwnRating] = []
    for cell, answer in latest.items():
        old = before.get(cell)
        if old is not None:
            if old.state is answer.state and old.value == answer.value:
                continue
            changed.append(answer)
            replaced.append(old)
        elif answer.state is None:
            continue
        (emptied if answer.state is None else given).append(answer)
    if changed:
        old_values = {"old_state": _each(STATE, replaced), "old_value": _each(VALUE, replaced)}
        insert_alike(session, RatingChange, {**_cells(seat, changed), **old_values, "changed_at": [now] * len(changed)})
    if given:
        key = ("round_id", "statement_id", "criterion_id", "panellist_id")
        new_values = {"state": _each(STATE, given), "value": _each(VALUE, given)}
        upsert_alike(session, Rating, {**_cells(seat, given), **new_values}, key=key, replace=("state", "value"))
    if emptied:
        session.connection().execute(
            delete(Rating).where(
                col(Rating.round_id) == seat.round_id,
                col(Rating.panellist_id) == seat.panellist_id,
                tuple_(col(Rating.statement_id), col(Rating.criterion_id)).in_([*map(CELL, emptied)]),
            )
        )


def _each(part: Callable[[Any], Any], rows: Sequence[OwnRating | RatingAnswer]) -> list[Any]:
    return list(map(part, rows))


def _cells(seat: Seat, answers: Sequence[RatingAnswer]) -> Columns:
    """One row a cell, all of one panellist: the columns that say which."""
    n_rows = len(answers)
    return {
        "round_id": [seat.round_id] * n_rows,
        "statement_id": _each(STATEMENT, answers),
        "criterion_id": _each(CRITERION, answers),
        "panellist_id": [seat.panellist_id] * n_rows,
    }


def store_comments(
    session: Session, *, seat: Seat, comments: Sequence[CommentAnswer], language: str, client: str, now: datetime
) -> dict[int, OwnComment]:
    """Store comments; what is only sent again keeps the language it was written in.

    A text that another page wrote goes into the history when it is replaced, see `keep_replaced_texts`. Returns the
    comments that stood there before, by statement.

    Raises
    ------
    RuleViolation
        `text_too_long`; then nothing is stored.
    """
    if not comments:
        return {}
    connection = session.connection()
    own = (col(Comment.round_id) == seat.round_id, col(Comment.panellist_id) == seat.panellist_id)
    found = connection.execute(
        sa_select(col(Comment.statement_id), col(Comment.text), col(Comment.stance), col(Comment.language)).where(*own)
    )
    before = {statement_id: (text, stance, used) for statement_id, text, stance, used in found}
    rows, emptied, replaced = [], [], {}
    for comment in comments:
        old_text, old_stance, old_language = before.get(comment.statement_id, ("", Stance.NEUTRAL, language))
        text = old_text if comment.text is None else clean_text(comment.text, limit=COMMENT_LIMIT)
        stance = old_stance if comment.stance is None else comment.stance
        if (text, stance) == (old_text, old_stance):
            continue
        if old_text and text != old_text:
            replaced[comment_field(comment.statement_id)] = old_text
        if not text:
            emptied.append(comment.statement_id)
            continue
        rows.append(
            {
                "round_id": seat.round_id,
                "statement_id": comment.statement_id,
                "panellist_id": seat.panellist_id,
                "stance": stance,
                "text": text,
                "language": language if text != old_text else old_language,
                "review": "waiting",
                "shared_text": {},
            }
        )
    keep_replaced_texts(session, seat=seat, texts=replaced, client=client, now=now)
    key = ("round_id", "statement_id", "panellist_id")
    upsert(session, Comment, rows, key=key, replace=("stance", "text", "language"))
    if emptied:
        connection.execute(delete(Comment).where(*own, col(Comment.statement_id).in_(emptied)))
    return {statement_id: OwnComment(text, stance) for statement_id, (text, stance, _) in before.items()}


def comment_field(statement_id: int) -> str:
    """The name of a comment's field on the page."""
    return f"c-{statement_id}"
