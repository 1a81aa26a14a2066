"""The generalised W for tables with gaps: the mean Spearman correlation of all pairs of experts."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum

import numpy as np
import numpy.typing as npt

from analysis.ranks import dense_codes

FloatArray = npt.NDArray[np.float64]

MAX_EXPERTS = 2000
BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class PairwiseW:
    """w of an incomplete table, or None with its reason."""

    w: float | None
    reason: str | None


def pairwise_w(ratings: FloatArray) -> PairwiseW:
    """Generalised W = (1 + rho (q - 1)) / q, q the mean number of ratings per item.

    rho is the mean Spearman correlation over pairs of experts on the items both rated, weighted by max(0, common
    items - 1); an undefined correlation counts as 0.

    ratings : float (experts, items), NaN where not rated.
    Source: Taylor 1987; Brueckl 2011. Checked against R DescTools 0.99.59 KendallW.
    """
    m = ratings.shape[0]
    rated = ~np.isnan(ratings)
    if m < 2:
        return PairwiseW(w=None, reason="fewer_than_two_experts")
    if ratings.shape[1] < 2:
        return PairwiseW(w=None, reason="fewer_than_two_items")
    if m > MAX_EXPERTS:
        return PairwiseW(w=None, reason="panel_too_large_for_pairs")
    weighted, weight, any_defined = _weighted_rho(ratings, rated)
    if weight == 0:
        return PairwiseW(w=None, reason="no_common_items")
    if not any_defined:
        return PairwiseW(w=None, reason="no_variance")
    q = int(rated.sum()) / ratings.shape[1]
    return PairwiseW(w=(1 + weighted / weight * (q - 1)) / q, reason=None)


def _weighted_rho(ratings: FloatArray, rated: npt.NDArray[np.bool_]) -> tuple[float, float, bool]:
    """Sum of weight * rho and sum of weights over all pairs of experts a < b; is any rho defined."""
    m = ratings.shape[0]
    codes, n_codes = dense_codes(np.where(rated, ratings, np.inf))
    points = n_codes - int(not rated.all())
    one_hot = (codes[:, None, :] == np.arange(points)[None, :, None]).astype(np.float64)
    mask = rated.astype(np.float64)
    # counts[a, v, b]: how often a gave v among the items b rated too; from it follow a's ranks within the pair.
    counts = one_hot @ mask.T
    ranks = 2 * np.cumsum(counts, axis=1) - counts + 1
    common = mask @ mask.T
    mean_squares = common * (common + 1) ** 2
    spread = (counts * ranks**2).sum(axis=1) - mean_squares
    block = max(1, BLOCK_CELLS // (m * points * points))
    terms: list[float] = []
    weight = 0.0
    any_defined = False
    for start in range(0, m, block):
        stop = min(start + block, m)
        joint = np.tensordot(one_hot[start:stop], one_hot, axes=([2], [2]))
        products = np.einsum("avbw,avb,bwa->ab", joint, ranks[start:stop], ranks[:, :, start:stop], optimize=True)
        covariance = products - mean_squares[start:stop]
        scale = np.sqrt(spread[start:stop] * spread[:, start:stop].T)
        rho = np.divide(covariance, scale, out=np.zeros_like(scale), where=scale > 0)
        later = np.arange(m)[None, :] > np.arange(start, stop)[:, None]
        weights = np.maximum(common[start:stop] - 1, 0) * later
        # An exact sum: the order of the experts must not reach the last digit.
        terms.extend((weights * rho)[later].tolist())
        weight += float(weights.sum())
        any_defined |= bool(((scale > 0) & later).any())
    return fsum(terms), weight, any_defined
