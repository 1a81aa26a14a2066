"""Counting ratings: the same histogram whatever the dtype, the number of points and the size of the panel."""

import numpy as np
import pytest

from analysis.histogram import BLOCK_ROWS, MAX_POINTS_COMPARED, count_points


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64])
@pytest.mark.parametrize("points", [2, 9, MAX_POINTS_COMPARED, MAX_POINTS_COMPARED + 1, 101])
@pytest.mark.parametrize("n_experts", [0, 1, BLOCK_ROWS, BLOCK_ROWS + 1, 3 * BLOCK_ROWS])
def test_counts_are_those_of_a_plain_loop(dtype: type[np.integer], points: int, n_experts: int) -> None:
    rng = np.random.RandomState(7)
    values = rng.randint(3, 3 + points, size=(n_experts, 4)).astype(dtype)
    rated = rng.rand(n_experts, 4) < 0.8
    counts = count_points(values, rated=rated, lower=3, points=points)
    assert counts.dtype == np.int64
    assert counts.tolist() == [
        [int(np.count_nonzero(rated[:, item] & (values[:, item] == 3 + at))) for at in range(points)]
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
