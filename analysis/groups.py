"""Do colleges, regions or languages differ? Only groups large enough to be anonymous take part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.group_tests import KruskalWallis, MannWhitney, fisher_exact, kruskal_wallis, mann_whitney
from analysis.histogram import IntArray, count_points
from analysis.multiplicity import benjamini_hochberg, holm
from analysis.polarisation import GroupSplit, group_splits
from analysis.types import ConsensusRule, Ratings

MIN_GROUP = 5


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """One item compared between the groups of one variable.

    groups : those with enough ratings of the item; p_adjusted, p_screening : of the Kruskal-Wallis p over all items
    (Holm, and Benjamini-Hochberg); fisher_p : of being inside the agreement range; mann_whitney : with two groups only
    split : the two groups that explain a divided panel, if any
    """

    groups: tuple[str, ...]
    kruskal: KruskalWallis
    p_adjusted: float | None
    p_screening: float | None
    fisher_p: float | None
    mann_whitney: MannWhitney | None
    split: GroupSplit | None


def counts_by_group(ratings: Ratings, *, groups: Sequence[str | None]) -> dict[str, IntArray]:
    """Histogram int64 (items, K) of every group in alphabetical order; experts of no group (None) are left out.

    Errors: ValueError if `groups` does not name every expert.
    """
    if len(groups) != ratings.n_experts:
        raise ValueError(f"groups name {len(groups)} experts; the ratings have {ratings.n_experts}")
    members: dict[str, list[int]] = {}
    for row, group in enumerate(groups):
        if group is not None:
            members.setdefault(group, []).append(row)
    # Each group's rows are taken out first: every rating is then looked at once, not once a group.
    values, rated, scale = ratings.values, ratings.rated, ratings.scale
    return {
        name: count_points(
            values.take(rows, axis=0), rated=rated.take(rows, axis=0), lower=scale.lower, points=scale.points
        )
        for name, rows in sorted(members.items())
    }


def compare_groups(
    ratings: Ratings, *, groups: Sequence[str | None], rule: ConsensusRule, min_group: int = MIN_GROUP
) -> tuple[GroupComparison, ...]:
    """Every item compared between groups.

    Parameters
    ----------
    ratings : one criterion, one panel
    groups : the group of each expert by one variable, None unknown
    rule : for the agreement range of the exact test
    min_group : ratings a group needs to take part in an item; protects anonymity as well as the test

    Returns
    -------
    one GroupComparison an item. The family of the adjustment is this round and this variable, over all items.

    Errors: ValueError if `groups` does not name every expert, or the rule is off the scale.
    Source: see `analysis.group_tests`.
    """
    rule.check_scale(ratings.scale)
    by_name = counts_by_group(ratings, groups=groups)
    names = list(by_name)
    shape = (0, ratings.n_items, ratings.scale.points)
    stacked = np.stack(list(by_name.values())) if names else np.zeros(shape, dtype=np.int64)
    sizes = stacked.sum(axis=2)
    enters = sizes >= min_group
    tests = kruskal_wallis(stacked, enters=enters)
    p_values = [test.p for test in tests]
    start = rule.agree_from - ratings.scale.lower
    inside = stacked[:, :, start : start + rule.width].sum(axis=2)
    splits = group_splits(by_name, min_n=min_group) if names else (None,) * ratings.n_items
    adjusted, screening = holm(p_values), benjamini_hochberg(p_values)
    found = []
    for item, test in enumerate(tests):
        chosen = np.flatnonzero(enters[:, item]).tolist()
        pair = stacked[chosen, item][:, None] if len(chosen) == 2 else None
        found.append(
            GroupComparison(
                groups=tuple(names[row] for row in chosen),
                kruskal=test,
                p_adjusted=adjusted[item],
                p_screening=screening[item],
                fisher_p=fisher_exact(inside[chosen, item].tolist(), sizes[chosen, item].tolist()),
                mann_whitney=None if pair is None else mann_whitney(pair[0], pair[1])[0],
                split=splits[item],
            )
        )
    return tuple(found)
