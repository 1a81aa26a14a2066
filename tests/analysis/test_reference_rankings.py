"""Reference cases: the orders that R and Python packages give to the same ratings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analysis.descriptives import describe
from analysis.kemeny import kemeny
from analysis.ranking import RankKey, rank_items
from analysis.social_choice import borda, copeland, mean_ranks, preferences, schulze_ranks
from analysis.types import Ratings, Scale, default_box


def matrix_of(case: dict[str, Any]) -> np.ndarray:
    """Experts x items, NaN for a gap; the file is written items x experts."""
    return np.array([[np.nan if x is None else x for x in row] for row in case["ratings"]], dtype=float).T


@pytest.mark.parametrize("name", ["M11_rankings", "M01_9pt_ties", "M03_5pt_ties", "M04_5pt_NA", "CYCLE"])
def test_social_choice_matches(cases: dict[str, Any], name: str) -> None:
    expected = cases["ranking"]["rules"][name]
    matrix = matrix_of(expected if "ratings" in expected else cases["matrices"][name])
    higher = expected["higher_is_better"]
    preferred = preferences(matrix, higher_is_better=higher)
    assert preferred.wins.tolist() == expected["pairwise_wins"]
    assert list(copeland(preferred)) == expected["copeland"]
    assert list(schulze_ranks(preferred)) == expected["schulze_rank_winning_votes"]
    found = kemeny(preferred)
    assert (list(found.order), found.cost) == (expected["kemeny_ranking"], expected["kemeny_cost"])
    assert found.n_optimal == expected["kemeny_n_optimal"]
    assert found.exact
    if "pairwise_ties" in expected:
        assert preferred.ties.tolist() == expected["pairwise_ties"]
        assert [one.score for one in borda(preferred)] == expected["borda_pairwise"]
    if "mean_rank" in expected:
        assert list(mean_ranks(matrix, higher_is_better=higher) or ()) == expected["mean_rank"]


@pytest.mark.parametrize("name", ["M01_9pt_ties", "M03_5pt_ties", "M04_5pt_NA"])
def test_default_order_matches(cases: dict[str, Any], name: str) -> None:
    ratings = Ratings.from_matrix(matrix_of(cases["matrices"][name]), Scale(*cases["matrices"][name]["scale"]))
    box = default_box(ratings.scale)
    keys = [
        RankKey(
            median=one.median,
            iqr=one.iqr,
            agreement_share=sum(one.frequency[-box:]) / one.n,
            mean=one.mean,
            sd=one.sd,
        )
        for one in describe(ratings.counts, scale=ratings.scale)
    ]
    ranks = rank_items(keys)
    order = sorted(range(len(keys)), key=lambda item: (ranks[item], item))
    assert order == cases["ranking"]["rules"][name]["order_median_iqr_mean"]
