"""What one panellist has stored in a round: live while it is open, the frozen copy once it is closed."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, bindparam, cast, literal_column, null, type_coerce, union_all
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.models import Comment, Draft, FrozenRating, Idea, Rating, Snapshot
from surveys.queries.prepared import Prepared
from surveys.vocabulary import RatingState, Stance, StatementKind

Cell = tuple[int, int]
"""(statement id, criterion id)"""


class OwnRating(NamedTuple):
    state: RatingState
    value: int | None = None


@dataclass(frozen=True, slots=True)
class OwnComment:
    text: str
    stance: Stance


@dataclass(frozen=True, slots=True)
class OwnIdea:
    slot: str
    kind: StatementKind
    text: str
    parent_slot: str | None


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """Everything of one panellist that a page of ratings shows."""

    ratings: dict[Cell, OwnRating]
    comments: dict[int, OwnComment]
    drafts: dict[str, str]
    """Field name to the text that is kept of it and is no answer yet."""


# Statements that every page of an open round sends are built once: building one costs more than running it.
OWN_RATINGS = sa_select(
    col(Rating.statement_id), col(Rating.criterion_id), type_coerce(col(Rating.state), String), col(Rating.value)
).where(col(Rating.round_id) == bindparam("round_id"), col(Rating.panellist_id) == bindparam("panellist_id"))
OWN_COMMENTS = sa_select(col(Comment.statement_id), col(Comment.text), col(Comment.stance)).where(
    col(Comment.round_id) == bindparam("round_id"), col(Comment.panellist_id) == bindparam("panellist_id")
)
RATED, COMMENTED, DRAFTED = range(3)
"""What a row of `OWN_ANSWERS` is, its first column."""
NO_NUMBER, NO_TEXT = cast(null(), Integer), cast(null(), String)


def _own_rows(table: Any, *columns: Any) -> Any:
    return sa_select(*columns).where(
        table.round_id == bindparam("round_id"), table.panellist_id == bindparam("panellist_id")
    )


OWN_ANSWERS = Prepared(
    union_all(
        _own_rows(
            Rating,
            literal_column(str(RATED), Integer),
            col(Rating.statement_id),
            col(Rating.criterion_id),
            type_coerce(col(Rating.state), String),
            col(Rating.value),
            NO_TEXT,
        ),
        _own_rows(
            Comment,
            literal_column(str(COMMENTED), Integer),
            col(Comment.statement_id),
            NO_NUMBER,
            type_coerce(col(Comment.stance), String),
            NO_NUMBER,
            col(Comment.text),
        ),
        _own_rows(
            Draft,
            literal_column(str(DRAFTED), Integer),
            NO_NUMBER,
            NO_NUMBER,
            col(Draft.field),
            NO_NUMBER,
            col(Draft.value),
        ),
    )
)


def own_answers(session: Session, *, round_id: int, panellist_id: int) -> OwnAnswers:
    """Ratings, comments and drafts as they stand now, in one statement."""
    own = OwnAnswers({}, {}, {})
    rows = OWN_ANSWERS.rows(session, round_id=round_id, panellist_id=panellist_id)
    for what, statement_id, criterion_id, word, value, text in rows:
        if what == RATED:
            own.ratings[statement_id, criterion_id] = _own(word, value)
        elif what == COMMENTED:
            own.comments[statement_id] = OwnComment(text, Stance(word))
        else:
            own.drafts[word] = text
    return own


def own_ratings(session: Session, *, round_id: int, panellist_id: int) -> dict[Cell, OwnRating]:
    """The answers as they stand now."""
    rows = session.connection().execute(OWN_RATINGS, {"round_id": round_id, "panellist_id": panellist_id})
    return {(statement, criterion): _own(state, value) for statement, criterion, state, value in rows}


@lru_cache(maxsize=1_000)
def _own(state: str, value: int | None) -> OwnRating:
    """A page holds a hundred answers, and few different ones."""
    return OwnRating(RatingState(state), value)


def own_frozen_ratings(session: Session, *, round_id: int, panellist_id: int) -> dict[Cell, OwnRating]:
    """The answers as the latest closing of the round froze them."""
    newest = (
        select(Snapshot.id)
        .where(Snapshot.round_id == round_id)
        .order_by(col(Snapshot.number).desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.connection().execute(
        sa_select(
            col(FrozenRating.statement_id),
            col(FrozenRating.criterion_id),
            type_coerce(col(FrozenRating.state), String),
            col(FrozenRating.value),
        ).where(col(FrozenRating.snapshot_id) == newest, col(FrozenRating.panellist_id) == panellist_id)
    )
    return {(statement, criterion): _own(state, value) for statement, criterion, state, value in rows}


def own_comments(session: Session, *, round_id: int, panellist_id: int) -> dict[int, OwnComment]:
    """Statement id to the comment written on it in this round."""
    rows = session.connection().execute(OWN_COMMENTS, {"round_id": round_id, "panellist_id": panellist_id})
    return {statement: OwnComment(text, stance) for statement, text, stance in rows}


def own_ideas(session: Session, *, round_id: int, panellist_id: int) -> dict[str, OwnIdea]:
    """Slot to the idea typed there."""
    ideas = session.exec(
        select(Idea).where(Idea.round_id == round_id, Idea.panellist_id == panellist_id).order_by(col(Idea.id))
    ).all()
    slots = {idea.id: idea.slot for idea in ideas}
    return {
        idea.slot: OwnIdea(
            slot=idea.slot,
            kind=idea.kind,
            text=idea.text,
            parent_slot=slots.get(idea.parent_id) if idea.parent_id is not None else None,
        )
        for idea in ideas
    }
