"""Robustness of verdicts, against experts taken out one by one, breadth-first search and drawn panels."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.consensus import VERDICTS, judge
from analysis.resampling import counts_in_denominator, draw_experts, verdict_probabilities
from analysis.robustness import (
    ItemRobustness,
    decisive_experts,
    is_quantile_sensitive,
    robustness_report,
    steps_to_flip,
    without_minimum,
)
from analysis.types import CellState, ConsensusRule, Denominator, Quantile, Ratings, Scale, Verdict

NINE, FIVE = Scale(1, 9), Scale(1, 5)
RULE9, RULE5 = ConsensusRule.default_for(NINE), ConsensusRule.default_for(FIVE)


def report(
    columns: list[list[float]],
    *,
    rule: ConsensusRule = RULE9,
    scale: Scale = NINE,
    groups: list[str | None] | None = None,
) -> tuple[ItemRobustness, ...]:
    ratings = Ratings.from_matrix(np.array(columns, dtype=float).T, scale)
    return robustness_report(ratings, rule=rule, seed=1, groups=groups)


def panels(n: int, *, seed: int, gaps: float = 0.0) -> Ratings:
    rng = np.random.RandomState(seed)
    values = np.clip(rng.normal(rng.uniform(1, 9, size=20), 1.5, size=(n, 20)).round(), 1, 9)
    values[rng.random_sample(values.shape) < gaps] = np.nan
    return Ratings.from_matrix(values, NINE)


def leave_one_out(ratings: Ratings, rule: ConsensusRule) -> np.ndarray:
    """Experts taken out one by one, the plain way."""
    whole = judge(ratings.counts, rule=rule, scale=NINE, n_denominator=ratings.denominators(rule.denominator)).codes
    decisive = np.zeros(ratings.n_items, dtype=int)
    for expert in range(ratings.n_experts):
        rest = Ratings(
            values=np.delete(ratings.values, expert, axis=0),
            states=np.delete(ratings.states, expert, axis=0),
            scale=NINE,
        )
        codes = judge(rest.counts, rule=rule, scale=NINE, n_denominator=rest.denominators(rule.denominator)).codes
        decisive += codes != whole
    return decisive


@pytest.mark.parametrize("n", [5, 8, 12])
@pytest.mark.parametrize("denominator", [Denominator.RATED, Denominator.ELIGIBLE])
def test_leave_one_out_equals_experts_taken_out_one_by_one(n: int, denominator: Denominator) -> None:
    rule = without_minimum(replace(RULE9, denominator=denominator, iqr=1.0))
    ratings = panels(n, seed=n, gaps=0.15)
    found = decisive_experts(ratings.counts, rule=rule, scale=NINE, n_denominator=ratings.denominators(denominator))
    expected = leave_one_out(ratings, rule)
    assert np.array_equal(found[ratings.n_rated > 1], expected[ratings.n_rated > 1])
    assert expected.sum() > 0


def test_an_item_with_one_rating_hangs_on_nobody() -> None:
    counts = np.array([[0, 0, 0, 0, 1], [0, 0, 0, 0, 0]])
    assert decisive_experts(counts, rule=without_minimum(RULE5), scale=FIVE).tolist() == [0, 0]


def search_steps(counts: np.ndarray, rule: ConsensusRule, limit: int = 30) -> int | None:
    """Breadth-first over single one-point changes."""
    code = judge(counts[None], rule=rule, scale=FIVE).codes[0]
    reached, frontier = {tuple(counts)}, [tuple(counts)]
    for steps in range(1, limit + 1):
        following = []
        for panel in frontier:
            for point in range(len(panel)):
                for other in (point - 1, point + 1):
                    if panel[point] and 0 <= other < len(panel):
                        moved = list(panel)
                        moved[point] -= 1
                        moved[other] += 1
                        if tuple(moved) not in reached:
                            reached.add(tuple(moved))
                            following.append(tuple(moved))
        if not following:
            return None
        if (judge(np.array(following), rule=rule, scale=FIVE).codes != code).any():
            return steps
        frontier = following
    raise AssertionError("limit too small")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=5, max_size=6),
    st.sampled_from([(4, 5), (3, 4), (1, 5), (5, 5)]),
    st.sampled_from([Fraction(3, 4), Fraction(2, 5)]),
    st.sampled_from([0.5, 1.0]),
    st.sampled_from(Quantile),
)
def test_steps_to_flip_equal_a_search(
    ratings: list[int], box: tuple[int, int], share: Fraction, iqr: float, quantile: Quantile
) -> None:
    rule = ConsensusRule(agree_from=box[0], agree_to=box[1], agreement=share, iqr=iqr, quantile=quantile)
    counts = np.bincount(np.array(ratings) - 1, minlength=5)
    judgement = judge(counts[None], rule=rule, scale=FIVE)
    (found,) = steps_to_flip(judgement, counts=counts[None], rule=rule, scale=FIVE)
    assert found == search_steps(counts, rule)


def test_steps_are_unknown_where_nothing_can_flip_or_the_scale_is_long() -> None:
    always = ConsensusRule(agree_from=1, agree_to=5, agreement=Fraction(1), iqr=4.0)
    (sure,) = report([[1, 2, 3, 4, 5]], rule=always, scale=FIVE)
    assert (sure.steps_to_flip, sure.verdict_probability) == (None, 1.0)
    long = Scale(0, 100)
    (item,) = report([[80.0] * 6], rule=ConsensusRule.default_for(long), scale=long)
    assert item.steps_to_flip is None
    assert not item.fragile


def test_solid_item_is_robust_in_every_way() -> None:
    (item,) = report([[8] * 12], groups=["a"] * 6 + ["b"] * 6)
    assert (item.verdict_probability, item.fragile, item.quantile_sensitive) == (1.0, False, False)
    assert (item.flips_if_one_leaves, item.n_decisive, item.decisive_colleges) == (False, 0, ())
    assert item.steps_to_flip == 8
    assert item.multiverse.in_ == item.multiverse.applicable == 15


def test_item_on_the_threshold_is_fragile() -> None:
    (item,) = report([[7, 8, 8, 7, 7, 7, 3, 3]])
    assert (item.n_decisive, item.flips_if_one_leaves, item.steps_to_flip) == (6, True, 1)
    assert item.fragile
    assert item.verdict_probability is not None and 0.4 < item.verdict_probability < 0.8


def test_leaving_is_not_a_flip_for_want_of_ratings() -> None:
    (item,) = report([[8, 8, 8, 8, 8]])
    assert not item.flips_if_one_leaves
    assert item.n_decisive == 0


@pytest.mark.parametrize("column", [[8.0, 8.0, 8.0, 3.0] + [np.nan] * 2, [np.nan] * 6])
def test_undecided_item_has_nothing_to_turn(column: list[float]) -> None:
    (item,) = report([column], groups=["a", "a", "b", "b", "b", "a"])
    assert (item.verdict_probability, item.fragile, item.steps_to_flip) == (None, False, None)
    assert (item.quantile_sensitive, item.flips_if_one_leaves, item.decisive_colleges) == (False, False, ())
    assert item.multiverse.applicable == 0


def test_quantile_sensitivity_compares_all_four_formulas() -> None:
    ratings = panels(10, seed=4)
    rule = without_minimum(replace(RULE9, iqr=1.0, agreement=Fraction(1, 2)))
    by_method = [judge(ratings.counts, rule=replace(rule, quantile=m), scale=NINE).codes for m in Quantile]
    expected = [len({int(codes[item]) for codes in by_method}) > 1 for item in range(ratings.n_items)]
    assert is_quantile_sensitive(ratings.counts, rule=rule, scale=NINE).tolist() == expected
    assert any(expected)


def test_a_college_can_hold_the_verdict() -> None:
    votes = [8, 8, 8, 8, 8, 8, 8, 8, 8, 3, 2, 3]
    groups: list[str | None] = ["south"] * 4 + ["north"] * 4 + [None, "west", "west", "west"]
    (item,) = report([votes], groups=groups)
    assert item.decisive_colleges == ("north", "south")
    (small,) = report([[8, 8, 8, 8, 2, 2]], groups=["a", "a", "a", "a", "b", "b"])
    assert small.decisive_colleges == ("b",)


def test_college_leaves_the_denominator_too() -> None:
    rule = replace(RULE9, denominator=Denominator.ELIGIBLE)
    column = [8.0] * 8 + [np.nan] * 3
    (item,) = report([column], rule=rule, groups=["a"] * 8 + ["b"] * 3)
    assert item.decisive_colleges == ("b",)
    assert item.n_decisive == 3


def test_groups_must_name_every_expert() -> None:
    with pytest.raises(ValueError, match="groups name 1 experts; the ratings have 2"):
        report([[8, 8]], groups=["a"])


def direct_probabilities(ratings: Ratings, rule: ConsensusRule, *, seed: int, replicates: int) -> list[float]:
    """Panels resampled one after the other."""
    whole = judge(ratings.counts, rule=rule, scale=NINE, n_denominator=ratings.denominators(rule.denominator)).codes
    drawn = np.random.RandomState(seed).randint(0, ratings.n_experts, size=(replicates, ratings.n_experts))
    same = np.zeros(ratings.n_items)
    for experts in drawn:
        again = Ratings(values=ratings.values[experts], states=ratings.states[experts], scale=NINE)
        codes = judge(again.counts, rule=rule, scale=NINE, n_denominator=again.denominators(rule.denominator)).codes
        same += codes == whole
    return (same / replicates).tolist()


@pytest.mark.parametrize("n", [7, 40])
@pytest.mark.parametrize("denominator", Denominator)
def test_verdict_probability_equals_panels_resampled_one_by_one(n: int, denominator: Denominator) -> None:
    rule = without_minimum(replace(RULE9, denominator=denominator))
    states = np.random.RandomState(2).choice([0, 0, 0, 0, 1, 2, 3, 4, 5], size=(n, 20)).astype(np.int8)
    ratings = Ratings(values=panels(n, seed=n).values, states=states, scale=NINE)
    codes = judge(ratings.counts, rule=rule, scale=NINE, n_denominator=ratings.denominators(denominator)).codes
    found = verdict_probabilities(ratings, rule=rule, seed=9, codes=codes, replicates=150)
    assert found.tolist() == pytest.approx(direct_probabilities(ratings, rule, seed=9, replicates=150), abs=1e-12)


def test_same_seed_same_report_and_another_seed_another() -> None:
    ratings = panels(9, seed=3)
    one, two, other = (robustness_report(ratings, rule=RULE9, seed=seed) for seed in (1, 1, 2))
    assert one == two
    assert one != other


def test_panel_of_nobody_and_list_of_nothing() -> None:
    nobody = Ratings.from_matrix(np.zeros((0, 2)), NINE)
    assert [item.verdict_probability for item in robustness_report(nobody, rule=RULE9, seed=1)] == [None, None]
    nothing = Ratings.from_matrix(np.zeros((3, 0)), NINE)
    assert robustness_report(nothing, rule=RULE9, seed=1) == ()


def test_expert_draws_repeat_the_published_stream() -> None:
    times = draw_experts(n_experts=8, replicates=3, seed=20240101)
    assert times.sum(axis=1).tolist() == [8, 8, 8]
    assert times[0].tolist() == np.bincount([1, 7, 5, 1, 4, 3, 7, 1], minlength=8).tolist()


@pytest.mark.parametrize("n_experts", [1, 2, 3, 8, 126, 257])
def test_expert_draws_are_those_of_randint(n_experts: int) -> None:
    drawn = np.random.RandomState(5).randint(0, n_experts, size=(600, n_experts))
    expected = [np.bincount(row, minlength=n_experts).tolist() for row in drawn]
    assert draw_experts(n_experts=n_experts, replicates=600, seed=5).tolist() == expected


def test_who_counts_in_the_denominator() -> None:
    states = np.array([[int(state)] for state in CellState], dtype=np.int8)
    ratings = Ratings(values=np.full((6, 1), 5), states=states, scale=NINE)
    for denominator in Denominator:
        assert counts_in_denominator(ratings, denominator).sum() == ratings.denominators(denominator)[0]


def test_undecided_codes_are_never_compared() -> None:
    assert [VERDICTS.index(verdict) for verdict in (Verdict.IN, Verdict.OUT, Verdict.NONE)] == [0, 1, 2]


def test_a_blank_statement_changes_no_other() -> None:
    plain = panels(9, seed=5)
    blank = np.hstack([plain.values, np.zeros((9, 1), dtype=np.int64)])
    states = np.hstack([plain.states, np.full((9, 1), CellState.MISSING, dtype=np.int8)])
    wider = robustness_report(Ratings(values=blank, states=states, scale=NINE), rule=RULE9, seed=1)
    for before, after in zip(robustness_report(plain, rule=RULE9, seed=1), wider, strict=False):
        assert replace(before, multiverse=after.multiverse) == after


def test_reversing_the_scale_twice_changes_nothing_and_once_turns_the_sides() -> None:
    plain = panels(9, seed=6)
    mirrored = Ratings(values=10 - plain.values, states=plain.states, scale=Scale(1, 9, direction=-1))
    assert robustness_report(mirrored, rule=RULE9, seed=1) == robustness_report(plain, rule=RULE9, seed=1)
    turned = Ratings(values=10 - plain.values, states=plain.states, scale=NINE)
    for before, after in zip(
        robustness_report(plain, rule=RULE9, seed=1), robustness_report(turned, rule=RULE9, seed=1), strict=True
    ):
        assert before.verdict_probability == after.verdict_probability
        assert (before.n_decisive, before.steps_to_flip) == (after.n_decisive, after.steps_to_flip)
