"""Whether two rounds put the same experts in the same order: rank correlations over the paired experts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray, count_points
from analysis.paired_tests import check_pair, pair_tables
from analysis.types import Ratings

MIN_POINTS_FOR_PAIRS = 25


def paired_margins(before: Ratings, after: Ratings) -> tuple[IntArray, IntArray]:
    """Histograms of both rounds over the experts who rated both, int64 (items, K) each."""
    check_pair(before, after)
    both, scale = before.rated & after.rated, before.scale
    first, second = (
        count_points(ratings.values, rated=both, lower=scale.lower, points=scale.points) for ratings in (before, after)
    )
    return first, second


def spearman(before: Ratings, after: Ratings) -> tuple[float | None, ...]:
    """Spearman's rho of every item, ties averaged, over experts who rated both; None without pairs or variance.

    Errors: ValueError if the rounds differ in shape or scale.
    Source: Spearman 1904, Am J Psychol 15:72-101. Checked against R cor(method = "spearman").
    """
    margins = paired_margins(before, after)
    both = before.rated & after.rated
    places, ranks = [], [_centred_ranks(margin) for margin in margins]
    for ratings, rank in zip((before, after), ranks, strict=True):
        point = np.where(both, ratings.values - ratings.scale.lower, 0)
        places.append(np.where(both, np.take_along_axis(rank.T, point, axis=0), 0))
    product = (places[0] * places[1]).sum(axis=0)
    first, second = ((margin * rank**2).sum(axis=1) for margin, rank in zip(margins, ranks, strict=True))
    return _ratio(product, scale=np.sqrt(first.astype(np.float64) * second))


def kendall_tau_b(before: Ratings, after: Ratings) -> tuple[float | None, ...]:
    """Kendall's tau-b of every item over experts who rated both; None without pairs or variance.

    Counts pairs of experts on the table of ratings before by after, or directly where the scale is longer than the
    panel. Errors: ValueError if the rounds differ in shape or scale.
    Source: Kendall 1945, Biometrika 33:239-251. Checked against R cor(method = "kendall").
    """
    long_scale = before.scale.points > max(before.n_experts, MIN_POINTS_FOR_PAIRS)
    surplus = _by_pairs(before, after) if long_scale else _by_table(pair_tables(before, after))
    n_untied = [
        (margin.sum(axis=1) ** 2 - (margin**2).sum(axis=1)).astype(np.float64)
        for margin in paired_margins(before, after)
    ]
    return _ratio(2 * surplus, scale=np.sqrt(n_untied[0] * n_untied[1]))


def _by_table(tables: IntArray) -> IntArray:
    """Concordant less discordant pairs of experts, int64 (items,)."""
    up = np.cumsum(np.cumsum(tables, axis=1), axis=2)
    mirrored = tables[:, :, ::-1]
    down = np.cumsum(np.cumsum(mirrored, axis=1), axis=2)
    concordant = (tables[:, 1:, 1:] * up[:, :-1, :-1]).sum(axis=(1, 2))
    discordant = (mirrored[:, 1:, 1:] * down[:, :-1, :-1]).sum(axis=(1, 2))
    return np.asarray(concordant - discordant, dtype=np.int64)


def _by_pairs(before: Ratings, after: Ratings) -> IntArray:
    both = before.rated & after.rated
    first, second = np.triu_indices(before.n_experts, k=1)
    signs = [np.sign(ratings.values[first] - ratings.values[second]) for ratings in (before, after)]
    return np.asarray((signs[0] * signs[1] * both[first] * both[second]).sum(axis=0), dtype=np.int64)


def _centred_ranks(margin: IntArray) -> IntArray:
    """Twice the average rank of every scale point less (n + 1), int64 (items, K): exact and centred at 0."""
    n = margin.sum(axis=1, keepdims=True)
    return np.asarray(2 * np.cumsum(margin, axis=1) - margin - n, dtype=np.int64)


def _ratio(top: IntArray, *, scale: npt.NDArray[np.floating]) -> tuple[float | None, ...]:
    return tuple(a / b if b > 0 else None for a, b in zip(top.tolist(), scale.tolist(), strict=True))
