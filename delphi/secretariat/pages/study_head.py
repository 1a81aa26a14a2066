"""The study every page of the secretariat is about."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from delphi.i18n import written_date
from surveys.localized import LocalizedText
from surveys.models import Study
from surveys.rules.permissions import Actor


@dataclass(frozen=True, slots=True)
class StudyHead:
    id: int
    slug: str
    name: LocalizedText
    time_zone: str
    languages: tuple[str, ...]


def study_head(session: Session, *, study_id: int) -> StudyHead:
    return _head(session.get_one(Study, study_id))


def overseen_studies(session: Session, *, actor: Actor) -> tuple[StudyHead, ...]:
    """The studies this member of the secretariat oversees, the newest first."""
    rows = session.exec(
        select(Study).where(col(Study.id).in_(actor.oversees)).order_by(col(Study.created_at).desc(), col(Study.id))
    ).all()
    return tuple(_head(study) for study in rows)


def _head(study: Study) -> StudyHead:
    return StudyHead(study.id, study.slug, study.name, study.time_zone, tuple(study.languages))


def day(value: datetime | None, *, time_zone: str) -> str:
    """A date in the study's zone, such as 12 May 2026; empty for none."""
    if value is None:
        return ""
    return written_date(value.astimezone(ZoneInfo(time_zone)).date(), "d MMM y")
