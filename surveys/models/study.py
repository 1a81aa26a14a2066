"""A study and the rules it is run by: scales, criteria, protocol."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import StudyKind


class Study(Table, table=True):
    __tablename__ = "study"

    id: int = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=64)
    name: LocalizedText = Field(sa_type=LocalizedColumn)
    purpose: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    consent: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    perspective: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    """One sentence above every rating page: from whose point of view to answer."""
    languages: list[str] = Field(sa_type=JSON, default_factory=lambda: ["en", "fr"])
    glossary: list[dict[str, str]] = Field(sa_type=JSON, default_factory=list)
    time_zone: str = Field(default="Europe/Paris", max_length=64)
    contact_name: str = Field(default="", max_length=200)
    contact_email: str = Field(default="", max_length=254)
    kind: StudyKind = Field(
        sa_type=enum_type(StudyKind),
        default=StudyKind.STUDY,
        sa_column_kwargs={"server_default": StudyKind.STUDY.value},
    )
    """Pilots and rehearsals are studies of their own: no result, export or programme of another study holds them."""
    template: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    """The template it was made from; empty for an import."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    retain_until: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When the link between people and their answers is destroyed by itself."""
    retention_noticed_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """When the secretariat was written to that this is near."""
    unlinked_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class Scale(Table, table=True):
    __tablename__ = "scale"
    __table_args__ = (
        UniqueConstraint("study_id", "code"),
        CheckConstraint("lower < upper", name="lower_below_upper"),
    )

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    code: str = Field(max_length=32)
    lower: int
    upper: int
    labels: dict[str, dict[str, str]] = Field(sa_type=JSON, default_factory=dict)
    """Scale point (as text) to its words by language; a 0-100 scale may word its ends and middle only."""

    def label(self, point: int) -> LocalizedText:
        return LocalizedText(self.labels.get(str(point), {}))


class Criterion(Table, table=True):
    """One question asked of a statement, such as importance or feasibility, with its rule of consensus."""

    __tablename__ = "criterion"
    __table_args__ = (UniqueConstraint("study_id", "code"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    scale_id: int = Field(foreign_key="scale.id")
    code: str = Field(max_length=32)
    name: LocalizedText = Field(sa_type=LocalizedColumn)
    question: LocalizedText = Field(sa_type=LocalizedColumn)
    kinds: list[str] = Field(sa_type=JSON)
    """The statement kinds (values of StatementKind) this criterion is asked of."""
    is_primary: bool = False
    """The primary criterion decides whether a statement is settled, and its rank."""
    position: int = 0


class Protocol(Table, table=True):
    """The rules locked before launch. A later version is an amendment and says why."""

    __tablename__ = "protocol"
    __table_args__ = (UniqueConstraint("study_id", "version"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    version: int
    settings: dict[str, Any] = Field(sa_type=JSON)
    """`surveys.rules.protocol.ProtocolSettings` as plain JSON."""
    fingerprint: str = Field(max_length=64)
    reason: str = Field(default="", max_length=2000)
    locked_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    locked_by_id: int | None = Field(default=None, foreign_key="person.id")
    """Empty for a protocol locked by the command line."""


class ProtocolAmendment(Table, table=True):
    """A change of the rules after the lock: what was, what is, why, who and when. Never edited."""

    __tablename__ = "protocol_amendment"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    number: int
    protocol_id: int = Field(foreign_key="protocol.id", index=True)
    """The version it made."""
    changes: list[dict[str, Any]] = Field(sa_type=JSON)
    """Each setting that changed: `setting`, `before`, `after`."""
    fingerprint_before: str = Field(max_length=64)
    fingerprint_after: str = Field(max_length=64)
    reason: str = Field(max_length=2000)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    made_at: datetime = Field(sa_type=UtcDateTime)


class PlannedRound(Table, table=True):
    """When a round of a study is meant to open and close, the same for all its task forces."""

    __tablename__ = "planned_round"
    __table_args__ = (
        UniqueConstraint("study_id", "number"),
        CheckConstraint("opens_at < closes_at", name="opens_before_closes"),
    )

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    number: int
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
