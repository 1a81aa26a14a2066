"""What a task force waits for, and for whom: read off counts and dates, so that nobody has to guess."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from surveys.vocabulary import RoundKind, RoundStatus

LATE_WITHIN = timedelta(days=3)
"""An open round this close to its deadline with fewer than half of its panel done counts as late."""
STALE_AFTER = timedelta(days=14)
"""Nothing happened for this long after a round closed."""
OVERDUE_AFTER = timedelta(days=3)
"""A round whose deadline passed this long ago should have been closed."""


class Blocker(StrEnum):
    NO_FACILITATOR = "no_facilitator"
    NO_PANEL = "no_panel"
    NOT_STARTED = "not_started"
    ROUND_PLANNED = "round_planned"
    COLLECTING = "collecting"
    LATE_ANSWERS = "late_answers"
    DEADLINE_PASSED = "deadline_passed"
    IDEAS_WAITING = "ideas_waiting"
    NEXT_STEP_DUE = "next_step_due"
    UNCATEGORISED = "uncategorised"
    UNASSIGNED = "unassigned"
    REOPENED = "reopened"
    DONE = "done"


class WaitsFor(StrEnum):
    SECRETARIAT = "secretariat"
    FACILITATOR = "facilitator"
    EXPERTS = "experts"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class PanelState:
    """One task force in counts and dates; the round is its latest, all None before the first."""

    n_facilitators: int
    n_panel: int
    round_kind: RoundKind | None = None
    round_status: RoundStatus | None = None
    deadline_at: datetime | None = None
    closed_at: datetime | None = None
    n_responded: int = 0
    n_ideas_waiting: int = 0
    is_published: bool = False
    n_uncategorised: int = 0
    """Published activities, not dropped, without a category."""
    n_unassigned: int = 0
    """Published activities, not dropped, without a decision on their facility."""
    is_stale: bool = False
    """The round that decided the published outcomes was reopened since."""


@dataclass(frozen=True, slots=True)
class Finding:
    blocker: Blocker
    waits_for: WaitsFor
    is_overdue: bool = False

    @property
    def needs_secretariat(self) -> bool:
        """It waits for the secretariat, or has waited for somebody else too long."""
        return self.waits_for is WaitsFor.SECRETARIAT or self.is_overdue


def find_blocker(state: PanelState, *, now: datetime) -> Finding:
    """The first thing that holds this task force up, gravest first."""
    if state.is_published and state.is_stale:
        return _after_reopening(state, now=now)
    if state.is_published:
        return _after_publishing(state)
    if state.n_facilitators == 0:
        return Finding(Blocker.NO_FACILITATOR, WaitsFor.SECRETARIAT)
    if state.n_panel == 0:
        return Finding(Blocker.NO_PANEL, WaitsFor.SECRETARIAT)
    match state.round_status:
        case None:
            return Finding(Blocker.NOT_STARTED, WaitsFor.FACILITATOR)
        case RoundStatus.PLANNED:
            return Finding(Blocker.ROUND_PLANNED, WaitsFor.FACILITATOR)
        case RoundStatus.OPEN:
            return _while_open(state, now=now)
        case RoundStatus.CLOSED:
            is_stale = state.closed_at is not None and now - state.closed_at > STALE_AFTER
            waits = Blocker.IDEAS_WAITING if state.n_ideas_waiting else Blocker.NEXT_STEP_DUE
            return Finding(waits, WaitsFor.FACILITATOR, is_overdue=is_stale)


def _while_open(state: PanelState, *, now: datetime) -> Finding:
    if state.deadline_at is not None and now >= state.deadline_at:
        return Finding(
            Blocker.DEADLINE_PASSED, WaitsFor.FACILITATOR, is_overdue=now - state.deadline_at > OVERDUE_AFTER
        )
    is_near = state.deadline_at is not None and state.deadline_at - now <= LATE_WITHIN
    if is_near and 2 * state.n_responded < state.n_panel:
        return Finding(Blocker.LATE_ANSWERS, WaitsFor.EXPERTS, is_overdue=True)
    return Finding(Blocker.COLLECTING, WaitsFor.EXPERTS)


def _after_reopening(state: PanelState, *, now: datetime) -> Finding:
    """Closed again, its outcomes are to be published anew; an open round is waited for like any other."""
    if state.round_status is RoundStatus.OPEN:
        return _while_open(state, now=now)
    return Finding(Blocker.REOPENED, WaitsFor.FACILITATOR, is_overdue=True)


def _after_publishing(state: PanelState) -> Finding:
    if state.n_uncategorised:
        return Finding(Blocker.UNCATEGORISED, WaitsFor.SECRETARIAT)
    if state.n_unassigned:
        return Finding(Blocker.UNASSIGNED, WaitsFor.SECRETARIAT)
    return Finding(Blocker.DONE, WaitsFor.NOBODY)
