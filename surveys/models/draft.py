"""What is kept of typing besides answers: the unfinished, the order of writing, and the texts that were replaced."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime


class Draft(Table, table=True):
    """What was typed into a field and is no answer yet: too long, half a number. It leaves when an answer is stored."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("round_id", "panellist_id", "field"),)

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    field: str = Field(max_length=60)
    """The name of the field on the expert's page."""
    value: str = Field(max_length=20_000)
    client: str = Field(max_length=40)
    sequence: int = Field(sa_type=BigInteger)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class FieldWrite(Table, table=True):
    """How far one opened page has come in writing one field; what arrives late from it is not written again."""

    __tablename__ = "field_write"

    round_id: int = Field(foreign_key="round.id", primary_key=True)
    panellist_id: int = Field(foreign_key="panellist.id", primary_key=True)
    field: str = Field(primary_key=True, max_length=60)
    client: str = Field(primary_key=True, max_length=40)
    sequence: int = Field(sa_type=BigInteger)
    written_at: datetime = Field(sa_type=UtcDateTime)


class TextChange(Table, table=True):
    """What a comment or an idea was before another page of the same expert replaced it while the round was open."""

    __tablename__ = "text_change"

    id: int = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="round.id", index=True)
    panellist_id: int = Field(foreign_key="panellist.id", index=True)
    field: str = Field(max_length=60)
    old_text: str = Field(max_length=4000)
    changed_at: datetime = Field(sa_type=UtcDateTime)
