"""Synthetic panels that behave like real ones: drift towards the group between rounds, a few who never move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.types import CellState, Ratings, Scale

FloatArray = npt.NDArray[np.float64]

STUBBORN_SHARE = 0.15
NOISE = 0.03


class PanelShape(StrEnum):
    """How the opinion of a synthetic panel is spread, and how it moves."""

    HIGH = "high"
    LEANING = "leaning"
    CAMPS = "camps"
    SCATTERED = "scattered"
    LOW = "low"
    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class _Recipe:
    """Opinion from 0 (against) to 1 (for): centres, spread, share of doubters, pull to the group, drift a round."""

    centres: tuple[float, ...]
    spread: float
    doubters: float
    pull: float
    drift: float = 0.0


_RECIPES = {
    PanelShape.HIGH: _Recipe(centres=(0.87,), spread=0.10, doubters=0.10, pull=0.50),
    PanelShape.LEANING: _Recipe(centres=(0.66,), spread=0.17, doubters=0.05, pull=0.25),
    PanelShape.CAMPS: _Recipe(centres=(0.13, 0.87), spread=0.08, doubters=0.0, pull=0.40),
    PanelShape.SCATTERED: _Recipe(centres=(), spread=0.0, doubters=0.0, pull=0.08),
    PanelShape.LOW: _Recipe(centres=(0.13,), spread=0.10, doubters=0.10, pull=0.50),
    PanelShape.RISING: _Recipe(centres=(0.48,), spread=0.15, doubters=0.0, pull=0.45, drift=0.17),
    PanelShape.FALLING: _Recipe(centres=(0.52,), spread=0.15, doubters=0.0, pull=0.45, drift=-0.17),
}


def simulate_panel(
    *, shape: PanelShape, n_experts: int, n_rounds: int, scale: Scale, rng: np.random.RandomState
) -> IntArray:
    """Ratings of one statement by one panel over several rounds.

    Round 1 is each expert's own opinion. In every later round an expert moves part of the way to the median of the
    group (of the own camp when there are two), by a pull that differs between people; about one in seven never
    moves. A reversed scale (direction -1) gets mirrored codes: `shape` always speaks of support, not of numbers.

    Parameters
    ----------
    shape : the spread and movement of opinion
    n_experts, n_rounds : sizes, 1 or more
    scale : scale of the ratings
    rng : legacy RandomState, whose stream is frozen (NEP 19): the same seed gives the same panel everywhere

    Returns
    -------
    int64 array (n_rounds, n_experts), scale units

    Errors: ValueError quoting a size below 1.
    Source: the pull to the reported median is the common finding of Delphi experiments, for example Rowe, Wright &
    McColl 2005, Technol Forecast Soc Change 72:377-399; the numbers are conventions of this package.
    """
    for name, size in (("n_experts", n_experts), ("n_rounds", n_rounds)):
        if size < 1:
            raise ValueError(f"{name} is {size}; allowed is 1 or more")
    recipe = _RECIPES[shape]
    camp = rng.permutation(n_experts) % max(1, len(recipe.centres))
    opinion = _first_opinion(recipe, camp=camp, rng=rng)
    stubborn = rng.random_sample(n_experts) < STUBBORN_SHARE
    pull = np.where(stubborn, 0.0, recipe.pull * (0.5 + rng.random_sample(n_experts)))
    rounds = [opinion]
    for _ in range(n_rounds - 1):
        opinion = _next_opinion(opinion, camp=camp, pull=pull, drift=recipe.drift, rng=rng)
        rounds.append(opinion)
    return _as_ratings(np.stack(rounds), scale=scale)


def simulate_study(
    *,
    shapes: Sequence[PanelShape],
    n_experts: int,
    n_rounds: int,
    scale: Scale,
    rng: np.random.RandomState,
    dropout: float = 0.0,
    dont_know: float = 0.0,
) -> tuple[Ratings, ...]:
    """A whole study: one panel rating one statement per shape, with people leaving and people who do not know.

    Parameters
    ----------
    shapes : one shape a statement, at least one
    n_experts, n_rounds, scale, rng : as for `simulate_panel`
    dropout : chance 0-1 that an expert of the last round does not return this one; who has left stays away
    dont_know : chance 0-1 that an expert cannot rate a statement; the same in every round

    Returns
    -------
    one Ratings (n_experts, len(shapes)) a round

    Errors: ValueError quoting a chance outside 0-1 or an empty list of shapes.
    """
    for name, chance in (("dropout", dropout), ("dont_know", dont_know)):
        if not 0 <= chance <= 1:
            raise ValueError(f"{name} is {chance}; allowed is 0 to 1")
    if not shapes:
        raise ValueError("shapes are empty; at least one is needed")
    panels = [
        simulate_panel(shape=shape, n_experts=n_experts, n_rounds=n_rounds, scale=scale, rng=rng) for shape in shapes
    ]
    values = np.stack(panels, axis=2)
    unsure = rng.random_sample((n_experts, len(shapes))) < dont_know
    stays = rng.random_sample((n_rounds, n_experts)) >= dropout
    stays[0] = True
    present = np.logical_and.accumulate(stays, axis=0)
    states = np.where(unsure, np.int8(CellState.DONT_KNOW), np.int8(CellState.RATED))
    return tuple(
        Ratings(
            values=values[number],
            states=np.where(present[number][:, None], states, np.int8(CellState.NOT_RETURNED)),
            scale=scale,
        )
        for number in range(n_rounds)
    )


def _first_opinion(recipe: _Recipe, *, camp: IntArray, rng: np.random.RandomState) -> FloatArray:
    n_experts = camp.size
    anywhere = rng.random_sample(n_experts)
    if not recipe.centres:
        return anywhere
    around = np.asarray(recipe.centres)[camp] + recipe.spread * rng.standard_normal(n_experts)
    doubts = rng.random_sample(n_experts) < recipe.doubters
    return np.clip(np.where(doubts, anywhere, around), 0.0, 1.0)


def _next_opinion(
    opinion: FloatArray, *, camp: IntArray, pull: FloatArray, drift: float, rng: np.random.RandomState
) -> FloatArray:
    medians = np.array([np.median(opinion[camp == side]) if (camp == side).any() else 0.5 for side in range(2)])
    moved = opinion + pull * (medians[camp] - opinion) + drift + NOISE * rng.standard_normal(opinion.size)
    return np.where(pull == 0.0, opinion, np.clip(moved, 0.0, 1.0))


def _as_ratings(opinion: FloatArray, *, scale: Scale) -> IntArray:
    step = np.minimum((opinion * scale.points).astype(np.int64), scale.points - 1)
    return scale.lower + step if scale.direction == 1 else scale.upper - step
