"""Revised texts of objectives, field by field, and the framework versions made from them."""

from datetime import datetime

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import ObjectiveField, RevisionState


class ObjectiveRevision(Table, table=True):
    """One wording of one field of one objective. A later number replaces an earlier one; none is removed."""

    __tablename__ = "objective_revision"
    __table_args__ = (UniqueConstraint("objective_id", "field", "number"),)

    id: int = Field(default=None, primary_key=True)
    objective_id: int = Field(foreign_key="objective.id", index=True)
    field: ObjectiveField = Field(sa_type=enum_type(ObjectiveField))
    number: int
    text: LocalizedText = Field(sa_type=LocalizedColumn)
    stale: list[str] = Field(sa_type=JSON, default_factory=list)
    """Languages whose text has not followed a change in another language yet."""
    state: RevisionState = Field(sa_type=enum_type(RevisionState))
    reason: str = Field(default="", max_length=2000)
    evidence: list[int] = Field(sa_type=JSON, default_factory=list)
    """Ids of the activities that led to this wording."""
    author_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    approved_by_id: int | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    version_id: int | None = Field(default=None, foreign_key="objective_version.id")
    """The version of the objective it went into."""


class FrameworkVersion(Table, table=True):
    """A state of all objectives at one moment, made from approved wordings."""

    __tablename__ = "framework_version"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    number: int
    reason: str = Field(default="", max_length=2000)
    versions: dict[str, int] = Field(sa_type=JSON)
    """Code of an objective to the id of its version."""
    author_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
