"""Stability between rounds: R on published data, package references, definitions, edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from analysis.paired_tests import PMethod
from analysis.rank_correlation import kendall_tau_b, spearman
from analysis.stability import ItemStability, StabilityCriteria, compare_rounds
from analysis.stopping import StopStatus
from analysis.types import CellState, ConsensusRule, Ratings, Scale

NAMES = ["P01", "P02", "P03", "P04", "P07"]
NINE = Scale(1, 9)
Rows = list[dict[str, str]]


def compare(before: list[float], after: list[float], *, scale: Scale = NINE, **options: Any) -> ItemStability:
    first, second = (Ratings.from_matrix(np.array(values)[:, None], scale) for values in (before, after))
    (found,) = compare_rounds(first, second, rule=ConsensusRule.default_for(scale), **options)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_coefficients_equal_vcd_and_r(cases: dict[str, Any], name: str) -> None:
    case = cases["rounds"][name]
    found = compare(case["r1"], case["r2"], scale=Scale(*case["scale"]))
    expected = case["expected_R"]
    assert found.kappa_w == pytest.approx(expected["vcd_kappa_quadratic_fullscale"], abs=1e-9)
    assert found.spearman == pytest.approx(expected["spearman"], abs=1e-9)
    assert found.kendall_tau_b == pytest.approx(expected["kendall_tau_b"], abs=1e-9)
    assert found.delta_cv == pytest.approx(abs(expected["cv2"] - expected["cv1"]), abs=1e-9)


def estimates(rows: Rows) -> tuple[list[str], list[Ratings]]:
    """Estimates of both rounds in tenths of a per cent: the file has two that are not whole."""
    experts = sorted({row["expert"] for row in rows})
    items = sorted({row["item"] for row in rows})
    matrix = np.full((2, len(experts), len(items)), np.nan)
    for row in rows:
        place = (int(row["round"]) - 1, experts.index(row["expert"]), items.index(row["item"]))
        matrix[place] = round(float(row["rating"]) * 10)
    return items, [Ratings.from_matrix(part, Scale(0, 1000)) for part in matrix]


def test_replicats_stability_equals_r(rows: Callable[[str], Rows]) -> None:
    items, (before, after) = estimates(rows("replicats_p1/ratings.csv"))
    found = dict(zip(items, compare_rounds(before, after, rule=ConsensusRule.default_for(before.scale)), strict=True))
    golden = rows("replicats_p1/golden_stability_R.csv")
    assert len(golden) == 25
    for row in golden:
        item = found[row["item"]]
        assert item.n_paired == int(row["pairs"])
        assert item.wilcoxon.n_changed == int(row["changed"])
        assert item.wilcoxon.v == float(row["wilcox_V"])
        assert item.wilcoxon.p_normal == pytest.approx(float(row["wilcox_p_nocorr"]), abs=1e-7)
        assert item.spearman == pytest.approx(float(row["spearman"]), abs=1e-9)
        assert item.delta_cv == pytest.approx(abs(float(row["cv_r2"]) - float(row["cv_r1"])), abs=1e-9)
        assert item.wilcoxon.method is PMethod.EXACT


def test_replicats_panel_did_not_converge_on_nine_claims(rows: Callable[[str], Rows]) -> None:
    _, (before, after) = estimates(rows("replicats_p1/ratings.csv"))
    found = compare_rounds(before, after, rule=ConsensusRule.default_for(before.scale))
    assert sum(item.iqr_shrink is not None and item.iqr_shrink < 0 for item in found) == 9


def test_magnitudes_of_a_small_example() -> None:
    found = compare([7, 7, 8, 3, 5], [7, 8, 8, 6, 5])
    assert (found.n_paired, found.pct_unchanged, found.pct_within1) == (5, 0.6, 0.8)
    assert found.tvd == pytest.approx(0.4)
    assert found.delta_median == 0.0
    assert (found.iqr_shrink, found.iqr_shrink_share) == (0.0, 0.0)
    assert (found.rir_before, found.rir_after) == (2 / 7, 2 / 7)
    assert found.reason is None


def test_only_experts_who_rated_both_are_compared() -> None:
    nan = float("nan")
    found = compare([7, 7, nan, 9, nan], [7, 8, 3, nan, nan])
    assert (found.n_paired, found.n_only_before, found.n_only_after) == (2, 1, 1)
    assert found.pct_unchanged == 0.5
    assert found.tvd == pytest.approx(0.5)
    assert found.tvd_unpaired == pytest.approx((1 / 3 + 0 + 1 / 3 + 1 / 3 + 1 / 3) / 2)


def test_two_ratings_stay_undecided_whatever_the_minimum() -> None:
    pair = [Ratings.from_matrix([[8.0], [8.0]], Scale(1, 9)) for _ in range(2)]
    rule = replace(ConsensusRule.default_for(Scale(1, 9)), min_n=1)
    (found,) = compare_rounds(pair[0], pair[1], rule=rule)
    assert found.status is StopStatus.INSUFFICIENT


def test_no_pairs_leave_everything_undefined() -> None:
    nan = float("nan")
    found = compare([7, nan], [nan, 5])
    assert found.reason == "no_pairs"
    undefined = (
        found.pct_unchanged, found.pct_within1, found.tvd, found.delta_median, found.delta_cv, found.rir_before,
        found.rir_after, found.iqr_shrink, found.iqr_shrink_share, found.kappa_w, found.spearman,
        found.kendall_tau_b, found.wilcoxon.effect,
    )  # fmt: skip
    assert undefined == (None,) * len(undefined)
    assert (found.group_stable, found.individual_stable, found.wilcoxon.p) == (False, False, 1.0)


def test_constant_ratings_have_no_correlation() -> None:
    found = compare([7] * 6, [7] * 6)
    assert (found.kappa_w, found.spearman, found.kendall_tau_b, found.reason) == (None, None, None, "no_variance")
    assert (found.pct_unchanged, found.tvd, found.iqr_shrink_share) == (1.0, 0.0, None)
    assert (found.group_stable, found.individual_stable) == (True, True)
    assert found.status is StopStatus.CONSENSUS_IN


def test_zero_median_or_mean_has_no_relative_spread() -> None:
    found = compare([0, 0, 0, 0, 0], [0, 0, 0, 0, 1], scale=Scale(0, 4))
    assert (found.rir_before, found.delta_cv) == (None, None)


def test_panel_may_be_stable_while_people_swap_sides() -> None:
    found = compare([2, 2, 2, 8, 8, 8], [8, 8, 8, 2, 2, 2])
    assert (found.group_stable, found.individual_stable) == (True, False)
    assert (found.tvd, found.pct_unchanged, found.kappa_w) == (0.0, 0.0, pytest.approx(-1.0))
    assert found.status is StopStatus.CONTINUE


def test_changed_distribution_threshold_is_strict_and_exact() -> None:
    # 3 of 20 ratings moved: exactly 15 %, which is not below 15 %.
    before = [7] * 20
    after = [7] * 17 + [8] * 3
    assert compare(before, after).tvd == 0.15
    assert not compare(before, after).group_stable
    assert compare(before, after, criteria=StabilityCriteria(tvd=Fraction(16, 100))).group_stable


def test_median_limit_follows_the_scale_unless_given() -> None:
    before, after = [1] * 4 + [2] * 5, [1] * 5 + [2] * 4
    assert compare(before, after, scale=Scale(1, 9)).group_stable
    assert not compare(before, after, scale=Scale(1, 5)).group_stable
    lenient = StabilityCriteria(delta_median=1.0)
    assert compare(before, after, scale=Scale(1, 5), criteria=lenient).group_stable


def test_individuals_are_stable_by_kappa_alone() -> None:
    before, after = [1, 3, 5, 7, 9], [2, 4, 6, 8, 8]
    found = compare(before, after)
    assert found.pct_unchanged == 0.0
    assert found.individual_stable
    strict = replace(StabilityCriteria(), kappa_w=0.99)
    assert not compare(before, after, criteria=strict).individual_stable


def test_verdict_uses_all_ratings_of_the_later_round() -> None:
    nan = float("nan")
    found = compare([nan] * 3 + [7, 7], [7, 8, 7, 7, 7], round_number=3, max_rounds=3)
    assert found.n_paired == 2
    assert found.status is StopStatus.CONSENSUS_IN


def test_permuting_experts_changes_nothing() -> None:
    rng = np.random.RandomState(5)
    before, after = rng.randint(1, 10, size=(2, 15, 8)).astype(float)
    order = rng.permutation(15)
    rule = ConsensusRule.default_for(NINE)
    plain = compare_rounds(Ratings.from_matrix(before, NINE), Ratings.from_matrix(after, NINE), rule=rule)
    mixed = compare_rounds(Ratings.from_matrix(before[order], NINE), Ratings.from_matrix(after[order], NINE), rule=rule)
    assert plain == mixed


@pytest.mark.parametrize("points", [5, 40])
def test_tau_and_rho_equal_scipy_with_gaps(points: int) -> None:
    rng = np.random.RandomState(points)
    scale = Scale(1, points)
    values = rng.randint(1, points + 1, size=(2, 14, 6)).astype(float)
    values[rng.random_sample(values.shape) < 0.2] = np.nan
    before, after = (Ratings.from_matrix(part, scale) for part in values)
    both = before.rated & after.rated
    for item, (tau, rho) in enumerate(zip(kendall_tau_b(before, after), spearman(before, after), strict=True)):
        x, y = values[0][both[:, item], item], values[1][both[:, item], item]
        assert tau == pytest.approx(float(kendalltau(x, y).statistic), abs=1e-12)
        assert rho == pytest.approx(float(spearmanr(x, y).statistic), abs=1e-12)


def test_states_without_ratings_do_not_pair() -> None:
    states = np.full((6, 1), CellState.RATED, dtype=np.int8)
    states[5] = CellState.NOT_RETURNED
    values = np.full((6, 1), 7)
    before = Ratings(values=values, states=np.zeros((6, 1), dtype=np.int8), scale=NINE)
    after = Ratings(values=values, states=states, scale=NINE)
    (found,) = compare_rounds(before, after, rule=ConsensusRule.default_for(NINE))
    assert (found.n_paired, found.n_only_before) == (5, 1)
