"""What panellists send: submissions, ratings with their history, comments."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import CommentReview, RatingState, Stance


class Submission(Table, table=True):
    """That a panellist took part in a round. Saved answers count at closing, submitted or not."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("round_id", "panellist_id"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    saved_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    receipt: str = Field(default="", max_length=32)
    nonce: str = Field(default="", max_length=32)
    digest: str = Field(default="", max_length=64)
    """SHA-256 over the submitted answers and the nonce; without the nonce few ratings could be guessed."""
    entered_on_behalf_by: int | None = Field(default=None, foreign_key="person.id")
    """Who keyed these answers in from paper; empty once the panellist saves something online."""


class Rating(Table, table=True):
    """One answer to one criterion of one statement; the key makes a second copy impossible."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("(state = 'rated') = (value IS NOT NULL)", name="value_iff_rated"),
        Index("ix_rating_panellist", "panellist_id", "round_id"),
    )

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", primary_key=True)
    criterion_id: int = Field(foreign_key="criterion.id", primary_key=True)
    panellist_id: int = Field(foreign_key="panellist.id", primary_key=True)
    state: RatingState = Field(sa_type=enum_type(RatingState))
    value: int | None = None


class RatingChange(Table, table=True):
    """What an answer was before it was changed while the round was open."""

    __tablename__ = "rating_change"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    statement_id: int = Field(foreign_key="statement.id")
    criterion_id: int = Field(foreign_key="criterion.id")
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    old_state: RatingState = Field(sa_type=enum_type(RatingState))
    old_value: int | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Comment(Table, table=True):
    """Why somebody answered so. Others see it only after review, without author, time or language."""

    __tablename__ = "comment"
    __table_args__ = (UniqueConstraint("round_id", "statement_id", "panellist_id"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    statement_id: int = Field(foreign_key="statement.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    stance: Stance = Field(sa_type=enum_type(Stance), default=Stance.NEUTRAL)
    text: str = Field(max_length=4000)
    language: str = Field(max_length=8)
    review: CommentReview = Field(sa_type=enum_type(CommentReview), default=CommentReview.WAITING)
    shared_text: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    """What others read, in each language; the facilitator may paraphrase. Empty: the text as written."""
    is_objection: bool = Field(default=False, sa_column_kwargs={"server_default": sql_text("false")})
    """A principled objection: carried with its statement into the outcomes and the plan, in the words others read."""
