"""Scales, ratings and rules refuse what does not fit, quoting it; a reversed scale is flipped once."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import analysis
from analysis.types import (
    CellState,
    ConsensusRule,
    Denominator,
    Ratings,
    Scale,
    default_box,
    default_iqr,
)

NAN = float("nan")
STATES = np.array(
    [
        [CellState.RATED, CellState.RATED],
        [CellState.RATED, CellState.DONT_KNOW],
        [CellState.ABSTAINED, CellState.MISSING],
        [CellState.NOT_ASKED, CellState.NOT_RETURNED],
    ],
    dtype=np.int8,
)
VALUES = np.array([[1, 9], [3, 0], [0, 0], [0, 0]])


def test_scale_knows_its_points() -> None:
    scale = Scale(0, 10)
    assert scale.points == 11
    assert scale.values.tolist() == list(range(11))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((5, 5), "upper is 5; it must be above lower, 5"), ((1, 9, 0), "direction is 0; allowed are 1 and -1")],
)
def test_scale_refuses(arguments: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Scale(*arguments)


def test_ratings_count_every_state() -> None:
    ratings = Ratings(values=VALUES, states=STATES, scale=Scale(1, 9))
    assert (ratings.n_experts, ratings.n_items) == (4, 2)
    assert ratings.counts.tolist() == [[1, 0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 1]]
    assert ratings.n_rated.tolist() == [2, 1]
    assert ratings.n_returned.tolist() == [2, 3]
    assert ratings.n_eligible.tolist() == [2, 4]
    assert ratings.state_counts(CellState.DONT_KNOW).tolist() == [0, 1]
    assert ratings.denominators(Denominator.RATED).tolist() == [2, 1]
    assert ratings.denominators(Denominator.RETURNED).tolist() == [2, 3]
    assert ratings.denominators(Denominator.ELIGIBLE).tolist() == [2, 4]


def test_reversed_scale_is_flipped_once() -> None:
    ratings = Ratings(values=VALUES, states=STATES, scale=Scale(1, 9, -1))
    assert ratings.values[ratings.rated].tolist() == [9, 1, 7]
    assert ratings.scale == Scale(1, 9)
    again = Ratings(values=ratings.values, states=ratings.states, scale=ratings.scale)
    assert again.counts.tolist() == ratings.counts.tolist()


def test_matrix_gaps_take_the_state_named() -> None:
    ratings = Ratings.from_matrix([[1, NAN]], Scale(1, 5), nan=CellState.NOT_ASKED)
    assert ratings.states.tolist() == [[CellState.RATED, CellState.NOT_ASKED]]
    assert Ratings.from_matrix([[NAN]], Scale(1, 5)).states.tolist() == [[CellState.MISSING]]


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([1.0, 2.0], "values have 1 dimensions; allowed is 2"),
        ([[1.5]], "rating 1.5 is not one of 1..9"),
        ([[float("inf")]], "rating inf is not one of 1..9"),
        ([[10.0]], "rating 10 is not one of 1..9"),
        ([[0.0]], "rating 0 is not one of 1..9"),
    ],
)
def test_matrix_refuses(matrix: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Ratings.from_matrix(matrix, Scale(1, 9))


@pytest.mark.parametrize(
    ("values", "states", "message"),
    [
        (np.zeros(2, dtype=int), np.zeros(2, dtype=np.int8), "values have 1 dimensions"),
        (np.zeros((2, 1), dtype=int), np.zeros((1, 2), dtype=np.int8), r"states have shape \(1, 2\)"),
        (np.ones((1, 1)), np.zeros((1, 1), dtype=np.int8), "values are float64; allowed are integers"),
        (np.ones((1, 1), dtype=int), np.array([[6]], dtype=np.int8), "state 6 is not one of 0..5"),
        (np.ones((1, 1), dtype=int), np.array([[-1]], dtype=np.int8), "state -1 is not one of 0..5"),
    ],
)
def test_ratings_refuse(values: Any, states: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Ratings(values=values, states=states, scale=Scale(1, 9))


def test_ratings_may_be_empty() -> None:
    ratings = Ratings.from_matrix(np.empty((0, 3)), Scale(1, 9))
    assert ratings.n_rated.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("scale", "box", "iqr"),
    [
        (Scale(0, 1), 1, 0.0),
        (Scale(1, 4), 2, 1.0),
        (Scale(1, 5), 2, 1.0),
        (Scale(1, 6), 2, 1.0),
        (Scale(1, 7), 2, 1.0),
        (Scale(1, 8), 2, 2.0),
        (Scale(1, 9), 3, 2.0),
        (Scale(1, 10), 3, 2.0),
        (Scale(0, 10), 3, 2.0),
        (Scale(0, 100), 33, 20.0),
        (Scale(1, 101), 33, 22.0),
    ],
)
def test_default_rule_fits_the_scale(scale: Scale, box: int, iqr: float) -> None:
    rule = ConsensusRule.default_for(scale)
    assert (default_box(scale), default_iqr(scale)) == (box, iqr)
    assert (rule.agree_from, rule.agree_to) == (scale.upper - box + 1, scale.upper)
    assert (rule.width, rule.iqr, rule.agreement, rule.min_n) == (box, iqr, Fraction(3, 4), 5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"agree_to": 6}, "agree_to is 6; it must not be below agree_from, 7"),
        ({"agreement": Fraction(0)}, "agreement is 0; allowed is above 0 and up to 1"),
        ({"agreement": Fraction(5, 4)}, "agreement is 5/4; allowed is above 0 and up to 1"),
        ({"iqr": -1.0}, "iqr is -1.0; allowed is a finite number from 0"),
        ({"iqr": float("inf")}, "iqr is inf; allowed is a finite number from 0"),
        ({"min_n": 0}, "min_n is 0; allowed is 1 or more"),
        ({"min_rated_share": Fraction(2)}, "min_rated_share is 2; allowed is 0 to 1"),
    ],
)
def test_rule_refuses(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ConsensusRule.default_for(Scale(1, 9)), **change)


def test_rule_must_fit_the_scale() -> None:
    with pytest.raises(ValueError, match="agreement range 7-9 is outside the scale 1-5"):
        ConsensusRule.default_for(Scale(1, 9)).check_scale(Scale(1, 5))


def test_package_names_are_all_there() -> None:
    assert all(getattr(analysis, name) is not None for name in analysis.__all__)


def test_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = analysis.nonsense
