"""Kendall's W of two rounds on the same people and items."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.concordance import kendall_w
from analysis.concordance_change import concordance_change
from analysis.types import Ratings, Scale

NINE = Scale(1, 9)
ALIKE = np.array([[1, 5, 9]] * 5, dtype=float)
MIXED = np.array([[1, 5, 9], [9, 5, 1], [5, 1, 9], [1, 9, 5], [5, 9, 1]], dtype=float)


def ratings(matrix: np.ndarray) -> Ratings:
    return Ratings.from_matrix(matrix, NINE)


def test_panel_that_comes_together() -> None:
    found = concordance_change(ratings(MIXED), ratings(ALIKE))
    assert (found.m_used, found.k_used, found.after) == (5, 3, 1.0)
    assert found.before == kendall_w(MIXED).w
    assert found.before is not None and found.change == 1.0 - found.before
    assert (found.is_plateau, found.is_strong, found.reason) == (False, True, None)


def test_panel_that_stays_as_it_is() -> None:
    found = concordance_change(ratings(MIXED), ratings(MIXED))
    assert (found.change, found.is_plateau, found.is_strong) == (0.0, True, False)


def test_only_people_and_items_of_both_rounds_count() -> None:
    before, after = np.hstack([MIXED, np.full((5, 1), 7.0)]), np.hstack([ALIKE, np.full((5, 1), np.nan)])
    before[0, 0] = np.nan
    found = concordance_change(ratings(before), ratings(after))
    assert (found.m_used, found.k_used) == (4, 3)
    assert found.before == kendall_w(MIXED[1:]).w


@pytest.mark.parametrize(
    ("before", "reason"),
    [(np.full((5, 3), 7.0), "no_variance"), (np.full((5, 3), np.nan), "too_few_complete")],
)
def test_undefined_change_says_why(before: np.ndarray, reason: str) -> None:
    found = concordance_change(ratings(before), ratings(ALIKE))
    assert (found.change, found.is_plateau, found.is_strong, found.reason) == (None, False, False, reason)


def test_rounds_of_other_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="rounds have shapes"):
        concordance_change(ratings(ALIKE), ratings(ALIKE[1:]))
