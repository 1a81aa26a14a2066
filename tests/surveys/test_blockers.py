"""What a task force waits for, and whether that needs the secretariat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from surveys.rules.blockers import Blocker, PanelState, WaitsFor, find_blocker
from surveys.vocabulary import RoundKind, RoundStatus
from tests.builders import NOW

FRESH = PanelState(n_facilitators=1, n_panel=6)
OPEN = replace(FRESH, round_kind=RoundKind.RATING, round_status=RoundStatus.OPEN, deadline_at=NOW + timedelta(days=10))
CLOSED = replace(FRESH, round_kind=RoundKind.IDEAS, round_status=RoundStatus.CLOSED, closed_at=NOW)
PUBLISHED = replace(CLOSED, is_published=True)
NEAR = NOW + timedelta(days=2)


@pytest.mark.parametrize(
    ("state", "blocker", "waits_for", "needs_secretariat"),
    [
        (replace(FRESH, n_facilitators=0), Blocker.NO_FACILITATOR, WaitsFor.SECRETARIAT, True),
        (replace(FRESH, n_panel=0), Blocker.NO_PANEL, WaitsFor.SECRETARIAT, True),
        (FRESH, Blocker.NOT_STARTED, WaitsFor.FACILITATOR, False),
        (replace(FRESH, round_status=RoundStatus.PLANNED), Blocker.ROUND_PLANNED, WaitsFor.FACILITATOR, False),
        (OPEN, Blocker.COLLECTING, WaitsFor.EXPERTS, False),
        (replace(OPEN, deadline_at=None), Blocker.COLLECTING, WaitsFor.EXPERTS, False),
        (replace(OPEN, deadline_at=NEAR, n_responded=2), Blocker.LATE_ANSWERS, WaitsFor.EXPERTS, True),
        (replace(OPEN, deadline_at=NEAR, n_responded=3), Blocker.COLLECTING, WaitsFor.EXPERTS, False),
        (replace(OPEN, deadline_at=NOW), Blocker.DEADLINE_PASSED, WaitsFor.FACILITATOR, False),
        (replace(OPEN, deadline_at=NOW - timedelta(days=4)), Blocker.DEADLINE_PASSED, WaitsFor.FACILITATOR, True),
        (replace(CLOSED, n_ideas_waiting=3), Blocker.IDEAS_WAITING, WaitsFor.FACILITATOR, False),
        (CLOSED, Blocker.NEXT_STEP_DUE, WaitsFor.FACILITATOR, False),
        (replace(CLOSED, closed_at=NOW - timedelta(days=15)), Blocker.NEXT_STEP_DUE, WaitsFor.FACILITATOR, True),
        (replace(PUBLISHED, n_uncategorised=1, n_unassigned=2), Blocker.UNCATEGORISED, WaitsFor.SECRETARIAT, True),
        (replace(PUBLISHED, n_unassigned=2), Blocker.UNASSIGNED, WaitsFor.SECRETARIAT, True),
        (PUBLISHED, Blocker.DONE, WaitsFor.NOBODY, False),
    ],
)
def test_find_blocker(state: PanelState, blocker: Blocker, waits_for: WaitsFor, needs_secretariat: bool) -> None:
    finding = find_blocker(state, now=NOW)
    assert (finding.blocker, finding.waits_for, finding.needs_secretariat) == (blocker, waits_for, needs_secretariat)
