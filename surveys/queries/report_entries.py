"""What people wrote into the methods report: the newest version of each item, and all earlier ones."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Person, ReportEntry
from surveys.vocabulary import Guideline


@dataclass(frozen=True, slots=True)
class Entry:
    version: int
    text: LocalizedText
    author: str
    written_at: datetime


def entries_of(session: Session, *, study_id: int) -> dict[tuple[Guideline, str], tuple[Entry, ...]]:
    """Guideline and item to its versions, the newest first."""
    rows = session.exec(
        select(ReportEntry, Person.name)
        .outerjoin(Person, col(Person.id) == ReportEntry.author_id)
        .where(ReportEntry.study_id == study_id)
        .order_by(col(ReportEntry.version).desc())
    ).all()
    found: dict[tuple[Guideline, str], list[Entry]] = {}
    for row, name in rows:
        entry = Entry(row.version, row.text, name or "", row.written_at)
        found.setdefault((row.guideline, row.item), []).append(entry)
    return {key: tuple(entries) for key, entries in found.items()}
