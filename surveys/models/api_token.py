"""Keys by which programs read what a study has published."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime


class ApiToken(Table, table=True):
    """One key of one study. Only the SHA-256 is stored: the key itself is shown once, when it is made."""

    __tablename__ = "api_token"

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    name: str = Field(max_length=80)
    """What it is for, in the words of who made it."""
    hint: str = Field(max_length=8)
    """Its first characters, to tell keys apart."""
    token_hash: str = Field(unique=True, max_length=64)
    scopes: list[str] = Field(sa_type=JSON)
    """Values of `ApiScope`."""
    created_by: int | None = Field(default=None, foreign_key="person.id")
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    """To the hour: noted at most once in sixty minutes."""
    revoked_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    revoked_by: int | None = Field(default=None, foreign_key="person.id")
