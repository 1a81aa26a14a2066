"""Where each task force stands at each stage of the demo, and when everything in it happened."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum, StrEnum

from delphi.demo.content import demo_framework


class DemoStage(StrEnum):
    """The phases the demo can be built in; the last but one has something to do for everybody."""

    SETUP = "setup"
    ROUND_1_OPEN = "round-1-open"
    ROUND_1_CLOSED = "round-1-closed"
    ROUND_2_OPEN = "round-2-open"
    ROUND_2_CLOSED = "round-2-closed"
    ROUND_3_OPEN = "round-3-open"
    PLAN = "plan"


DEFAULT_STAGE = DemoStage.ROUND_3_OPEN


class Position(IntEnum):
    """How far one task force has come."""

    SETUP = 0
    ROUND_1_OPEN = 1
    ROUND_1_CLOSED = 2
    ROUND_2_OPEN = 3
    ROUND_2_CLOSED = 4
    ROUND_3_OPEN = 5
    FINISHED = 6


@dataclass(frozen=True, slots=True)
class Standing:
    """One task force: its position; the share of its ideas that are placed, where that is being done; and the share
    of its panel that has sent its answers in, where a round is open."""

    position: Position
    placed: float = 1.0
    answered: float = 0.0


POSITIONS = {
    DemoStage.SETUP: Position.SETUP,
    DemoStage.ROUND_1_OPEN: Position.ROUND_1_OPEN,
    DemoStage.ROUND_1_CLOSED: Position.ROUND_1_CLOSED,
    DemoStage.ROUND_2_OPEN: Position.ROUND_2_OPEN,
    DemoStage.ROUND_2_CLOSED: Position.ROUND_2_CLOSED,
    DemoStage.ROUND_3_OPEN: Position.ROUND_3_OPEN,
    DemoStage.PLAN: Position.FINISHED,
}
IN_SYNTHESIS = Standing(Position.ROUND_1_CLOSED, placed=2 / 3)
# At the default stage most are in round 3, but each of the three users meets every other state somewhere.
SPECIAL = {
    DemoStage.ROUND_1_CLOSED: {"A2": IN_SYNTHESIS},
    DemoStage.ROUND_3_OPEN: {
        "A2": IN_SYNTHESIS,
        "B3": Standing(Position.ROUND_2_CLOSED),
        "C2": Standing(Position.ROUND_3_OPEN, answered=1.0),
        **dict.fromkeys(("A1", "B2", "C4", "D2", "E1"), Standing(Position.FINISHED)),
    },
}
USUALLY_ANSWERED = (0.5, 0.35, 0.65, 0.4, 0.75)


def standings(stage: DemoStage) -> dict[str, Standing]:
    """Task force code to its standing at `stage`."""
    position = POSITIONS[stage]
    placed = 0.0 if position is Position.ROUND_1_CLOSED else 1.0
    found = {}
    for number, objective in enumerate(demo_framework().objectives):
        usual = Standing(position, placed=placed, answered=USUALLY_ANSWERED[number % len(USUALLY_ANSWERED)])
        found[objective.code] = SPECIAL.get(stage, {}).get(objective.code, usual)
    return found


DAYS_SINCE_START = {
    Position.SETUP: 0,
    Position.ROUND_1_OPEN: 5,
    Position.ROUND_1_CLOSED: 20,
    Position.ROUND_2_OPEN: 37,
    Position.ROUND_2_CLOSED: 51,
    Position.ROUND_3_OPEN: 69,
    Position.FINISHED: 92,
}
OPENS, CLOSES = time(8, 0), time(21, 59)
ROUND_DAYS = {1: (0, 14), 2: (28, 46), 3: (60, 76)}
PUBLISHED_DAY = 80
SORTED_DAY = 82
FIRST_DECIDED_DAY = 84
DECIDED_DAY = 88
STAGGERED_OVER_DAYS = 4


@dataclass(frozen=True, slots=True)
class Calendar:
    """The dates of one task force, counted back from now so that open rounds close in some days."""

    start: datetime
    now: datetime

    def opened(self, number: int) -> datetime:
        return self._at(ROUND_DAYS[number][0], OPENS)

    def deadline(self, number: int) -> datetime:
        return self._at(ROUND_DAYS[number][1], CLOSES)

    def synthesised(self, share: float) -> datetime:
        """When the given share of the ideas had been placed: over the ten days after round 1, at most until now."""
        return min(self.deadline(1) + timedelta(days=1 + 9 * share), self.now)

    def answered(self, number: int, share: float) -> datetime:
        """A moment of round `number`: at its opening for 0, at its closing (or now) for 1."""
        opened = self.opened(number)
        return opened + (min(self.deadline(number), self.now) - opened) * share

    def reviewed(self, number: int, share: float) -> datetime:
        """When the given share of what was written in a round had been read: within three days, at most until now."""
        return min(self.deadline(number) + timedelta(days=3 * share, hours=10), self.now)

    @property
    def published(self) -> datetime:
        return self._at(PUBLISHED_DAY, OPENS)

    @property
    def sorted(self) -> datetime:
        """When the secretariat put the activities into categories."""
        return self._at(SORTED_DAY, OPENS)

    @property
    def first_decided(self) -> datetime:
        """When facilities were first decided; some of these decisions were replaced later."""
        return self._at(FIRST_DECIDED_DAY, OPENS)

    @property
    def decided(self) -> datetime:
        return self._at(DECIDED_DAY, OPENS)

    def _at(self, day: int, at: time) -> datetime:
        return datetime.combine(self.start.date() + timedelta(days=day), at, tzinfo=self.start.tzinfo)


def calendar_of(standing: Standing, *, number: int, now: datetime) -> Calendar:
    """The calendar of the task force that stands `number`th in the framework."""
    days = DAYS_SINCE_START[standing.position] - number % STAGGERED_OVER_DAYS
    return Calendar(start=now - timedelta(days=days), now=now)
