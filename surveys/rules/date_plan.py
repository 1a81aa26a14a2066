"""When rounds open and close: dates to start from, and what is wrong or unwise about the dates somebody typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

FIRST_OPENS_AFTER = timedelta(days=14)
OPEN_DAYS = 11
"""A Monday to the Friday of the week after."""
DESK_DAYS = 17
"""From a Friday to the Monday two weeks and a weekend later: time to read, to write, to translate."""
SHORT_ROUND = timedelta(days=5)
LONG_ROUND = timedelta(days=35)
SHORT_GAP = timedelta(days=2)
OPENS_AT, CLOSES_AT = time(9), time(18)
HOLIDAYS = {(1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
"""Days (month, day) on which hardly anybody answers, in most countries."""


class DateProblem(StrEnum):
    """What is wrong (the first three) or unwise about a date."""

    MISSING = "missing"
    END_BEFORE_START = "end_before_start"
    OVERLAP = "overlap"
    OPENS_IN_PAST = "opens_in_past"
    WEEKEND_END = "weekend_end"
    HOLIDAY_END = "holiday_end"
    ROUND_SHORT = "round_short"
    ROUND_LONG = "round_long"
    DESK_SHORT = "desk_short"


BLOCKING = {DateProblem.MISSING, DateProblem.END_BEFORE_START, DateProblem.OVERLAP}


@dataclass(frozen=True, slots=True)
class RoundDates:
    """When one round opens and closes, in the study's own time (naive); None where nothing was typed."""

    opens: datetime | None
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class DateFinding:
    """One finding about round `number`; `days` where its sentence counts days."""

    number: int
    problem: DateProblem
    days: int = 0

    @property
    def is_blocking(self) -> bool:
        return self.problem in BLOCKING


def proposed_dates(today: date, *, n_rounds: int) -> tuple[RoundDates, ...]:
    """Dates for `n_rounds` rounds, from a Monday two weeks on: never an end on a weekend or a holiday."""
    start = today + FIRST_OPENS_AFTER
    start += timedelta(days=-start.weekday() % 7)
    found = []
    for _ in range(n_rounds):
        end = start + timedelta(days=OPEN_DAYS)
        while (end.month, end.day) in HOLIDAYS or end.weekday() > 4:
            end += timedelta(days=1)
        found.append(RoundDates(datetime.combine(start, OPENS_AT), datetime.combine(end, CLOSES_AT)))
        start = end + timedelta(days=DESK_DAYS)
        start += timedelta(days=-start.weekday() % 7)
    return tuple(found)


def date_findings(rounds: Sequence[RoundDates], *, today: date) -> list[DateFinding]:
    """What is wrong or unwise, round by round. Rounds without any date are left for later, but only at the end."""
    found: list[DateFinding] = []
    before: datetime | None = None
    was_open_ended = False
    for number, one in enumerate(rounds, start=1):
        if one.opens is None and one.closes is None:
            was_open_ended = True
            continue
        if one.opens is None or one.closes is None or was_open_ended:
            found.append(DateFinding(number if not was_open_ended else number - 1, DateProblem.MISSING))
            was_open_ended = False
            continue
        found += _of_round(number, one.opens, one.closes, today=today)
        if before is not None and one.opens <= before:
            found.append(DateFinding(number, DateProblem.OVERLAP))
        elif before is not None and one.opens - before < SHORT_GAP:
            found.append(DateFinding(number, DateProblem.DESK_SHORT, days=(one.opens - before).days))
        before = one.closes
    return found


def _of_round(number: int, opens: datetime, closes: datetime, *, today: date) -> list[DateFinding]:
    if closes <= opens:
        return [DateFinding(number, DateProblem.END_BEFORE_START)]
    found = []
    if opens.date() < today:
        found.append(DateFinding(number, DateProblem.OPENS_IN_PAST))
    if closes.weekday() > 4:
        found.append(DateFinding(number, DateProblem.WEEKEND_END))
    if (closes.month, closes.day) in HOLIDAYS:
        found.append(DateFinding(number, DateProblem.HOLIDAY_END))
    length = closes - opens
    if length < SHORT_ROUND:
        found.append(DateFinding(number, DateProblem.ROUND_SHORT, days=length.days))
    if length > LONG_ROUND:
        found.append(DateFinding(number, DateProblem.ROUND_LONG, days=length.days))
    return found
