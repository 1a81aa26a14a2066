"""Polarisation: package values of the coefficients, the definition of two camps, groups that explain it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.polarisation import GroupSplit, ashman_d, bipolar, cliffs_delta, group_splits, sarle_bc
from analysis.types import Ratings, Scale

NINE = Scale(1, 9)
FIVE = Scale(1, 5)


def counts_of(ratings: list[int], scale: Scale = NINE) -> np.ndarray:
    return np.bincount(np.array(ratings, dtype=np.int64) - scale.lower, minlength=scale.points)[None]


def is_bipolar(ratings: list[int], scale: Scale = NINE) -> bool:
    return bool(bipolar(counts_of(ratings, scale), scale=scale)[0])


def test_sarle_coefficients_equal_the_reference(cases: dict[str, Any]) -> None:
    compared = 0
    for case in cases["matrices"].values():
        matrix = np.array([[np.nan if x is None else x for x in row] for row in case["ratings"]], dtype=float).T
        scale = Scale(*case["scale"])
        found = sarle_bc(Ratings.from_matrix(matrix, scale).counts, scale=scale)
        for value, item in zip(found, case["spec_items"], strict=True):
            expected = item.get("sarle_bc")
            assert value == (None if expected is None else pytest.approx(expected, abs=1e-9))
            compared += expected is not None
    assert compared > 30


def test_sarle_calls_two_adjacent_points_bimodal_and_two_camps_does_not() -> None:
    (coefficient,) = sarle_bc(counts_of([3] * 5 + [4] * 5), scale=NINE)
    assert coefficient == pytest.approx(0.5656565656565655, abs=1e-9)
    assert not is_bipolar([3] * 5 + [4] * 5)


@pytest.mark.parametrize("ratings", [[], [5], [1, 9], [1, 5, 9], [4, 4, 4, 4, 4]])
def test_sarle_is_undefined_for_few_or_equal_ratings(ratings: list[int]) -> None:
    assert sarle_bc(counts_of(ratings), scale=NINE) == (None,)


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        ([1] * 4 + [9] * 4, True),
        ([], False),
        ([7], False),
        ([1, 9], True),
        # a third in each extreme of 5 to 7 ratings: 2 of 5, 2 of 6, 3 of 7
        ([1, 3, 5, 7, 9], True),
        ([1, 3, 5, 6, 9], False),
        ([3, 3, 5, 5, 7, 7], True),
        ([3, 3, 5, 5, 5, 7, 7], False),
        ([3, 3, 3, 5, 7, 7, 7], True),
        # floor((n - 2) / 3) + 1 from 8: 3 of 8, 3 of 10, where "one third" would ask for 4
        ([3, 3, 5, 5, 5, 5, 7, 7], False),
        ([3, 3, 3, 5, 5, 5, 5, 7, 7, 7], True),
        ([3, 3, 4, 5, 5, 5, 5, 7, 7, 7], False),
    ],
)
def test_two_camps_by_definition(ratings: list[int], expected: bool) -> None:
    assert is_bipolar(ratings) is expected


def test_scale_without_thirds_has_single_extreme_points() -> None:
    assert is_bipolar([1, 1, 3, 3, 5, 5], FIVE)
    assert not is_bipolar([1, 2, 3, 3, 4, 5], FIVE)
    assert is_bipolar([0, 0, 0, 1, 1, 1], Scale(0, 1))
    assert not is_bipolar([0, 1, 1, 1, 1, 1], Scale(0, 1))


@given(st.lists(st.integers(1, 9), max_size=30))
def test_two_camps_survive_a_reversed_scale(ratings: list[int]) -> None:
    assert is_bipolar(ratings) == is_bipolar([10 - rating for rating in ratings])


@pytest.mark.parametrize(
    ("ratings", "d", "cut", "reason"),
    [
        ([1, 1, 9, 9], None, 1, "perfect_split"),
        ([5, 5, 5], None, None, "no_variance"),
        ([], None, None, "no_variance"),
        ([1, 2, 2, 9], None, 2, "group_of_one"),
        ([1, 2, 8, 9], 2**0.5 * 7, 2, None),
        # the same squares for {1} {2, 3} and {1, 2} {3}: the lowest cut wins and leaves a group of one
        ([1, 2, 3], None, 1, "group_of_one"),
    ],
)
def test_ashman_d(ratings: list[int], d: float | None, cut: int | None, reason: str | None) -> None:
    (found,) = ashman_d(counts_of(ratings), scale=NINE)
    assert (found.cut, found.reason) == (cut, reason)
    assert found.d == (None if d is None else pytest.approx(d))


def test_cliffs_delta_counts_pairs() -> None:
    first, second = counts_of([7, 8, 9]), counts_of([7, 1])
    assert cliffs_delta(first, second)[0] == pytest.approx(5 / 6)
    assert cliffs_delta(second, first)[0] == pytest.approx(-5 / 6)
    assert np.isnan(cliffs_delta(first, counts_of([]))[0])


def test_groups_that_agree_within_explain_a_divided_panel() -> None:
    groups = {"north": counts_of([8, 8, 9, 8, 9]), "south": counts_of([2, 2, 1, 2, 3]), "west": counts_of([5] * 5)}
    assert group_splits(groups) == (GroupSplit(higher="north", lower="south", delta=1.0),)


@pytest.mark.parametrize(
    "groups",
    [
        {"a": [8, 8, 9, 8], "b": [2, 2, 1, 2, 3]},
        {"a": [1, 1, 9, 9, 9], "b": [1, 1, 1, 1, 1]},
        {"a": [5, 5, 6, 5, 5], "b": [5, 5, 5, 5, 5]},
        {"a": [5, 5, 6, 5, 5]},
    ],
)
def test_no_split_with_a_small_a_divided_or_a_like_minded_group(groups: dict[str, list[int]]) -> None:
    assert group_splits({name: counts_of(ratings) for name, ratings in groups.items()}) == (None,)


def test_the_farthest_groups_are_named() -> None:
    groups = {"a": [5, 5, 6, 6, 6], "b": [6, 7, 7, 7, 6], "c": [3, 3, 3, 3, 4]}
    (found,) = group_splits({name: counts_of(ratings) for name, ratings in groups.items()})
    assert found == GroupSplit(higher="a", lower="c", delta=1.0)
    reverse = {"a": [6, 7, 7, 7, 6], "b": [5, 6, 6, 6, 6], "c": [9, 9, 9, 9, 8]}
    (turned,) = group_splits({name: counts_of(ratings) for name, ratings in reverse.items()})
    assert turned == GroupSplit(higher="c", lower="a", delta=1.0)


def test_no_groups_are_refused() -> None:
    with pytest.raises(ValueError, match="counts_by_group is empty"):
        group_splits({})
