"""Average ranks of many rows at once, as doubled integers so that ties stay exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray


def dense_codes(matrix: npt.NDArray[np.generic]) -> tuple[IntArray, int]:
    """The values of a matrix replaced by 0, 1, 2 ... in their order, and how many there are."""
    values, codes = np.unique(matrix, return_inverse=True)
    return codes.reshape(matrix.shape).astype(np.int64, copy=False), len(values)


def doubled_ranks(matrix: npt.NDArray[np.generic]) -> tuple[IntArray, IntArray]:
    """Twice the average rank of every value within its row (lowest = 1), and each row's tie sum.

    Parameters
    ----------
    matrix : number array (rows, columns), no NaN

    Returns
    -------
    int64 (rows, columns) of doubled ranks; int64 (rows,) of the sums of t^3 - t over the row's tie groups
    """
    n_rows, n_columns = matrix.shape
    codes, n_codes = _small_codes(matrix)
    if n_codes <= 2 * n_columns + 16:
        slot = codes + np.arange(n_rows, dtype=np.int64)[:, None] * n_codes
        counts = np.bincount(slot.ravel(), minlength=n_rows * n_codes).reshape(n_rows, n_codes)
        doubled = 2 * np.cumsum(counts, axis=1) - counts + 1
        ranks = np.take(doubled.ravel(), slot)
        return ranks, (counts**3 - counts).sum(axis=1)
    return _ranks_by_sorting(codes)


def _small_codes(matrix: npt.NDArray[np.generic]) -> tuple[IntArray, int]:
    if np.issubdtype(matrix.dtype, np.integer) and matrix.size:
        low, high = int(matrix.min()), int(matrix.max())
        if high - low < 256:
            return np.subtract(matrix, low, dtype=np.int64), high - low + 1
    return dense_codes(matrix)


def _ranks_by_sorting(codes: IntArray) -> tuple[IntArray, IntArray]:
    n_rows, n_columns = codes.shape
    order = np.argsort(codes, axis=1, kind="stable")
    ordered = np.take_along_axis(codes, order, axis=1)
    starts = np.ones(codes.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    group = np.cumsum(starts.ravel()) - 1
    size = np.bincount(group)
    position = np.flatnonzero(starts) % n_columns
    doubled = (2 * position + size + 1)[group].reshape(codes.shape)
    ranks = np.empty_like(doubled)
    np.put_along_axis(ranks, order, doubled, axis=1)
    row = np.flatnonzero(starts) // n_columns
    ties = np.zeros(n_rows, dtype=np.int64)
    np.add.at(ties, row, size**3 - size)
    return ranks, ties
