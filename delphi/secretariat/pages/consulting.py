"""Consultations as the secretariat sees them: preparing, running, closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlmodel import Session

from delphi.i18n import LANGUAGE_NAMES
from delphi.plan.minutes import result_words, time_left
from delphi.secretariat.pages.study_head import StudyHead, study_head
from delphi.sentences import VOTES
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.queries.consultations import ConsultationSheet, consultation_sheet, consultations_of
from surveys.queries.finality import PlanGaps, plan_gaps
from surveys.services.consultations import opening_digest
from surveys.vocabulary import ViolationCode


@dataclass(frozen=True, slots=True)
class ConsultationRow:
    id: int
    title: LocalizedText
    state: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class ConsultationsPage:
    study: StudyHead
    rows: tuple[ConsultationRow, ...]
    languages: tuple[tuple[str, str], ...]
    gaps: PlanGaps


@dataclass(frozen=True, slots=True)
class VoteLine:
    name: str
    organisation: str
    has_voted: bool
    vote: str
    comment: str
    cast_at: datetime | None


@dataclass(frozen=True, slots=True)
class ConsultationPage:
    study: StudyHead
    sheet: ConsultationSheet
    is_open: bool
    is_closed: bool
    clock: str
    digest: str
    n_members: int
    n_voted: int
    n_missing: int
    result: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    """Votes by choice; empty while it is open: nobody sees how it stands."""
    votes: tuple[VoteLine, ...]
    late: tuple[VoteLine, ...]
    languages: tuple[tuple[str, str], ...]
    gaps: PlanGaps


def consultations_page(session: Session, *, study_id: int, now: datetime) -> ConsultationsPage:
    study = study_head(session, study_id=study_id)
    rows = consultations_of(session, study_id=study_id)
    return ConsultationsPage(
        study=study,
        rows=tuple(
            ConsultationRow(one.id, one.title, _state(one.opened_at, one.closes_at, now=now), one.closes_at)
            for one in rows
        ),
        languages=_languages(study),
        gaps=plan_gaps(session, study_id=study_id),
    )


def consultation_page(session: Session, *, consultation_id: int, now: datetime) -> ConsultationPage:
    sheet = consultation_sheet(session, consultation_id=consultation_id)
    study = study_head(session, study_id=sheet.study_id)
    is_closed = sheet.is_closed(now)
    found = sheet.tally
    return ConsultationPage(
        study=study,
        sheet=sheet,
        is_open=sheet.is_open(now),
        is_closed=is_closed,
        clock=time_left(sheet.closes_at, now=now),
        digest=opening_digest(sheet),
        n_members=len(sheet.members),
        n_voted=found.n_voted,
        n_missing=found.n_missing,
        result=tuple(result_words(sheet)) if is_closed else (),
        counts=tuple((str(VOTES[choice]), count) for choice, count in found.counts.items()) if is_closed else (),
        votes=vote_lines(sheet, is_closed=is_closed),
        late=late_lines(sheet) if is_closed else (),
        languages=_languages(study),
        gaps=plan_gaps(session, study_id=study.id),
    )


def vote_lines(sheet: ConsultationSheet, *, is_closed: bool) -> tuple[VoteLine, ...]:
    """Members by name; how they voted only once the consultation is closed."""
    lines = []
    for member in sheet.members:
        counted = member.counted
        shown = counted if is_closed else None
        lines.append(
            VoteLine(
                name=member.name,
                organisation=member.organisation,
                has_voted=counted is not None,
                vote="" if shown is None else str(VOTES[shown.choice]),
                comment="" if shown is None else shown.comment,
                cast_at=None if shown is None else shown.cast_at,
            )
        )
    return tuple(lines)


def late_lines(sheet: ConsultationSheet) -> tuple[VoteLine, ...]:
    return tuple(
        VoteLine(one.name, one.organisation, True, str(VOTES[one.late.choice]), one.late.comment, one.late.cast_at)
        for one in sheet.members
        if one.late is not None
    )


def typed_closing(form: Mapping[str, str], *, time_zone: str) -> datetime:
    """The closing time of a form in the study's zone. RuleViolation `deadline_past` where it cannot be read."""
    try:
        typed = datetime.fromisoformat(form.get("closes_at", "").strip()).replace(tzinfo=None)
    except ValueError as problem:
        raise RuleViolation(ViolationCode.DEADLINE_PAST) from problem
    return typed.replace(tzinfo=ZoneInfo(time_zone))


def _state(opened_at: datetime | None, closes_at: datetime, *, now: datetime) -> str:
    if opened_at is None:
        return str(gettext("being prepared"))
    return str(gettext("closed")) if now >= closes_at else str(gettext("open"))


def _languages(study: StudyHead) -> tuple[tuple[str, str], ...]:
    return tuple((code, LANGUAGE_NAMES.get(code, code)) for code in study.languages)
