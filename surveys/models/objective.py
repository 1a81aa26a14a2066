"""The strategic framework: goals, objectives, their versioned texts, and what documents say of their facility."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime


class Goal(Table, table=True):
    __tablename__ = "goal"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=16)
    name: LocalizedText = Field(sa_type=LocalizedColumn)
    gist: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    position: int = 0


class Objective(Table, table=True):
    __tablename__ = "objective"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    goal_id: int = Field(foreign_key="goal.id", index=True)
    code: str = Field(max_length=16)
    position: int = 0
    default_facility: str = Field(default="", max_length=16)
    """CF, GF or split: only the default of its activities; the decision is made for each activity."""
    facility_group: str = Field(default="", max_length=16)
    is_focal: bool = False


class ObjectiveVersion(Table, table=True):
    __tablename__ = "objective_version"
    __table_args__ = (UniqueConstraint("objective_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    objective_id: int = Field(foreign_key="objective.id", index=True)
    version: int
    title: LocalizedText = Field(sa_type=LocalizedColumn)
    description: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    baseline_2020: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    target_2030: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    target_2050: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str = Field(default="", max_length=2000)
    created_at: datetime = Field(sa_type=UtcDateTime)


class FacilityStatement(Table, table=True):
    """What one document says about an objective's facility; documents may disagree, none is overwritten."""

    __tablename__ = "facility_statement"

    id: int = Field(default=None, primary_key=True)
    objective_id: int = Field(foreign_key="objective.id", index=True)
    source: str = Field(max_length=200)
    facility: str = Field(max_length=16)
    note: str = Field(default="", max_length=1000)
