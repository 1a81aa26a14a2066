"""Counts per scale point: the sufficient statistic of nearly everything else in this package."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


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
    n_items = values.shape[1]
    width = points + 1
    slot = np.where(rated, values.astype(np.int64) - lower, points)
    slot += np.arange(n_items, dtype=np.int64) * width
    flat = np.bincount(slot.ravel(), minlength=n_items * width)
    return np.ascontiguousarray(flat.reshape(n_items, width)[:, :points], dtype=np.int64)
