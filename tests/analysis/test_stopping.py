"""The stop rule: every branch in its order."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.stopping import StopStatus, StudyStop, stop_status, study_stop
from analysis.types import Verdict

NOTHING = {
    "verdict": Verdict.NONE,
    "has_previous": True,
    "group_stable": False,
    "individual_stable": False,
    "is_bipolar": False,
    "counts": [2, 2, 2, 2, 2, 2, 2, 2, 2],
    "round_number": 2,
    "max_rounds": 3,
}
SETTLED = {"group_stable": True, "individual_stable": True}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"verdict": Verdict.INSUFFICIENT}, StopStatus.INSUFFICIENT),
        ({"verdict": Verdict.NO_DATA, "round_number": 3}, StopStatus.INSUFFICIENT),
        ({"has_previous": False, "verdict": Verdict.IN}, StopStatus.PROVISIONAL_IN),
        ({"has_previous": False, "verdict": Verdict.OUT}, StopStatus.PROVISIONAL_OUT),
        ({"has_previous": False}, StopStatus.CONTINUE),
        ({"verdict": Verdict.IN, "group_stable": True}, StopStatus.CONSENSUS_IN),
        ({"verdict": Verdict.OUT, "group_stable": True}, StopStatus.CONSENSUS_OUT),
        ({"verdict": Verdict.IN}, StopStatus.CONTINUE),
        ({"verdict": Verdict.IN, "round_number": 3}, StopStatus.CONSENSUS_IN_UNSTABLE),
        ({"verdict": Verdict.OUT, "round_number": 4}, StopStatus.CONSENSUS_OUT_UNSTABLE),
        ({**SETTLED, "is_bipolar": True}, StopStatus.DISSENT_BIPOLAR),
        (SETTLED, StopStatus.DISSENT_DISPERSED),
        ({**SETTLED, "counts": [0, 0, 1, 4, 3, 2, 1, 1, 0]}, StopStatus.DISSENT_PLURALITY),
        ({**SETTLED, "counts": [5, 1, 1, 1, 1]}, StopStatus.DISSENT_PLURALITY),
        ({"group_stable": True, "round_number": 3}, StopStatus.UNRESOLVED),
        ({"individual_stable": True}, StopStatus.CONTINUE),
    ],
)
def test_stop_status_follows_the_order(changes: dict[str, Any], status: StopStatus) -> None:
    assert stop_status(**{**NOTHING, **changes}) is status


@pytest.mark.parametrize(
    ("statuses", "round_number", "n_returned", "stop"),
    [
        ([StopStatus.CONSENSUS_IN, StopStatus.UNRESOLVED], 2, 1, StudyStop.ALL_SETTLED),
        ([], 1, 9, StudyStop.ALL_SETTLED),
        ([StopStatus.CONTINUE], 3, 9, StudyStop.LAST_ROUND),
        ([StopStatus.CONTINUE], 2, 4, StudyStop.LOW_RESPONSE),
        ([StopStatus.CONTINUE], 2, 5, StudyStop.GO_ON),
    ],
)
def test_study_stop(statuses: list[StopStatus], round_number: int, n_returned: int, stop: StudyStop) -> None:
    found = study_stop(statuses, round_number=round_number, max_rounds=3, n_returned=n_returned, n_first_round=10)
    assert found is stop
