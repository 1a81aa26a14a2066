"""Raw ideas, the statements made of them, and the trace between the two."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import IdeaStatus, PlacementAction, StatementKind


class Idea(Table, table=True):
    """One raw answer of one panellist in an ideas round. Its text is never changed after the round closes."""

    __tablename__ = "idea"
    __table_args__ = (
        UniqueConstraint("round_id", "panellist_id", "slot", name="uq_idea_slot"),
        Index("ix_idea_round_status", "round_id", "status"),
    )

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    slot: str = Field(max_length=40)
    """The field of the form it was typed in; saving the same slot again replaces the text, never doubles it."""
    kind: StatementKind = Field(sa_type=enum_type(StatementKind))
    text: str = Field(max_length=4000)
    language: str = Field(max_length=8)
    parent_id: int | None = Field(default=None, foreign_key="idea.id")
    """The idea it hangs on: the problem of a cause, the activity of an obstacle."""
    status: IdeaStatus = Field(sa_type=enum_type(IdeaStatus), default=IdeaStatus.WAITING)
    parked_reason: str = Field(default="", max_length=2000)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class Statement(Table, table=True):
    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("task_force_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    code: str = Field(max_length=24)
    """Such as A5-04: stable for life, numbered in the order the statements were made."""
    kind: StatementKind = Field(sa_type=enum_type(StatementKind))
    parent_id: int | None = Field(default=None, foreign_key="statement.id", index=True)
    category_id: int | None = Field(default=None, foreign_key="category.id", index=True)
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class StatementVersion(Table, table=True):
    """One wording. What was rated is what is counted: a change after the first rating is a new version."""

    __tablename__ = "statement_version"
    __table_args__ = (UniqueConstraint("statement_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", index=True)
    number: int
    text: LocalizedText = Field(sa_type=LocalizedColumn)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str = Field(default="", max_length=2000)
    meaning_number: int | None = None
    """The version whose meaning this one keeps: a change of its translation alone. Empty: a meaning of its own."""
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def meaning(self) -> int:
        """Versions of one statement with the same number here ask the same, so that their ratings compare."""
        return self.number if self.meaning_number is None else self.meaning_number


class IdeaPlacement(Table, table=True):
    """The trace: this idea went into that statement, by whom, when, how. Undone placements stay, marked."""

    __tablename__ = "idea_placement"
    __table_args__ = (Index("ix_idea_placement_statement", "statement_id", "undone_at"),)

    id: int = Field(default=None, primary_key=True)
    idea_id: int = Field(foreign_key="idea.id", index=True)
    statement_id: int = Field(foreign_key="statement.id")
    action: PlacementAction = Field(sa_type=enum_type(PlacementAction))
    created_statement: bool = False
    """True where this placement made the statement; undoing it retires the statement again."""
    note: str = Field(default="", max_length=2000)
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    placed_at: datetime = Field(sa_type=UtcDateTime)
    undone_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class IdeaFlag(Table, table=True):
    """An expert says that their idea is missing or distorted; the facilitator answers with a text they read."""

    __tablename__ = "idea_flag"

    id: int = Field(default=None, primary_key=True)
    idea_id: int = Field(foreign_key="idea.id", index=True)
    text: str = Field(max_length=4000)
    created_at: datetime = Field(sa_type=UtcDateTime)
    resolved_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    resolution: str = Field(default="", max_length=4000)
