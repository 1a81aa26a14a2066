"""Counts per scale point: the sufficient statistic of nearly everything else in this package."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MAX_POINTS_COMPARED = 20
BLOCK_ROWS = 255


def count_points(
    values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int
) -> IntArray:
    """Histogram of every item over the full scale.

    Parameters
    ----------
    values : integer array (experts, items), scale units; ignored where `rated` is false
    rated : bool array (experts, items)
    lower : lowest scale point
    points : number of scale points K

    Returns
    -------
    int64 array (items, K)

    Errors: the caller has checked that rated values lie on the scale.
    """
    if points <= MAX_POINTS_COMPARED:
        return _count_by_comparison(values, rated=rated, lower=lower, points=points)
    return _count_by_slot(values, rated=rated, lower=lower, points=points)


def _count_by_comparison(
    values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int
) -> IntArray:
    """One pass a scale point, over blocks that stay in the cache and whose sums fit in one byte."""
    n_experts, n_items = values.shape
    counts = np.zeros((points, n_items), dtype=np.int64)
    hits = np.empty((min(BLOCK_ROWS, n_experts), n_items), dtype=np.bool_)
    for start in range(0, n_experts, BLOCK_ROWS):
        block, asked = values[start : start + BLOCK_ROWS], rated[start : start + BLOCK_ROWS]
        hit = hits[: len(block)]
        for point in range(points):
            np.equal(block, lower + point, out=hit)
            hit &= asked
            counts[point] += np.add.reduce(hit.view(np.uint8), axis=0, dtype=np.uint8)
    return np.ascontiguousarray(counts.T)


def _count_by_slot(
    values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int
) -> IntArray:
    """One pass for all points: faster than comparing once a scale has many."""
    n_items = values.shape[1]
    width = points + 1
    slot = np.where(rated, values.astype(np.int64) - lower, points)
    slot += np.arange(n_items, dtype=np.int64) * width
    flat = np.bincount(slot.ravel(), minlength=n_items * width)
    return np.ascontiguousarray(flat.reshape(n_items, width)[:, :points], dtype=np.int64)
