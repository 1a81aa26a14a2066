"""How far the translation of each text is: what it was made from, and who found it good."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime


class Translation(Table, table=True):
    """The state of one text in one language; the words themselves stay where the text belongs.

    Digests tell whether source and translation are still the ones that were looked at.
    """

    __tablename__ = "translation"
    __table_args__ = (UniqueConstraint("study_id", "subject", "language"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    subject: str = Field(max_length=64)
    """Such as `statement:12`."""
    language: str = Field(max_length=8)
    source_language: str = Field(max_length=8)
    source_digest: str = Field(max_length=16)
    text_digest: str = Field(max_length=16)
    is_approved: bool = False
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    changed_at: datetime = Field(sa_type=UtcDateTime)
