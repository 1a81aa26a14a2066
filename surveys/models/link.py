"""How two activities of different task forces belong together, as the secretariat decided."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import LinkKind


class StatementLink(Table, table=True):
    """One decision about a pair; the smaller id stands first, so that a pair has one row."""

    __tablename__ = "statement_link"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="smaller_id_first"),
    )

    id: int = Field(default=None, primary_key=True)
    first_id: int = Field(foreign_key="statement.id", index=True)
    second_id: int = Field(foreign_key="statement.id", index=True)
    kind: LinkKind = Field(sa_type=enum_type(LinkKind))
    reason: str = Field(default="", max_length=2000)
    author_id: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime = Field(sa_type=UtcDateTime)
