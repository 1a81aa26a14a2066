"""The sentence on a verdict: gravest doubt first, every code reachable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from analysis.multiverse import Multiverse, Support
from analysis.robustness import ItemRobustness
from analysis.strength import StrengthCode, is_contradicted, read_strength
from analysis.types import Strength, Verdict

SOLID = ItemRobustness(
    verdict_probability=0.97,
    fragile=False,
    quantile_sensitive=False,
    flips_if_one_leaves=False,
    n_decisive=0,
    decisive_colleges=(),
    steps_to_flip=4,
    median_interval=None,
    multiverse=Multiverse(in_=15, applicable=15, dissenting=(), share=1.0, family_share=1.0, support=Support.ROBUST),
)
CONTESTED = replace(SOLID.multiverse, in_=9, support=Support.CONTESTED)


def read(verdict: Verdict = Verdict.IN, *, chance: float | None = 0.01, n: int = 8, **changes: Any) -> Strength:
    return read_strength(
        verdict=verdict, n=n, n_eligible=20, min_n=5, chance=chance, robustness=replace(SOLID, **changes)
    )


@pytest.mark.parametrize(
    ("strength", "code", "params"),
    [
        (read(Verdict.NO_DATA), StrengthCode.NO_RATINGS, {}),
        (read(Verdict.INSUFFICIENT, n=4), StrengthCode.TOO_FEW_RATINGS, {"n": 4, "needed": 5}),
        (read(Verdict.INSUFFICIENT, n=8), StrengthCode.TOO_FEW_OF_ELIGIBLE, {"n": 8, "n_eligible": 20}),
        (read(n_decisive=6, quantile_sensitive=True), StrengthCode.ONE_EXPERT, {"n_decisive": 6, "n": 8}),
        (read(quantile_sensitive=True, decisive_colleges=("a",)), StrengthCode.QUARTILE_FORMULA, {}),
        (
            read(decisive_colleges=("north", "south"), chance=0.4),
            StrengthCode.ONE_COLLEGE,
            {"college": "north", "n_colleges": 2},
        ),
        (read(chance=0.06, fragile=True), StrengthCode.RANDOM_ANSWERS, {"chance": 0.06, "n": 8}),
        (
            read(fragile=True, verdict_probability=0.7, steps_to_flip=1),
            StrengthCode.ANOTHER_PANEL,
            {"probability": 0.7},
        ),
        (read(steps_to_flip=1, multiverse=CONTESTED), StrengthCode.ONE_STEP, {"steps": 1}),
        (read(multiverse=CONTESTED), StrengthCode.DEFINITION, {"agreeing": 9, "applicable": 15}),
        (read(Verdict.NONE, multiverse=CONTESTED), StrengthCode.DEFINITION, {"agreeing": 6, "applicable": 15}),
        (read(chance=0.05), StrengthCode.FIRM, {"probability": 0.97, "n": 8}),
        (read(chance=None), StrengthCode.FIRM, {"probability": 0.97, "n": 8}),
    ],
)
def test_gravest_doubt_is_told(strength: Strength, code: StrengthCode, params: dict[str, object]) -> None:
    assert strength == Strength(code=code, params=params)


def test_random_agreement_does_not_weaken_a_rejection() -> None:
    against = replace(SOLID.multiverse, in_=0, support=Support.NOT_SUPPORTED)
    assert read(Verdict.OUT, chance=0.4, multiverse=against).code == StrengthCode.FIRM


@pytest.mark.parametrize(
    ("verdict", "support", "contradicted"),
    [
        (Verdict.IN, Support.ROBUST, False),
        (Verdict.IN, Support.CONTESTED, True),
        (Verdict.IN, Support.NOT_SUPPORTED, True),
        (Verdict.NONE, Support.NOT_SUPPORTED, False),
        (Verdict.NONE, Support.CONTESTED, True),
        (Verdict.OUT, Support.ROBUST, True),
        (Verdict.IN, None, False),
    ],
)
def test_contradiction_depends_on_the_verdict(verdict: Verdict, support: Support | None, contradicted: bool) -> None:
    assert is_contradicted(verdict, support=support) is contradicted
