"""What people write into the methods report: kept, numbered, never overwritten."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import ReportEntry
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, Guideline, ViolationCode

TEXT_LIMIT = 4000


def write_entry(
    session: Session,
    *,
    actor: Actor,
    study_id: int,
    guideline: Guideline,
    item: str,
    text: Mapping[str, str],
    base_version: int,
    now: datetime,
) -> int:
    """Store a further version of what is said on one item; its number, or the last one where nothing differs.

    An empty text takes back what was written. Raises
    ------
    RuleViolation
        `text_too_long`; `edited_meanwhile` where somebody stored a version after `base_version`.
    """
    cleaned = LocalizedText({language: words.strip().replace("\r\n", "\n") for language, words in text.items()})
    for words in cleaned.values():
        if len(words) > TEXT_LIMIT:
            raise RuleViolation(ViolationCode.TEXT_TOO_LONG, over=len(words) - TEXT_LIMIT, limit=TEXT_LIMIT)
    last = session.exec(
        select(ReportEntry)
        .where(ReportEntry.study_id == study_id, ReportEntry.guideline == guideline, ReportEntry.item == item)
        .order_by(col(ReportEntry.version).desc())
    ).first()
    newest = 0 if last is None else last.version
    if (LocalizedText() if last is None else last.text) == cleaned:
        return newest
    if newest != base_version:
        raise RuleViolation(ViolationCode.EDITED_MEANWHILE)
    session.add(
        ReportEntry(
            study_id=study_id,
            guideline=guideline,
            item=item,
            version=newest + 1,
            text=cleaned,
            author_id=actor.person_id,
            written_at=now,
        )
    )
    record(
        session,
        AuditAction.REPORT_ENTRY_WRITTEN,
        actor=actor,
        now=now,
        study_id=study_id,
        subject=f"report:{guideline.value}:{item}",
        guideline=guideline.value.upper(),
        item=item,
        version=newest + 1,
        before={} if last is None else last.text.as_json(),
        after=cleaned.as_json(),
    )
    session.flush()
    return newest + 1
