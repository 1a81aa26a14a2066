"""Questions beside the ratings: what is asked, what panellists answer, and both as they were at the closing."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import AnswerState, CommentReview, QuestionKind


class Question(Table, table=True):
    """One question of one round. It can be changed until the round opens, never afterwards."""

    __tablename__ = "question"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    position: int
    kind: QuestionKind = Field(sa_type=enum_type(QuestionKind))
    text: LocalizedText = Field(sa_type=LocalizedColumn)
    hint: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    options: list[dict[str, str]] = Field(sa_type=JSON, default_factory=list)
    """What is ranked, chosen, weighed or sorted: `code` and a text by language each."""
    settings: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    """Limits by kind: `choose_at_most`, `total`, `lower`, `upper`, `unit`, `groups`."""
    repeats_id: int | None = Field(default=None, foreign_key="question.id")
    """The question of an earlier round that is asked again; its result is shown beside."""


class QuestionAnswer(Table, table=True):
    """One panellist's answer to one question; the key makes a second copy impossible."""

    __tablename__ = "question_answer"
    __table_args__ = (
        CheckConstraint("(state = 'answered') = (answer IS NOT NULL)", name="answer_iff_answered"),
        Index("ix_question_answer_round", "round_id", "panellist_id"),
    )

    question_id: int = Field(foreign_key="question.id", primary_key=True)
    panellist_id: int = Field(foreign_key="panellist.id", primary_key=True)
    round_id: int = Field(foreign_key="round.id")
    state: AnswerState = Field(sa_type=enum_type(AnswerState))
    answer: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True), default=None)
    """In the form of its kind, such as `{"order": ["o2", "o1"]}`."""
    language: str = Field(max_length=8)
    """The language a text is written in."""


class QuestionAnswerChange(Table, table=True):
    """What an answer was before it was changed while the round was open."""

    __tablename__ = "question_answer_change"

    id: int = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="question.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    old_state: AnswerState = Field(sa_type=enum_type(AnswerState))
    old_answer: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True), default=None)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class FrozenQuestionAnswer(Table, table=True):
    """A copy of one answer as it stood at the closing; every screen and export reads this one."""

    __tablename__ = "frozen_question_answer"

    snapshot_id: int = Field(foreign_key="snapshot.id", primary_key=True)
    question_id: int = Field(foreign_key="question.id", primary_key=True)
    panellist_id: int = Field(foreign_key="panellist.id", primary_key=True)
    state: AnswerState = Field(sa_type=enum_type(AnswerState))
    answer: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True), default=None)
    language: str = Field(max_length=8)


class QuestionResult(Table, table=True):
    """The figures of one question in one snapshot."""

    __tablename__ = "question_result"

    snapshot_id: int = Field(foreign_key="snapshot.id", primary_key=True)
    question_id: int = Field(foreign_key="question.id", primary_key=True)
    n: int
    """Answers; those who could not answer are counted beside."""
    n_outside_expertise: int = 0
    n_need_information: int = 0
    summary: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    """In the form of its kind; see `surveys.rules.questions`."""


class AnswerReview(Table, table=True):
    """What others may read of a text somebody wrote to a question. It names the words, never their author.

    Made when a round closes, once for the same words; without a row nobody has read them over.
    """

    __tablename__ = "answer_review"
    __table_args__ = (UniqueConstraint("question_id", "words"),)

    id: int = Field(default=None, primary_key=True)
    question_id: int = Field(foreign_key="question.id", index=True)
    words: str = Field(max_length=64)
    """SHA-256 of the frozen answer: words that are changed after a reopening are read over anew."""
    review: CommentReview = Field(sa_type=enum_type(CommentReview), default=CommentReview.WAITING)
    shared_text: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    """What others read, in each language; the facilitator may paraphrase. Empty: the text as written."""
    reason: str = Field(default="", max_length=2000)
    """Why it is withheld."""
    nonce: str = Field(default="", max_length=32)
    """Drawn at the first decision. It goes into the checksum that leaves the house instead of the text: without it a
    short text, such as a name, could be guessed."""
