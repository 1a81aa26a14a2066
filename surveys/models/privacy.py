"""Data protection: what people agreed to, what they asked for, texts to read over, and what went wrong."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime


class ConsentVersion(Table, table=True):
    """One wording of a study's consent in one language; a panellist keeps which one they agreed to."""

    __tablename__ = "consent_version"
    __table_args__ = (UniqueConstraint("study_id", "language", "number"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    language: str = Field(max_length=8)
    number: int
    text: str = Field(sa_type=Text)
    """As it stood in the study; empty where the study has none and the general points are shown."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    """Empty for a version that was noted when somebody agreed to it."""
    reason: str = Field(default="", max_length=2000)


class ErasureRequest(Table, table=True):
    """An expert asks that the secretariat removes their name; open until somebody settles it."""

    __tablename__ = "erasure_request"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(sa_type=UtcDateTime, default=None)


class TextReview(Table, table=True):
    """A free text whose author is unlinked: somebody reads whether the text itself gives them away.

    It names the text, never its author.
    """

    __tablename__ = "text_review"
    __table_args__ = (UniqueConstraint("kind", "row_id"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    kind: str = Field(max_length=32)
    """The table of the text: `comment`, `idea` or `question_answer`."""
    row_id: int
    listed_at: datetime = Field(sa_type=UtcDateTime)
    reviewed_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    is_blanked: bool = False


class Breach(Table, table=True):
    """One entry of the list of personal data breaches; entries are added, never changed."""

    __tablename__ = "breach"

    id: int = Field(default=None, primary_key=True)
    noticed_at: datetime = Field(sa_type=UtcDateTime)
    what: str = Field(max_length=4000)
    concerned: str = Field(default="", max_length=4000)
    """Whose data and about how many people."""
    measures: str = Field(default="", max_length=4000)
    told: str = Field(default="", max_length=4000)
    """The authority and the people concerned: when they were told, or why not."""
    written_at: datetime = Field(sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="person.id")
