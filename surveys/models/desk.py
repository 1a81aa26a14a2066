"""What the synthesis desk remembers: steps, who works there, tags, likeness, the second coder."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import DeskStepKind, JobStatus


class DeskStep(Table, table=True):
    """One step at the desk with what stood before and after it, so that it can be undone; undone steps stay, marked."""

    __tablename__ = "desk_step"
    __table_args__ = (Index("ix_desk_step_standing", "task_force_id", "undone_at"),)

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    kind: DeskStepKind = Field(sa_type=enum_type(DeskStepKind))
    subject_id: int
    """The placement, idea, statement or tag it changed, as `kind` says."""
    before: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    after: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class DeskPresence(Table, table=True):
    """When somebody was last at the desk of a task force, so that others see they are not alone."""

    __tablename__ = "desk_presence"

    task_force_id: int = Field(foreign_key="task_force.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)
    seen_at: datetime = Field(sa_type=UtcDateTime)


class IdeaTag(Table, table=True):
    """A word a facilitator put to an idea; taken off it stays, marked."""

    __tablename__ = "idea_tag"

    id: int = Field(default=None, primary_key=True)
    idea_id: int = Field(foreign_key="idea.id", index=True)
    tag: str = Field(max_length=40)
    set_at: datetime = Field(sa_type=UtcDateTime)
    removed_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class TextEmbedding(Table, table=True):
    """What the optional sentence encoder makes of a text: numbers that are near for texts of like meaning."""

    __tablename__ = "text_embedding"

    digest: str = Field(primary_key=True, max_length=64)
    """SHA-256 of the text."""
    encoder: str = Field(primary_key=True, max_length=80)
    vector: bytes = Field(sa_type=LargeBinary)
    """Half-precision numbers, length one together."""


class IdeaPair(Table, table=True):
    """Two ideas of one kind that look alike. Worked out anew by every run, decided by nobody but a person."""

    __tablename__ = "idea_pair"
    __table_args__ = (CheckConstraint("first_id < second_id", name="smaller_id_first"),)

    first_id: int = Field(foreign_key="idea.id", primary_key=True)
    second_id: int = Field(foreign_key="idea.id", primary_key=True)
    score: float


class SimilarityRun(Table, table=True):
    """One look for similar ideas in a task force, done by the worker in the background."""

    __tablename__ = "similarity_run"

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    status: JobStatus = Field(sa_type=enum_type(JobStatus), default=JobStatus.QUEUED)
    encoder: str = Field(default="", max_length=80)
    """The sentence encoder it used; empty where only words within one language were compared."""
    n_done: int = 0
    n_steps: int = 0
    n_pairs: int = 0
    problem: str = Field(default="", max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(sa_type=UtcDateTime, default=None)
    finished_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class SecondCoding(Table, table=True):
    """A second person places the ideas without seeing where the first did."""

    __tablename__ = "second_coding"
    __table_args__ = (UniqueConstraint("task_force_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """From then on nothing of it changes, and both codings may be compared."""


class SecondCode(Table, table=True):
    """Where the second coder puts one idea: a statement, set aside, or (neither) in none of the statements."""

    __tablename__ = "second_code"

    coding_id: int = Field(foreign_key="second_coding.id", primary_key=True)
    idea_id: int = Field(foreign_key="idea.id", primary_key=True)
    statement_id: int | None = Field(default=None, foreign_key="statement.id")
    is_aside: bool = False
    coded_at: datetime = Field(sa_type=UtcDateTime)
