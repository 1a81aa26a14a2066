"""Who did what, when, and why; each entry sealed to the one before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import AuditAction


class AuditEvent(Table, table=True):
    __tablename__ = "audit_event"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    action: AuditAction = Field(sa_type=enum_type(AuditAction))
    actor_id: int | None = Field(default=None, foreign_key="person.id")
    """Empty for what a panellist does: the log must not tie a name to an answer, and for the command line."""
    study_id: int | None = Field(default=None, foreign_key="study.id", index=True)
    task_force_id: int | None = Field(default=None, foreign_key="task_force.id", index=True)
    subject: str = Field(default="", max_length=64)
    """What it was done to, such as `round:12`."""
    details: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    number: int | None = Field(default=None, unique=True)
    """Its place in the chain, from 1 without gaps; given when the transaction commits."""
    seal: str = Field(default="", max_length=64, sa_column_kwargs={"server_default": ""})
    """SHA-256 over this entry and the seal of the one before it."""
