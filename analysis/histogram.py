"""Counts per scale point: the sufficient statistic of nearly everything else in this package."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

MAX_POINTS_COMPARED = 20
BLOCK_ROWS = 255
BLOCK_CELLS = 2**19
CELLS_AT_ONCE = 2**20
FOLD = 8
FOLD_FROM_ROWS = 32
FOLD_FROM_EXPERTS = 512


def count_points(values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int) -> IntArray:
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

    Errors: none; a rated value off the scale is counted nowhere, so the sum tells whether there is one.
    """
    if points <= MAX_POINTS_COMPARED:
        return _count_by_comparison(values, rated=rated, lower=lower, points=points)
    return _count_by_slot(values, rated=rated, lower=lower, points=points)


def _count_by_comparison(values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int) -> IntArray:
    """One pass a scale point. Many experts are folded into fewer, longer rows, which add up faster."""
    n_experts, n_items = values.shape
    if n_experts < FOLD_FROM_EXPERTS:
        return np.ascontiguousarray(_count_rows(values, rated, lower=lower, points=points).T)
    whole = n_experts - n_experts % FOLD
    shape = (whole // FOLD, FOLD * n_items)
    folded = _count_rows(values[:whole].reshape(shape), rated[:whole].reshape(shape), lower=lower, points=points)
    counts = folded.reshape(points, FOLD, n_items).sum(axis=1)
    counts += _count_rows(values[whole:], rated[whole:], lower=lower, points=points)
    return np.ascontiguousarray(counts.T)


def _count_rows(values: npt.NDArray[np.integer], rated: BoolArray, *, lower: int, points: int) -> IntArray:
    """Counts (points, columns), over blocks of rows that stay in the cache and whose sums fit in one byte."""
    n_rows, n_columns = values.shape
    if lower > 0 and n_rows <= BLOCK_ROWS and points * values.size <= CELLS_AT_ONCE:
        return _count_at_once(values, rated, lower=lower, points=points)
    height = max(1, min(BLOCK_ROWS, BLOCK_CELLS // max(1, n_columns), n_rows))
    counts = np.zeros((points, n_columns), dtype=np.int64)
    marks = np.empty((height, n_columns), dtype=values.dtype)
    hits = np.empty((height, n_columns), dtype=np.bool_)
    sums = np.empty((points, n_columns), dtype=np.uint8)
    for start in range(0, n_rows, height):
        block, asked = values[start : start + height], rated[start : start + height]
        mark, hit = marks[: len(block)], hits[: len(block)]
        # Where 0 is off the scale it can stand for "not rated", which spares the masking of every point.
        if lower > 0:
            np.multiply(block, asked, out=mark, dtype=mark.dtype)
        for point in range(points):
            if lower > 0:
                np.equal(mark, lower + point, out=hit)
            else:
                np.equal(block, lower + point, out=hit)
                hit &= asked
            np.add.reduce(hit.view(np.uint8), axis=0, dtype=np.uint8, out=sums[point])
        counts += sums
    return counts


def _count_at_once(values: npt.NDArray[np.integer], rated: BoolArray, *, lower: int, points: int) -> IntArray:
    """All points in one comparison: in a small panel the number of NumPy calls is what takes the time."""
    width = np.promote_types(values.dtype, np.min_scalar_type(-(lower + points)))
    mark = np.multiply(values, rated.view(np.int8), dtype=width)
    hits = mark == np.arange(lower, lower + points, dtype=width)[:, None, None]
    return np.asarray(_sum_rows(hits.view(np.uint8)), dtype=np.int64)


def _sum_rows(hits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Sums over the rows of (points, rows, columns), at most 255 of them; many are first folded into longer ones."""
    points, n_rows, n_columns = hits.shape
    if n_rows < FOLD_FROM_ROWS:
        return np.asarray(np.add.reduce(hits, axis=1, dtype=np.uint8))
    whole = n_rows - n_rows % FOLD
    folded = hits[:, :whole].reshape(points, whole // FOLD, FOLD * n_columns)
    sums = np.add.reduce(folded, axis=1, dtype=np.uint8).reshape(points, FOLD, n_columns)
    rest = np.add.reduce(hits[:, whole:], axis=1, dtype=np.uint8)
    return np.asarray(np.add.reduce(sums, axis=1, dtype=np.uint8) + rest)


def _count_by_slot(values: npt.NDArray[np.integer], *, rated: BoolArray, lower: int, points: int) -> IntArray:
    """One pass for all points: faster than comparing once a scale has many."""
    n_items = values.shape[1]
    width = points + 1
    slot = values.astype(np.int64) - lower
    slot[~rated | (slot < 0) | (slot > points)] = points
    slot += np.arange(n_items, dtype=np.int64) * width
    flat = np.bincount(slot.ravel(), minlength=n_items * width)
    return np.ascontiguousarray(flat.reshape(n_items, width)[:, :points], dtype=np.int64)
