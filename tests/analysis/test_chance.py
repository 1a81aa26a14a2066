"""Chance of false consensus: printed values, enumeration of every possible panel, and the drawn fallback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from analysis import chance as module
from analysis.chance import expected_false_agreements, false_consensus_chance, random_pass
from analysis.consensus import judge
from analysis.types import ConsensusRule, Quantile, Scale, Verdict


@pytest.fixture
def fresh_cache() -> Iterator[None]:
    random_pass.cache_clear()
    yield
    random_pass.cache_clear()


# points, n, chance by IQR alone, chance by IQR and 75 % in the usual top boxes
GOLDEN = [
    (5, 5, 0.4688, 0.08704),
    (5, 8, 0.1128, 0.02336),
    (5, 10, 0.1658, 0.01229),
    (7, 5, 0.2937, 0.02570),
    (9, 5, 0.4251, 0.04527),
    (9, 8, 0.1396, 0.01322),
]


@pytest.mark.parametrize(("points", "n", "iqr_only", "both"), GOLDEN)
def test_chance_has_the_known_values(points: int, n: int, iqr_only: float, both: float) -> None:
    scale = Scale(1, points)
    rule = ConsensusRule.default_for(scale)
    anywhere = replace(rule, agree_from=scale.lower)
    assert false_consensus_chance(rule=anywhere, scale=scale, n=n) == pytest.approx(iqr_only, abs=5e-5)
    assert false_consensus_chance(rule=rule, scale=scale, n=n) == pytest.approx(both, abs=5e-6)


def enumerated(rule: ConsensusRule, scale: Scale, n: int) -> Fraction:
    answers = np.array(list(product(range(scale.points), repeat=n)))
    counts = (answers[:, :, None] == np.arange(scale.points)).sum(axis=1)
    verdicts = judge(counts, rule=rule, scale=scale).verdicts()
    return Fraction(verdicts.count(Verdict.IN), scale.points**n)


@pytest.mark.parametrize("quantile", Quantile)
@pytest.mark.parametrize("box", [(4, 5), (1, 2), (2, 4), (3, 3), (1, 5)])
@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_chance_equals_enumeration_of_all_answers(n: int, box: tuple[int, int], quantile: Quantile) -> None:
    scale = Scale(1, 5)
    for agreement, iqr in ((Fraction(2, 3), 1.0), (Fraction(3, 4), 0.5), (Fraction(1), 2.0)):
        rule = ConsensusRule(
            agree_from=box[0], agree_to=box[1], agreement=agreement, iqr=iqr, quantile=quantile, min_n=1
        )
        assert false_consensus_chance(rule=rule, scale=scale, n=n) == pytest.approx(
            float(enumerated(rule, scale, n)), abs=1e-12
        )


@pytest.mark.parametrize("points", [2, 3, 4])
def test_chance_equals_enumeration_on_short_scales(points: int) -> None:
    scale = Scale(0, points - 1)
    rule = replace(ConsensusRule.default_for(scale), min_n=1)
    for n in range(1, 6):
        assert false_consensus_chance(rule=rule, scale=scale, n=n) == pytest.approx(
            float(enumerated(rule, scale, n)), abs=1e-12
        )


def test_chance_is_not_monotone_in_the_panel_size() -> None:
    scale = Scale(1, 5)
    rule = replace(ConsensusRule.default_for(scale), agree_from=1)
    chances = [false_consensus_chance(rule=rule, scale=scale, n=n) for n in (5, 8, 10)]
    assert chances[0] > chances[2] > chances[1]


def test_chance_depends_on_the_quartile_formula() -> None:
    scale = Scale(1, 9)
    rule = ConsensusRule.default_for(scale)
    linear = false_consensus_chance(rule=rule, scale=scale, n=10)
    weibull = false_consensus_chance(rule=replace(rule, quantile=Quantile.WEIBULL), scale=scale, n=10)
    assert weibull < linear


@pytest.mark.parametrize("n", [0, 4])
def test_chance_is_undefined_below_the_minimum(n: int) -> None:
    scale = Scale(1, 9)
    result = random_pass(rule=ConsensusRule.default_for(scale), scale=scale, n=n)
    assert (result.chance, result.low, result.high) == (None, None, None)
    assert result.reason == "too_few_ratings"


def test_negative_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="n is -1"):
        random_pass(rule=ConsensusRule.default_for(Scale(1, 9)), scale=Scale(1, 9), n=-1)


def test_rule_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="7-9 is outside the scale 1-5"):
        random_pass(rule=ConsensusRule.default_for(Scale(1, 9)), scale=Scale(1, 5), n=5)


@pytest.mark.usefixtures("fresh_cache")
def test_draws_agree_with_the_exact_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    scale = Scale(1, 9)
    rule = ConsensusRule.default_for(scale)
    exact = random_pass(rule=rule, scale=scale, n=7)
    random_pass.cache_clear()
    monkeypatch.setattr(module, "EXACT_WORK", 0)
    monkeypatch.setattr(module, "PANELS_LISTED", 0)
    drawn = random_pass(rule=rule, scale=scale, n=7)
    assert exact.exact
    assert not drawn.exact
    assert drawn.chance is not None and drawn.low is not None and drawn.high is not None
    assert drawn.low < drawn.chance < drawn.high
    assert exact.chance == exact.low == exact.high == pytest.approx(drawn.chance, abs=1e-3)


@pytest.mark.usefixtures("fresh_cache")
@pytest.mark.parametrize(("points", "n"), [(9, 7), (5, 11), (2, 6)])
def test_listing_all_panels_gives_the_same_chance(monkeypatch: pytest.MonkeyPatch, points: int, n: int) -> None:
    scale = Scale(1, points)
    rule = ConsensusRule.default_for(scale)
    walked = random_pass(rule=rule, scale=scale, n=n)
    random_pass.cache_clear()
    monkeypatch.setattr(module, "EXACT_WORK", 0)
    monkeypatch.setattr(module, "_DRAW_CELLS", 1_000)
    listed = random_pass(rule=rule, scale=scale, n=n)
    assert listed.exact
    assert listed.chance == pytest.approx(walked.chance, rel=1e-12)


def test_two_million_panels_are_not_drawn() -> None:
    scale = Scale(0, 24)
    rule = replace(ConsensusRule.default_for(scale), min_n=4)
    assert random_pass(rule=rule, scale=scale, n=4).exact
    assert random_pass(rule=replace(rule, agree_from=10, agree_to=14), scale=scale, n=4).exact


@pytest.mark.usefixtures("fresh_cache")
def test_middle_box_of_a_large_panel_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DRAWS", 2_000)
    scale = Scale(1, 9)
    rule = replace(ConsensusRule.default_for(scale), agree_from=4, agree_to=6, agreement=Fraction(1, 10), iqr=6.0)
    result = random_pass(rule=rule, scale=scale, n=126)
    assert not result.exact
    assert result.chance is not None and result.chance > 0.9


def test_expected_false_agreements_add_the_defined_chances() -> None:
    assert expected_false_agreements([0.25, None, 0.5]) == 0.75
    assert expected_false_agreements([]) == 0.0
