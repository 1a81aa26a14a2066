"""The dates of a study's rounds in a form: what was typed, what is wrong with it, what is only unwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from delphi.facilitator.forms import usual_deadline
from delphi.sentences.setup import date_sentence
from surveys.models import Round, Study
from surveys.rules.date_plan import RoundDates, date_findings
from surveys.rules.protocol import canonical_digest
from surveys.services.date_plan import planned_rounds

FORM_FORMAT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class DateLine:
    """One round's two fields, and what is to be said about them."""

    number: int
    opens: str
    closes: str
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DatesForm:
    """`seen` changes with the warnings: who sends it back has read them."""

    lines: tuple[DateLine, ...]
    rounds: tuple[RoundDates, ...]
    seen: str

    @property
    def is_blocked(self) -> bool:
        return any(line.problems for line in self.lines)

    @property
    def warns(self) -> bool:
        return any(line.warnings for line in self.lines)


def dates_form(rounds: Sequence[RoundDates], *, today: date) -> DatesForm:
    """The form for these dates."""
    findings = date_findings(rounds, today=today)
    lines = tuple(
        DateLine(
            number=number,
            opens=_typed(one.opens),
            closes=_typed(one.closes),
            problems=tuple(date_sentence(f) for f in findings if f.number == number and f.is_blocking),
            warnings=tuple(date_sentence(f) for f in findings if f.number == number and not f.is_blocking),
        )
        for number, one in enumerate(rounds, start=1)
    )
    seen = canonical_digest([[f.number, f.problem.value, f.days] for f in findings])[:16]
    return DatesForm(lines=lines, rounds=tuple(rounds), seen=seen)


def typed_dates(values: Mapping[str, str], *, n_rounds: int) -> tuple[RoundDates, ...]:
    """The dates of a posted form; a field that cannot be read counts as empty, and is then missed by the rules."""
    return tuple(
        RoundDates(_read(values.get(f"opens-{number}", "")), _read(values.get(f"closes-{number}", "")))
        for number in range(1, n_rounds + 1)
    )


def _typed(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime(FORM_FORMAT)


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None, second=0, microsecond=0)
    except ValueError:
        return None


def proposed_deadline(session: Session, *, round_: Round, study: Study, now: datetime) -> datetime:
    """What the form of a launch starts from: the planned closing time, or two weeks from now; naive, study's zone."""
    planned = planned_rounds(session, study_id=study.id).get(round_.number)
    if planned is None or planned.closes_at <= now:
        return usual_deadline(now, time_zone=study.time_zone)
    return planned.closes_at.astimezone(ZoneInfo(study.time_zone)).replace(tzinfo=None)
