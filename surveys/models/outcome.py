"""What a study decided: final ranks, categories, and who carries an activity."""

from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import FacilityType, OutcomeStatus


class Category(Table, table=True):
    """Made and renamed freely by the secretariat; a merged category stays and says into which."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=64)
    name: LocalizedText = Field(sa_type=LocalizedColumn)
    position: int = 0
    merged_into_id: int | None = Field(default=None, foreign_key="category.id")


class Facility(Table, table=True):
    __tablename__ = "facility"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=16)
    type: FacilityType = Field(sa_type=enum_type(FacilityType))
    name: LocalizedText = Field(sa_type=LocalizedColumn)
    position: int = 0
    objectives: list[str] = Field(sa_type=JSON, default_factory=list, sa_column_kwargs={"server_default": "[]"})
    """Codes of its main objectives, from the framework."""
    also_concerns: list[str] = Field(sa_type=JSON, default_factory=list, sa_column_kwargs={"server_default": "[]"})
    """Codes of objectives it touches without leading them."""


class FacilityDecision(Table, table=True):
    """An activity goes to a facility: dated, with source, reason and author. Later decisions keep earlier ones.

    Where an activity is split between facilities, each part is a row of its own, decided at one moment.
    """

    __tablename__ = "facility_decision"

    id: int = Field(default=None, primary_key=True)
    statement_id: int = Field(foreign_key="statement.id", index=True)
    facility_id: int = Field(foreign_key="facility.id", index=True)
    source: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=2000)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    part: str = Field(default="", max_length=400, sa_column_kwargs={"server_default": ""})
    """What this facility carries of a split activity; empty where it carries the whole."""
    leader: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    """The owner: who answers for it."""
    partners: str = Field(default="", max_length=400, sa_column_kwargs={"server_default": ""})


class Outcome(Table, table=True):
    """Where a statement ended: the frozen result that decided it, and its final rank among its kind."""

    __tablename__ = "outcome"

    id: int = Field(default=None, primary_key=True)
    task_force_id: int = Field(foreign_key="task_force.id", index=True)
    statement_id: int = Field(foreign_key="statement.id", unique=True)
    result_id: int = Field(foreign_key="round_result.id")
    status: OutcomeStatus = Field(sa_type=enum_type(OutcomeStatus))
    rank: int | None = None
    """Within its task force and kind, ties sharing a rank; empty where too few answered."""
    overall_rank: int | None = None
    """Within its kind over all task forces of the study, set when the last task force publishes."""
    published_at: datetime = Field(sa_type=UtcDateTime)
    stale_since: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """The round that decided it was reopened since; publishing again replaces it."""
