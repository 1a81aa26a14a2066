"""Advice before a study opens: chances, panel sizes, rehearsals."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from analysis.adviser import advise, rehearse
from analysis.chance import false_consensus_chance
from analysis.multiverse import DEFINITIONS, judge_definitions
from analysis.simulation import PanelShape
from analysis.types import ConsensusRule, Scale

FIVE, NINE = Scale(1, 5), Scale(1, 9)


def test_default_rule_with_five_people() -> None:
    rule = ConsensusRule.default_for(FIVE)
    advice = advise(rule=rule, scale=FIVE, n=5, n_items=40)
    assert advice.random_pass.chance == pytest.approx(0.08704)
    assert advice.expected_false == pytest.approx(40 * 0.08704)
    chances = {n: false_consensus_chance(rule=rule, scale=FIVE, n=n) for n in range(5, 61)}
    below = [n for n, chance in chances.items() if chance is not None and chance < 0.05]
    assert advice.smallest_panel == min(below)
    assert advice.lasting_panel == 6


def test_chance_that_comes_back_gives_two_panel_sizes() -> None:
    rule = replace(ConsensusRule.default_for(NINE), agree_from=1)
    advice = advise(rule=rule, scale=NINE, n=12)
    smallest, lasting = advice.smallest_panel, advice.lasting_panel
    assert smallest is not None and lasting is not None
    assert smallest < lasting
    between = [false_consensus_chance(rule=rule, scale=NINE, n=n) or 0.0 for n in range(smallest, lasting)]
    assert max(between) >= 0.05


def test_hopeless_rule_has_no_panel_size() -> None:
    rule = ConsensusRule(agree_from=1, agree_to=5, agreement=ConsensusRule.default_for(FIVE).agreement, iqr=4.0)
    advice = advise(rule=rule, scale=FIVE, n=5)
    assert (advice.smallest_panel, advice.lasting_panel) == (None, None)


def test_panel_below_the_minimum_has_no_chance() -> None:
    advice = advise(rule=ConsensusRule.default_for(FIVE), scale=FIVE, n=3)
    assert (advice.random_pass.chance, advice.expected_false) == (None, None)


def test_long_scale_stops_at_the_first_drawn_panel_that_is_enough() -> None:
    scale = Scale(0, 100)
    advice = advise(rule=replace(ConsensusRule.default_for(scale), min_n=6), scale=scale, n=6)
    assert not advice.random_pass.exact
    assert advice.smallest_panel == advice.lasting_panel == 6


def test_published_definitions_equal_enumeration_of_all_answers() -> None:
    advice = advise(rule=ConsensusRule.default_for(FIVE), scale=FIVE, n=5)
    answers = np.array(list(product(range(5), repeat=5)))
    counts = (answers[:, :, None] == np.arange(5)).sum(axis=1)
    _, holds = judge_definitions(counts, scale=FIVE)
    expected = {definition.id: float(holds[row].mean()) for row, definition in enumerate(DEFINITIONS)}
    assert {one.id for one in advice.published} >= {"top75", "near80", "iqr", "sd1", "gz3"}
    for one in advice.published:
        assert one.exact
        assert one.chance == pytest.approx(expected[one.id], abs=1e-12)
        assert one.smallest_panel is None or one.smallest_panel >= 5


def test_published_definitions_name_what_needs_a_larger_panel() -> None:
    advice = {one.id: one for one in advise(rule=ConsensusRule.default_for(NINE), scale=NINE, n=5).published}
    assert advice["ram_ipras"].chance is None
    assert advice["ram_ipras"].smallest_panel is not None and advice["ram_ipras"].smallest_panel >= 8
    assert advice["majority51"].chance is not None and advice["majority51"].chance > 0.2
    assert "apmo" not in advice


def test_large_panels_are_drawn_for_published_definitions() -> None:
    advice = advise(rule=ConsensusRule.default_for(NINE), scale=NINE, n=35)
    assert not any(one.exact for one in advice.published)
    assert all(one.chance is not None for one in advice.published)


@pytest.mark.parametrize(("n", "n_items", "message"), [(0, 1, "n is 0"), (5, -1, "n_items is -1")])
def test_wrong_sizes_are_refused(n: int, n_items: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        advise(rule=ConsensusRule.default_for(FIVE), scale=FIVE, n=n, n_items=n_items)


def test_rehearsal_ends_as_the_shapes_say() -> None:
    rule = ConsensusRule.default_for(NINE)
    found = {one.shape: one for one in rehearse(rule=rule, scale=NINE, n_experts=12, n_rounds=3, repeats=60)}
    assert found[PanelShape.HIGH].in_ > 0.9
    assert found[PanelShape.LOW].out > 0.9
    assert found[PanelShape.CAMPS].none == 1.0
    assert found[PanelShape.RISING].in_ > 0.5
    assert all(one.in_ + one.out + one.none + one.insufficient == pytest.approx(1.0) for one in found.values())


def test_rehearsal_with_people_leaving_runs_short_of_ratings() -> None:
    rule = ConsensusRule.default_for(NINE)
    options = {"rule": rule, "scale": NINE, "n_experts": 6, "n_rounds": 3, "shapes": [PanelShape.HIGH], "repeats": 40}
    (stay,) = rehearse(**options)
    (leave,) = rehearse(**options, dropout=0.9, dont_know=0.2)
    assert stay.insufficient == 0.0
    assert leave.insufficient == 1.0
    assert rehearse(**options) == (stay,)
