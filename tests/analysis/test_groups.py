"""Items compared between groups: who takes part, what is adjusted."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.groups import compare_groups, counts_by_group
from analysis.types import ConsensusRule, Ratings, Scale

NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)
NORTH, SOUTH = [8, 8, 9, 8, 9], [2, 2, 1, 2, 3]


def ratings(*columns: list[float]) -> Ratings:
    return Ratings.from_matrix(np.array(columns, dtype=float).T, NINE)


def test_two_groups_are_compared_in_every_way() -> None:
    (found,) = compare_groups(ratings(NORTH + SOUTH), groups=["north"] * 5 + ["south"] * 5, rule=RULE)
    assert found.groups == ("north", "south")
    assert found.mann_whitney is not None
    assert found.mann_whitney.delta == 1.0
    assert found.mann_whitney.p == pytest.approx(2 / 252)
    assert found.fisher_p == pytest.approx(2 / 252)
    assert found.split is not None
    assert (found.split.higher, found.split.lower) == ("north", "south")


def test_three_groups_have_no_pairwise_test_of_their_own() -> None:
    groups = ["a"] * 5 + ["b"] * 5 + ["c"] * 5 + [None]
    (found,) = compare_groups(ratings([*NORTH, *SOUTH, 5, 5, 4, 6, 5, 9]), groups=groups, rule=RULE)
    assert found.groups == ("a", "b", "c")
    assert found.mann_whitney is None
    assert found.kruskal.n == 15


def test_small_groups_stay_out_item_by_item() -> None:
    nan = np.nan
    groups = ["a"] * 5 + ["b"] * 5
    whole, gap = compare_groups(ratings(NORTH + SOUTH, [*NORTH, *SOUTH[:4], nan]), groups=groups, rule=RULE)
    assert whole.groups == ("a", "b")
    assert gap.groups == ("a",)
    assert (gap.kruskal.reason, gap.p_adjusted, gap.fisher_p, gap.split) == ("too_few_groups", None, None, None)
    (lenient,) = compare_groups(ratings([*NORTH, *SOUTH[:4], nan]), groups=groups, rule=RULE, min_group=4)
    assert lenient.groups == ("a", "b")


def test_adjustment_runs_over_the_items() -> None:
    columns = [NORTH + SOUTH, [5, 5, 6, 5, 5, 5, 5, 4, 5, 5], [5] * 10]
    first, second, constant = compare_groups(ratings(*columns), groups=["a"] * 5 + ["b"] * 5, rule=RULE)
    assert first.kruskal.p is not None
    assert first.p_adjusted == pytest.approx(2 * first.kruskal.p)
    assert first.p_screening == pytest.approx(2 * first.kruskal.p)
    assert second.p_adjusted == second.p_screening == second.kruskal.p
    assert (constant.p_adjusted, constant.kruskal.reason) == (None, "no_variance")


def test_without_any_group_nothing_is_compared() -> None:
    (found,) = compare_groups(ratings(NORTH), groups=[None] * 5, rule=RULE)
    assert (found.groups, found.fisher_p, found.split) == ((), None, None)


def test_counts_by_group_are_in_alphabetical_order() -> None:
    found = counts_by_group(ratings([1, 2, 3]), groups=["z", "a", None])
    assert list(found) == ["a", "z"]
    assert found["a"][0].tolist() == [0, 1] + [0] * 7


def test_groups_must_name_every_expert() -> None:
    with pytest.raises(ValueError, match="groups name 1 experts; the ratings have 5"):
        compare_groups(ratings(NORTH), groups=["a"], rule=RULE)
    with pytest.raises(ValueError, match="outside the scale"):
        compare_groups(ratings(NORTH), groups=["a"] * 5, rule=ConsensusRule.default_for(Scale(0, 100)))
