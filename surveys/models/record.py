"""What a study keeps about itself: sealed archives, and what people wrote into the methods report."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from surveys.localized import LocalizedText
from surveys.models.base import LocalizedColumn, Table, UtcDateTime, enum_type
from surveys.vocabulary import Guideline


class ArchiveBundle(Table, table=True):
    """One sealed bundle. `seal` goes into the log and on paper: who has it can tell a forged bundle from this one."""

    __tablename__ = "archive_bundle"
    __table_args__ = (UniqueConstraint("study_id", "number"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    number: int
    sealed_at: datetime = Field(sa_type=UtcDateTime)
    sealed_by: int | None = Field(default=None, foreign_key="person.id")
    software: str = Field(max_length=32)
    file_name: str = Field(max_length=120)
    n_bytes: int
    n_files: int
    n_rounds: int
    n_answers: int
    checksum: str = Field(max_length=64)
    """SHA-256 of the file."""
    seal: str = Field(max_length=64)
    """SHA-256 of the list of checksums inside."""


class ArchiveFile(Table, table=True):
    """The bundle itself, apart, so that lists do not load it; in the database, so that every backup has it."""

    __tablename__ = "archive_file"

    bundle_id: int = Field(foreign_key="archive_bundle.id", primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


class ReportEntry(Table, table=True):
    """What somebody wrote for one item of a reporting guideline. The newest version counts, all are kept."""

    __tablename__ = "report_entry"
    __table_args__ = (UniqueConstraint("study_id", "guideline", "item", "version"),)

    id: int = Field(default=None, primary_key=True)
    study_id: int = Field(foreign_key="study.id", index=True)
    guideline: Guideline = Field(sa_type=enum_type(Guideline))
    item: str = Field(max_length=8)
    """The published number of the item, such as `M12`."""
    version: int
    text: LocalizedText = Field(sa_type=LocalizedColumn, default_factory=LocalizedText)
    """Empty: what was written before was taken back."""
    author_id: int | None = Field(default=None, foreign_key="person.id")
    written_at: datetime = Field(sa_type=UtcDateTime)
