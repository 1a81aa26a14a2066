"""COMET 70/15 at its edges and over groups, APMO, and the limits on SD and CV."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.published_rules import CometOutRule, CvClass, apmo, comet_70_15, cv_class, is_sd_below
from analysis.types import Scale, Verdict

NINE = Scale(1, 9)


def panel(low: int, middle: int, high: int):
    return np.array([[low, 0, 0, middle, 0, 0, high, 0, 0]], dtype=np.int64)


@pytest.mark.parametrize(
    ("low", "middle", "high", "expected"),
    [
        (2, 4, 14, Verdict.IN),  # exactly 70 % and 10 %
        (3, 3, 14, Verdict.NONE),  # exactly 15 % against is not under 15 %
        (14, 4, 2, Verdict.OUT),
        (0, 4, 6, Verdict.NONE),
        (0, 0, 4, Verdict.INSUFFICIENT),
        (0, 0, 0, Verdict.NO_DATA),
    ],
)
def test_comet_at_its_edges(low: int, middle: int, high: int, expected: Verdict) -> None:
    assert comet_70_15([panel(low, middle, high)], scale=NINE) == (expected,)


def test_comet_must_hold_in_every_group() -> None:
    clinicians, patients = panel(0, 1, 9), panel(2, 3, 5)
    assert comet_70_15([clinicians], scale=NINE) == (Verdict.IN,)
    assert comet_70_15([clinicians, patients], scale=NINE) == (Verdict.NONE,)


def test_comet_may_drop_what_half_of_every_group_does_not_support() -> None:
    groups = [panel(2, 3, 5), panel(3, 4, 3)]
    assert comet_70_15(groups, scale=NINE) == (Verdict.NONE,)
    assert comet_70_15(groups, scale=NINE, out_rule=CometOutRule.LE50_ALL_GROUPS) == (Verdict.OUT,)
    one_empty = [panel(2, 3, 5), panel(0, 0, 0)]
    assert comet_70_15(one_empty, scale=NINE, out_rule=CometOutRule.LE50_ALL_GROUPS) == (Verdict.NONE,)


def test_comet_takes_the_denominator_given() -> None:
    assert comet_70_15([panel(0, 0, 7)], scale=NINE, n=[np.array([11])]) == (Verdict.NONE,)


def test_comet_needs_thirds() -> None:
    assert comet_70_15([np.zeros((1, 5), dtype=np.int64)], scale=Scale(1, 5)) is None


def test_apmo_counts_majority_opinions() -> None:
    # Agree 8 of 10, disagree 6 of 10, no majority: (8 + 6) / 30.
    counts = np.array([[1, 1, 0, 4, 4], [3, 3, 2, 1, 1], [2, 2, 2, 2, 2]])
    found = apmo(counts, scale=Scale(1, 5))
    assert found is not None
    assert found.threshold == pytest.approx(14 / 30)
    assert found.consensus == (True, True, False)


def test_apmo_of_nobody_is_undefined() -> None:
    assert apmo(np.zeros((2, 5), dtype=np.int64), scale=Scale(1, 5)) is None


def test_apmo_takes_the_box_given() -> None:
    found = apmo(np.array([[0, 0, 0, 4, 4]]), scale=Scale(1, 5), box=1)
    assert found is not None
    assert (found.threshold, found.consensus) == (0.0, (False,))


@pytest.mark.parametrize(("sd", "expected"), [(0.99, True), (1.0, False), (None, None)])
def test_sd_limit_is_strict(sd: float | None, expected: bool | None) -> None:
    assert is_sd_below(sd, limit=1.0) is expected


@pytest.mark.parametrize(
    ("cv", "expected"),
    [(0.5, CvClass.GOOD), (0.8, CvClass.UNSATISFACTORY), (0.81, CvClass.POOR), (None, None)],
)
def test_cv_classes(cv: float | None, expected: CvClass | None) -> None:
    assert cv_class(cv) is expected
