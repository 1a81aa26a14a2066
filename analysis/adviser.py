"""Before a study opens: what its rule will do with the panel it can expect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations_with_replacement
from math import comb

import numpy as np
import numpy.typing as npt

from analysis.chance import RandomPass, random_pass
from analysis.consensus import judge
from analysis.histogram import IntArray
from analysis.multiverse import DEFINITIONS, MIN_N, judge_definitions
from analysis.simulation import PanelShape, simulate_study
from analysis.types import DEFAULT_SEED, ConsensusRule, Scale, Verdict

FloatArray = npt.NDArray[np.float64]

ACCEPTABLE_CHANCE = 0.05
LARGEST_PANEL = 60
LARGEST_PUBLISHED_PANEL = 30
PUBLISHED_DRAWS = 10_000
REHEARSALS = 200


@dataclass(frozen=True, slots=True)
class DefinitionAdvice:
    """One published definition: chance 0-1 that random answers pass it with the expected panel, and the panel it needs.

    chance is None where the definition does not apply; smallest_panel (5 or more) None if none up to 30 is enough.
    `exact` is False where the chance was drawn (10,000 panels, fixed seed).
    """

    id: str
    family: str
    chance: float | None
    smallest_panel: int | None
    exact: bool


@dataclass(frozen=True, slots=True)
class ProtocolAdvice:
    """What the study's own rule means.

    smallest_panel : least number of ratings that brings the chance under 5 %; lasting_panel : from which on it stays
    there (the chance is not monotone); both None if no panel up to 60 is enough
    expected_false : items that random answers would pass, for a list of that length
    """

    random_pass: RandomPass
    smallest_panel: int | None
    lasting_panel: int | None
    expected_false: float | None
    published: tuple[DefinitionAdvice, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How often synthetic panels of one shape ended with each verdict; shares 0-1 that add up to 1."""

    shape: PanelShape
    in_: float
    out: float
    none: float
    insufficient: float


def advise(*, rule: ConsensusRule, scale: Scale, n: int, n_items: int = 1) -> ProtocolAdvice:
    """Advice on a protocol.

    Parameters
    ----------
    rule, scale : the planned rule
    n : ratings expected an item
    n_items : length of the list

    Returns
    -------
    ProtocolAdvice. Errors: ValueError for n below 1, n_items below 0 or a rule off the scale.
    Source: see `analysis.chance` and `analysis.multiverse`.
    """
    if n < 1:
        raise ValueError(f"n is {n}; allowed is 1 or more")
    if n_items < 0:
        raise ValueError(f"n_items is {n_items}; allowed is 0 or more")
    here = random_pass(rule=rule, scale=scale, n=n)
    enough = _panels_under_limit(rule, scale)
    return ProtocolAdvice(
        random_pass=here,
        smallest_panel=enough[0],
        lasting_panel=enough[1],
        expected_false=None if here.chance is None else here.chance * n_items,
        published=_published(scale, n),
    )


def rehearse(
    *,
    rule: ConsensusRule,
    scale: Scale,
    n_experts: int,
    n_rounds: int,
    shapes: Sequence[PanelShape] = tuple(PanelShape),
    dropout: float = 0.0,
    dont_know: float = 0.0,
    seed: int = DEFAULT_SEED,
    repeats: int = REHEARSALS,
) -> tuple[Rehearsal, ...]:
    """Play the study through with synthetic panels and tell how the last round ends for each shape of opinion.

    rule, scale : the planned rule; n_experts, n_rounds, dropout, dont_know : see `analysis.simulation.simulate_study`
    repeats : panels a shape. Errors: those of `simulate_study`.
    """
    rng = np.random.RandomState(seed)
    found = []
    for shape in shapes:
        last = simulate_study(
            shapes=[shape] * repeats, n_experts=n_experts, n_rounds=n_rounds, scale=scale, rng=rng,
            dropout=dropout, dont_know=dont_know,
        )[-1]  # fmt: skip
        verdicts = judge(
            last.counts,
            rule=rule,
            scale=last.scale,
            n_denominator=last.denominators(rule.denominator),
            n_eligible=last.n_eligible,
        ).verdicts()
        share = {verdict: verdicts.count(verdict) / repeats for verdict in Verdict}
        found.append(
            Rehearsal(
                shape=shape,
                in_=share[Verdict.IN],
                out=share[Verdict.OUT],
                none=share[Verdict.NONE],
                insufficient=share[Verdict.INSUFFICIENT] + share[Verdict.NO_DATA],
            )
        )
    return tuple(found)


@lru_cache(maxsize=256)
def _panels_under_limit(rule: ConsensusRule, scale: Scale) -> tuple[int | None, int | None]:
    """Smallest panel under the limit, and the panel from which on every larger one up to 60 is."""
    smallest, lasting = None, None
    for n in range(max(rule.min_n, 1), LARGEST_PANEL + 1):
        found = random_pass(rule=rule, scale=scale, n=n)
        if found.chance is None or found.chance >= ACCEPTABLE_CHANCE:
            lasting = None
            continue
        smallest = smallest or n
        lasting = lasting or n
        if not found.exact:
            break
    return smallest, lasting


@lru_cache(maxsize=64)
def _published(scale: Scale, n: int) -> tuple[DefinitionAdvice, ...]:
    """Every definition that looks at one item alone and applies to the scale at some panel size."""
    here, exact = _published_chances(scale, n)
    smallest: dict[str, int] = {}
    seen: set[str] = set()
    for size in range(MIN_N, LARGEST_PUBLISHED_PANEL + 1):
        chances, _ = _published_chances(scale, size)
        for name, chance in chances.items():
            seen.add(name)
            if chance < ACCEPTABLE_CHANCE:
                smallest.setdefault(name, size)
        if seen and seen <= smallest.keys() and size >= n:
            break
    return tuple(
        DefinitionAdvice(
            id=definition.id,
            family=definition.family,
            chance=here.get(definition.id),
            smallest_panel=smallest.get(definition.id),
            exact=exact,
        )
        for definition in DEFINITIONS
        if definition.id in seen | here.keys()
    )


@lru_cache(maxsize=512)
def _published_chances(scale: Scale, n: int) -> tuple[dict[str, float], bool]:
    """Chance of each applicable definition for random answers, and whether it is exact. APMO needs a list of items."""
    counts, weights, exact = _random_panels(scale, n)
    applies, holds = judge_definitions(counts, scale=scale, min_n=1)
    chances = {
        definition.id: float(weights @ holds[row])
        for row, definition in enumerate(DEFINITIONS)
        if applies[row].any() and definition.family != "relative"
    }
    return chances, exact


def _random_panels(scale: Scale, n: int) -> tuple[IntArray, FloatArray, bool]:
    """Histograms of panels that answer at random with their probabilities: all of them, or a seeded sample."""
    points = scale.points
    if comb(n + points - 1, points - 1) > PUBLISHED_DRAWS:
        rng = np.random.RandomState(DEFAULT_SEED)
        drawn = rng.multinomial(n, np.full(points, 1 / points), size=PUBLISHED_DRAWS).astype(np.int64)
        return drawn, np.full(PUBLISHED_DRAWS, 1 / PUBLISHED_DRAWS), False
    answers = np.array(list(combinations_with_replacement(range(points), n)), dtype=np.int64)
    counts = (answers[:, :, None] == np.arange(points)).sum(axis=1)
    factorial = np.cumprod(np.concatenate([[1.0], np.arange(1.0, n + 1)]))
    weights = factorial[n] / factorial[counts].prod(axis=1) / float(points) ** n
    return counts, weights, True
