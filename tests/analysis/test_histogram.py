"""Counting ratings: the same histogram whatever the dtype, the number of points and the size of the panel."""

import numpy as np
import pytest

from analysis.histogram import BLOCK_ROWS, FOLD, FOLD_FROM_EXPERTS, MAX_POINTS_COMPARED, count_points


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64])
@pytest.mark.parametrize("points", [2, 9, MAX_POINTS_COMPARED, MAX_POINTS_COMPARED + 1, 101])
@pytest.mark.parametrize("n_experts", [0, 1, BLOCK_ROWS, BLOCK_ROWS + 1, FOLD_FROM_EXPERTS, FOLD * BLOCK_ROWS + 3])
@pytest.mark.parametrize("lower", [-3, 0, 3])
def test_counts_are_those_of_a_plain_loop(dtype: type[np.integer], points: int, n_experts: int, lower: int) -> None:
    rng = np.random.RandomState(7)
    values = rng.randint(lower, lower + points, size=(n_experts, 4)).astype(dtype)
    rated = rng.rand(n_experts, 4) < 0.8
    counts = count_points(values, rated=rated, lower=lower, points=points)
    assert counts.dtype == np.int64
    assert counts.tolist() == [
        [int(np.count_nonzero(rated[:, item] & (values[:, item] == lower + at))) for at in range(points)]
        for item in range(4)
    ]


@pytest.mark.parametrize("points", [9, 50])
def test_more_than_a_byte_of_equal_ratings_is_counted_in_full(points: int) -> None:
    values = np.full((1000, 2), 5, dtype=np.int8)
    counts = count_points(values, rated=np.ones_like(values, dtype=np.bool_), lower=1, points=points)
    assert counts[:, 4].tolist() == [1000, 1000]
    assert int(counts.sum()) == 2000


def test_values_that_are_not_rated_do_not_count_whatever_they_are() -> None:
    values = np.array([[127], [-128], [1]], dtype=np.int8)
    counts = count_points(values, rated=np.array([[False], [False], [True]]), lower=-3, points=7)
    assert counts.tolist() == [[0, 0, 0, 0, 1, 0, 0]]


def test_a_scale_may_end_above_what_the_ratings_can_hold() -> None:
    values = np.array([[127], [120], [-128]], dtype=np.int8)
    counts = count_points(values, rated=np.ones((3, 1), dtype=np.bool_), lower=120, points=15)
    assert counts.tolist() == [[1, 0, 0, 0, 0, 0, 0, 1] + [0] * 7]


@pytest.mark.parametrize("points", [9, 50])
def test_rated_values_off_the_scale_are_counted_nowhere(points: int) -> None:
    values = np.array([[1], [0], [points + 1], [-40], [2 * points + 3]])
    counts = count_points(values, rated=np.ones((5, 1), dtype=np.bool_), lower=1, points=points)
    assert counts.tolist() == [[1] + [0] * (points - 1)]


def test_transposed_tables_count_the_same() -> None:
    values = np.random.RandomState(3).randint(1, 10, size=(3, FOLD * BLOCK_ROWS + 5)).astype(np.int8).T
    counts = count_points(values, rated=np.ones_like(values, dtype=np.bool_), lower=1, points=9)
    assert counts.tolist() == [np.bincount(values[:, item], minlength=10)[1:].tolist() for item in range(3)]
