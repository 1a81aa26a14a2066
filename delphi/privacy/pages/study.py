"""Consent and retention of one study as its page shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.i18n import LANGUAGE_NAMES
from delphi.secretariat.pages.study_head import StudyHead, day, study_head
from surveys.models import ConsentVersion, Panellist, Study
from surveys.services.retention import PROPOSED


@dataclass(frozen=True, slots=True)
class Wording:
    version: str
    """Language and number, such as "en 2"."""
    made_at: datetime
    reason: str
    n_agreed: int
    text: str


@dataclass(frozen=True, slots=True)
class StudyPage:
    study: StudyHead
    texts: tuple[tuple[str, str, str], ...]
    """Code and name of a language of the study, and its consent text."""
    wordings: tuple[Wording, ...]
    retain_until: str
    """In words; empty where no day is set."""
    proposed: str
    """The day in the field, such as 2028-05-31: the one set, or two years after the study was made."""
    noticed_at: datetime | None
    unlinked_at: datetime | None


def study_page(session: Session, *, study_id: int, now: datetime) -> StudyPage:
    study = session.get_one(Study, study_id)
    rows = session.exec(
        select(ConsentVersion, func.count(col(Panellist.id)))
        .outerjoin(Panellist, col(Panellist.consent_version_id) == ConsentVersion.id)
        .where(ConsentVersion.study_id == study_id)
        .group_by(col(ConsentVersion.id))
        .order_by(col(ConsentVersion.language), col(ConsentVersion.number).desc())
    ).all()
    proposed = study.retain_until or max(study.created_at + PROPOSED, now + PROPOSED / 2)
    return StudyPage(
        study=study_head(session, study_id=study_id),
        texts=tuple((code, LANGUAGE_NAMES.get(code, code), study.consent.get(code, "")) for code in study.languages),
        wordings=tuple(
            Wording(f"{version.language} {version.number}", version.made_at, version.reason, n, version.text)
            for version, n in rows
        ),
        retain_until=day(study.retain_until, time_zone="UTC"),
        proposed=proposed.date().isoformat(),
        noticed_at=study.retention_noticed_at,
        unlinked_at=study.unlinked_at,
    )
