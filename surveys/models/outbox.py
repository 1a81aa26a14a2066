"""Mails waiting to be sent, written in the transaction of their cause; and the worker's sign of life."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import MessageKind, OutboxStatus


class OutboxMessage(Table, table=True):
    """What to say to whom. The text is made when it is sent, so no link lies in the database."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_due", "status", "due_at"),)

    id: int = Field(default=None, primary_key=True)
    kind: MessageKind = Field(sa_type=enum_type(MessageKind))
    person_id: int = Field(foreign_key="person.id", index=True)
    study_id: int | None = Field(default=None, foreign_key="study.id", index=True)
    """Empty for mails about an account."""
    params: dict[str, Any] = Field(sa_type=JSON, default_factory=dict)
    language: str = Field(max_length=8)
    message_id: str = Field(unique=True, max_length=100)
    """The mail's Message-ID: a second copy after a crash carries the same one and is recognised as such."""
    status: OutboxStatus = Field(sa_type=enum_type(OutboxStatus), default=OutboxStatus.QUEUED)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(sa_type=UtcDateTime, default=None)
    sent_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    attempts: int = 0
    problem: str = Field(default="", max_length=500)


class WorkerHeartbeat(Table, table=True):
    __tablename__ = "worker_heartbeat"

    name: str = Field(primary_key=True, max_length=100)
    beaten_at: datetime = Field(sa_type=UtcDateTime)
