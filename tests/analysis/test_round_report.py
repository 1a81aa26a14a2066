"""The round report: wiring, edge cases, JSON form, and what must not change anything."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import (
    CellState,
    ConsensusClass,
    ConsensusRule,
    Denominator,
    Ratings,
    RoundReport,
    Scale,
    Verdict,
    analyse_round,
    report_as_dict,
)

NAN = np.nan
NINE = Scale(1, 9)
RULE = ConsensusRule.default_for(NINE)
matrices = st.integers(1, 4).flatmap(
    lambda k: st.lists(st.lists(st.sampled_from([None, *range(1, 10)]), min_size=k, max_size=k), min_size=1, max_size=8)
)
ITEM_KEYS = [
    "n", "n_eligible", "n_dont_know", "n_abstain", "n_missing", "frequency", "mean", "sd", "median", "q1",
    "q3", "iqr", "mad", "mode", "agreement", "opposition", "van_der_eijk_a", "consensus_cns", "leik_d", "ram",
    "verdict", "criteria", "quantile_sensitive", "fragile", "flips_if_one_leaves", "false_consensus_chance",
    "multiverse", "polarised", "rank", "reason",
]  # fmt: skip


def report(matrix: Any, *, rule: ConsensusRule = RULE, **options: Any) -> RoundReport:
    table = np.array([[NAN if x is None else x for x in row] for row in matrix], dtype=float)
    return analyse_round(Ratings.from_matrix(table, NINE), rule=rule, **options)


def numbers(value: Any) -> list[float]:
    if is_dataclass(value):
        return [x for field in fields(value) for x in numbers(getattr(value, field.name))]
    if isinstance(value, dict):
        return [x for inner in value.values() for x in numbers(inner)]
    if isinstance(value, (list, tuple)):
        return [x for inner in value for x in numbers(inner)]
    return [float(value)] if isinstance(value, (int, float)) else []


def test_one_item_is_reported_whole() -> None:
    found = report([[7], [8], [8], [9], [9], [2]])
    item = found.items[0]
    assert (found.n_experts, found.n_items) == (6, 1)
    assert (item.n, item.n_eligible, item.n_returned, item.median, item.iqr) == (6, 6, 6, 8.0, 1.5)
    assert (item.agreement.k, item.agreement.n, item.opposition.k) == (5, 6, 1)
    assert (item.verdict, item.consensus_class) == (Verdict.IN, ConsensusClass.AGREED_HIGH)
    assert (item.criteria.agreement, item.criteria.iqr, item.polarised) == (True, True, False)
    assert (item.rank.rank, item.rank.low, item.rank.high) == (1, 1, 1)
    assert item.flips_if_one_leaves is False
    assert item.strength is not None
    assert item.robustness is not None
    assert item.quantile_sensitive is item.robustness.quantile_sensitive
    assert item.multiverse is item.robustness.multiverse
    assert 0 < (item.false_consensus_chance or 0) < 0.1


def test_states_are_counted_and_the_denominator_is_the_rules() -> None:
    values = np.full((8, 1), 8)
    states = np.zeros((8, 1), dtype=np.int8)
    states[5:, 0] = [CellState.DONT_KNOW, CellState.ABSTAINED, CellState.NOT_RETURNED]
    ratings = Ratings(values=values, states=states, scale=NINE)
    shares = {}
    for denominator in Denominator:
        item = analyse_round(ratings, rule=replace(RULE, denominator=denominator)).items[0]
        shares[denominator] = (item.agreement.k, item.agreement.n)
    assert shares == {Denominator.RATED: (5, 5), Denominator.RETURNED: (5, 6), Denominator.ELIGIBLE: (5, 7)}
    assert (item.n_dont_know, item.n_abstain, item.n_missing, item.n_eligible) == (1, 1, 0, 7)
    assert item.high_dont_know is False


def test_without_uncertainty_nothing_is_resampled() -> None:
    found = report([[7, 1], [8, 2], [8, 3], [9, 1], [9, 2]], uncertainty=False)
    item = found.items[0]
    assert (item.verdict, item.rank.rank, item.rank.low, item.rank.high) == (Verdict.IN, 1, None, None)
    assert (item.fragile, item.quantile_sensitive, item.flips_if_one_leaves, item.multiverse) == (None,) * 4
    assert (item.strength, item.robustness, item.false_consensus_chance) == (None, None, None)
    assert found.concordance.kendall_w.p_method == "chi2"
    assert json.loads(json.dumps(report_as_dict(found), allow_nan=False))["items"][0]["multiverse"] is None


def test_groups_reach_the_robustness() -> None:
    matrix = [[9], [9], [9], [9], [9], [9], [1], [1]]
    found = report(matrix, groups=["a"] * 6 + ["b"] * 2, rule=replace(RULE, agreement=Fraction(4, 5), iqr=8.0))
    robustness = found.items[0].robustness
    assert robustness is not None
    assert robustness.decisive_colleges == ("b",)


def test_groups_must_name_every_expert() -> None:
    with pytest.raises(ValueError, match="groups name 1 experts; the ratings have 2"):
        report([[1], [2]], groups=["a"])


def test_order_of_ranking_is_the_callers() -> None:
    matrix = [[8, 9], [8, 9], [8, 8], [8, 8], [8, 7]]
    first = [item.rank.rank for item in report(matrix).items]
    second = [item.rank.rank for item in report(matrix, order="median_mean_iqr").items]
    assert (first, second) == ([1, 2], [2, 1])


@pytest.mark.parametrize(
    ("values", "verdict", "reason"),
    [
        ([None] * 6, Verdict.NO_DATA, "no_ratings"),
        ([5, None, None, None], Verdict.INSUFFICIENT, "one_rating"),
        ([5, 6, None], Verdict.INSUFFICIENT, "too_few_ratings"),
        ([7, 7, 7, 7, 7], Verdict.IN, None),
        ([8] * 5 + [None] * 6, Verdict.INSUFFICIENT, "too_few_of_eligible"),
    ],
)
def test_edge_cases_are_reported_not_raised(values: list[Any], verdict: Verdict, reason: str | None) -> None:
    item = report([[value] for value in values]).items[0]
    assert (item.verdict, item.reason) == (verdict, reason)
    assert (item.rank.rank is None) == (item.n < 5)


def test_two_people_are_described_and_never_judged() -> None:
    rule = replace(RULE, min_n=1)
    one, two, three = (report([[8]] * n, rule=rule).items[0] for n in (1, 2, 3))
    assert [item.verdict for item in (one, two, three)] == [Verdict.INSUFFICIENT, Verdict.INSUFFICIENT, Verdict.IN]
    assert (two.median, two.rank.rank, two.reason, two.agreement.share) == (8.0, None, "too_few_ratings", 1.0)


def test_item_without_ratings_is_insufficient_in_json() -> None:
    item = report_as_dict(report([[None, 8]] * 5))["items"][0]
    assert (item["verdict"], item["reason"], item["mean"]) == ("insufficient", "no_ratings", None)
    assert item["agreement"] == {"k": 0, "n": 0, "share": None, "low": None, "high": None}
    assert item["ram"]["reason"] == "no_ratings"
    assert report_as_dict(report([[8]] * 5))["items"][0]["ram"]["reason"] == "too_few_ratings"
    assert item["criteria"] == {"agreement": False, "iqr": False}


def test_other_scales_have_no_ram() -> None:
    scale = Scale(1, 5)
    ratings = Ratings.from_matrix([[4.0]] * 5, scale)
    found = report_as_dict(analyse_round(ratings, rule=ConsensusRule.default_for(scale)))
    assert found["items"][0]["ram"] is None


def test_empty_round_is_reported() -> None:
    ratings = Ratings.from_matrix(np.empty((0, 2)), NINE)
    found = report_as_dict(analyse_round(ratings, rule=RULE))
    assert [item["verdict"] for item in found["items"]] == ["insufficient", "insufficient"]
    assert found["concordance"]["kendall_w"]["reason"] == "fewer_than_two_experts"
    assert analyse_round(Ratings.from_matrix(np.empty((3, 0)), NINE), rule=RULE).items == ()


def test_json_has_the_published_keys() -> None:
    found = report_as_dict(report([[7, 8], [8, 1], [8, 9], [9, 9], [9, 7], [8, 8], [2, 7], [9, 9]]))
    assert sorted(found) == ["concordance", "items", "n_experts", "n_items"]
    assert list(found["items"][0]) == ITEM_KEYS
    assert sorted(found["concordance"]) == [
        "fleiss_kappa", "gwet", "icc", "kendall_w", "krippendorff_alpha", "reason",
    ]  # fmt: skip
    assert list(found["concordance"]["kendall_w"])[:9] == [
        "w", "chi2", "df", "p", "p_method", "m_used", "k_used", "m_dropped", "w_method",
    ]  # fmt: skip
    assert list(found["items"][0]["ram"])[:6] == ["p30", "p70", "ipr", "ipras", "disagreement_index", "label"]
    assert sorted(found["items"][0]["multiverse"]) == ["applicable", "dissenting", "in"]


@settings(deadline=None, max_examples=40)
@given(matrices)
def test_no_nan_or_infinity_leaves_the_report(matrix: list[list[int | None]]) -> None:
    found = report(matrix)
    assert all(math.isfinite(x) for x in numbers(found))
    published = report_as_dict(found)
    assert json.loads(json.dumps(published, allow_nan=False)) == published


@settings(deadline=None, max_examples=40)
@given(matrices, st.randoms(use_true_random=False))
def test_order_of_experts_changes_no_statistic(matrix: list[list[int | None]], random: Any) -> None:
    shuffled = list(matrix)
    random.shuffle(shuffled)
    assert report(shuffled, uncertainty=False) == report(matrix, uncertainty=False)


@settings(deadline=None, max_examples=40)
@given(matrices)
def test_blank_statement_changes_no_other_item(matrix: list[list[int | None]]) -> None:
    wider = [[*row, None] for row in matrix]
    assert report(wider).items[:-1] == report(matrix).items


@settings(deadline=None, max_examples=40)
@given(matrices)
def test_reversing_the_scale_mirrors_the_report(matrix: list[list[int | None]]) -> None:
    mirrored = [[None if x is None else 10 - x for x in row] for row in matrix]
    forth, back = report(matrix, uncertainty=False), report(mirrored, uncertainty=False)
    for one, other in zip(forth.items, back.items, strict=True):
        assert other.frequency == one.frequency[::-1]
        assert other.median == (None if one.median is None else 10 - one.median)
        assert other.iqr == (None if one.iqr is None else pytest.approx(one.iqr))
        assert (other.agreement.k, other.opposition.k) == (one.opposition.k, one.agreement.k)
        assert other.polarised == one.polarised
        swapped = {Verdict.IN: Verdict.OUT, Verdict.OUT: Verdict.IN}
        assert other.verdict is swapped.get(one.verdict, one.verdict)


@settings(deadline=None, max_examples=40)
@given(matrices)
def test_duplicating_the_panel_keeps_shares_and_narrows_limits(matrix: list[list[int | None]]) -> None:
    single, twice = report(matrix, uncertainty=False), report(matrix + matrix, uncertainty=False)
    for one, double in zip(single.items, twice.items, strict=True):
        assert (double.mean, double.median) == (one.mean, one.median)
        if one.agreement.share is None:
            continue
        assert double.agreement.share == one.agreement.share
        assert one.agreement.low is not None
        assert one.agreement.high is not None
        assert (double.agreement.low or 0) >= one.agreement.low
        assert (double.agreement.high or 0) <= one.agreement.high


def test_same_seed_same_report() -> None:
    matrix = np.random.RandomState(1).randint(1, 10, size=(9, 6)).tolist()
    assert report(matrix, seed=5) == report(matrix, seed=5)
