"""The open round followed: people in numbers, never an answer; and the reminder before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from delphi.config import Settings
from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import LANGUAGE_NAMES
from delphi.mail.samples import Sample, reminder_samples
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.held_languages import HeldLanguage, held_languages, state_of_held
from surveys.queries.monitor import Day, RoundMonitor, monitor_of
from surveys.queries.participation import IN_PANEL, progress_of_panel
from surveys.rules.permissions import Actor
from surveys.services.chasing import reminders_sent
from surveys.services.freezing import protocol_of, study_of_round
from surveys.vocabulary import RoundStatus, ViolationCode

CHART_WIDTH, CHART_HEIGHT = 720, 120


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of the funnel; `width` in hundredths of everybody."""

    label_key: str
    n: int
    width: float


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: two bars from the bottom of a chart of 720 by 120, and its numbers."""

    day: str
    x: float
    width: float
    begun_height: float
    sent_height: float
    n_started: int
    n_submitted: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is to be reminded, and whether the protocol lets a reminder go now."""

    n_unfinished: int
    n_sent: int
    at_most: int
    next_at: datetime | None
    may_send: bool


@dataclass(frozen=True, slots=True)
class MonitorPage:
    place: Place
    round_id: int
    number: int
    opened_at: datetime | None
    deadline_at: datetime | None
    monitor: RoundMonitor
    steps: tuple[Step, ...]
    bars: tuple[DayBar, ...]
    standing: Standing
    undo_until: datetime | None
    held: tuple[HeldLanguage, ...]
    """Languages whose readers still wait for their mail."""
    problem: str


@dataclass(frozen=True, slots=True)
class NoteField:
    language: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class RemindingPage:
    place: Place
    round_id: int
    number: int
    standing: Standing
    notes: tuple[NoteField, ...]
    samples: tuple[Sample, ...]
    problem: str


def monitor_page(session: Session, *, round_id: int, actor: Actor, now: datetime, problem: str = "") -> MonitorPage:
    """Raises `round_not_open` for a round that is planned or closed."""
    round_ = open_round_of(session, round_id=round_id)
    monitor = monitor_of(session, round_=round_, now=now)
    leave_at = round_.mails_leave_at
    return MonitorPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        opened_at=round_.opened_at,
        deadline_at=round_.deadline_at,
        monitor=monitor,
        steps=_steps(monitor),
        bars=_bars(monitor.days),
        standing=standing_of(session, round_=round_, now=now),
        undo_until=leave_at if leave_at is not None and leave_at > now and not monitor.funnel.n_started else None,
        held=state_of_held(session, round_=round_),
        problem=problem,
    )


def reminding_page(
    session: Session,
    *,
    round_id: int,
    actor: Actor,
    settings: Settings,
    notes: dict[str, str],
    now: datetime,
    problem: str = "",
) -> RemindingPage:
    """The reminder as everybody will read it. Raises `round_not_open`."""
    round_ = open_round_of(session, round_id=round_id)
    place = place_of(session, task_force_id=round_.task_force_id, actor=actor)
    return RemindingPage(
        place=place,
        round_id=round_id,
        number=round_.number,
        standing=standing_of(session, round_=round_, now=now),
        notes=tuple(
            NoteField(code, LANGUAGE_NAMES[code], notes.get(code, ""))
            for code in place.languages
            if code in LANGUAGE_NAMES
        ),
        samples=reminder_samples(session, round_=round_, settings=settings, note=LocalizedText(notes)),
        problem=problem,
    )


def open_round_of(session: Session, *, round_id: int) -> Round:
    round_ = session.get_one(Round, round_id)
    if round_.status is not RoundStatus.OPEN:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    return round_


def standing_of(session: Session, *, round_: Round, now: datetime) -> Standing:
    settings = protocol_of(session, study_id=study_of_round(session, round_=round_).id)
    sent = reminders_sent(session, round_id=round_.id)
    next_at = sent[-1] + timedelta(hours=settings.reminder_gap_hours) if sent else None
    is_free = next_at is None or next_at <= now
    held = held_languages(session, round_id=round_.id)
    n_unfinished = sum(
        one.membership in IN_PANEL and not one.has_submitted and one.language not in held
        for one in progress_of_panel(session, round_=round_)
    )
    return Standing(
        n_unfinished=n_unfinished,
        n_sent=len(sent),
        at_most=settings.reminders_at_most,
        next_at=None if is_free else next_at,
        may_send=n_unfinished > 0 and is_free and len(sent) < settings.reminders_at_most,
    )


def _steps(monitor: RoundMonitor) -> tuple[Step, ...]:
    funnel = monitor.funnel
    everybody = max(1, funnel.n_invited)
    numbers = {
        "invited": funnel.n_invited,
        "opened": funnel.n_opened,
        "started": funnel.n_started,
        "submitted": funnel.n_submitted,
    }
    return tuple(Step(key, n, round(100 * n / everybody, 1)) for key, n in numbers.items())


def _bars(days: Sequence[Day]) -> tuple[DayBar, ...]:
    most = max((max(day.n_started, day.n_submitted) for day in days), default=0)
    unit = (CHART_HEIGHT - 10) / max(1, most)
    step = CHART_WIDTH / max(1, len(days))
    return tuple(
        DayBar(
            day=day.day.isoformat(),
            x=round(at * step, 1),
            width=round(min(24.0, step * 0.4), 1),
            begun_height=round(day.n_started * unit, 1),
            sent_height=round(day.n_submitted * unit, 1),
            n_started=day.n_started,
            n_submitted=day.n_submitted,
        )
        for at, day in enumerate(days)
    )
