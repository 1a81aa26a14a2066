"""Files that are made in the background: who asked, how far it is, where the result lies."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from surveys.models.base import Table, UtcDateTime, enum_type
from surveys.vocabulary import JobStatus


class ExportJob(Table, table=True):
    __tablename__ = "export_job"

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    """Who asked for it; nobody else is given the file."""
    wanted: dict[str, Any] = Field(sa_type=JSON)
    """What to make, as the exports page asked for it."""
    status: JobStatus = Field(sa_type=enum_type(JobStatus), default=JobStatus.QUEUED)
    n_done: int = 0
    n_steps: int = 1
    file_name: str = Field(default="", max_length=200)
    size: int = 0
    problem: str = Field(default="", max_length=500)
    created_at: datetime = Field(sa_type=UtcDateTime)
    leased_until: datetime | None = Field(sa_type=UtcDateTime, default=None)
    finished_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
    expires_at: datetime | None = Field(sa_type=UtcDateTime, default=None)
