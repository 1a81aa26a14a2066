"""Electronic consultations: a sealed document, members who vote by name, what they said."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import VoteChoice


class Consultation(Table, table=True):
    """One document put to the vote. Open once it has a moment of opening; nothing of it changes from then on."""

    __tablename__ = "consultation"
    __table_args__ = (CheckConstraint("quorum >= 1", name="quorum_at_least_one"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    title: LocalizedText = Field(sa_type=LocalizedColumn)
    question: LocalizedText = Field(sa_type=LocalizedColumn)
    quorum: int
    """How many votes cast in time make the consultation valid; abstentions count."""
    closes_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class ConsultationDocument(Table, table=True):
    """The document in one language as it was sealed: its bytes and their SHA-256."""

    __tablename__ = "consultation_document"
    __table_args__ = (UniqueConstraint("consultation_id", "language"),)

    id: int = Field(default=None, primary_key=True)
    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    language: str = Field(max_length=8)
    name: str = Field(max_length=200)
    content: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(max_length=64)


class ConsultationMember(Table, table=True):
    """Somebody with a vote. Their link is derived from the installation's key; only its hash is kept."""

    __tablename__ = "consultation_member"
    __table_args__ = (UniqueConstraint("consultation_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    consultation_id: int = Field(foreign_key="consultation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation: str = Field(default="", max_length=200)
    token_hash: str = Field(unique=True, max_length=64)
    added_at: datetime = Field(sa_type=UtcDateTime)


class Vote(Table, table=True):
    """What a member said. A member may change it until the close; every earlier one stays."""

    __tablename__ = "vote"

    id: int = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="consultation_member.id", index=True)
    choice: VoteChoice = Field(sa_type=enum_type(VoteChoice))
    comment: str = Field(default="", max_length=2000)
    cast_at: datetime = Field(sa_type=UtcDateTime)
    is_late: bool = False
    """Cast after the close: kept, shown apart, never counted."""
