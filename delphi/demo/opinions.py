"""What each expert answers: who takes part in which round, which number, what lies outside their expertise."""

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.consensus import classify, judge
from analysis.polarisation import bipolar
from analysis.simulation import PanelShape, simulate_panel
from analysis.types import ConsensusClass, ConsensusRule, Scale
from delphi.demo.content import ObjectiveContent
from surveys.vocabulary import RatingState

RATING_ROUNDS = (2, 3)
SMALLEST_PANEL = 5
"""With fewer answers there is no verdict; the demo loses people only where enough are left, as a rule."""
LEAVES = 0.13
OUTSIDE_EXPERTISE = 0.07
SURPRISES = 0.15
"""Share of statements that may turn out otherwise than their author expected."""
DRAWS = 60

AGREED_HIGH = frozenset({ConsensusClass.AGREED_HIGH})
AGREED_LOW = frozenset({ConsensusClass.AGREED_LOW})
LEANING = frozenset({ConsensusClass.LEANING})
CAMPS = frozenset({ConsensusClass.TWO_CAMPS})
SCATTERED = frozenset({ConsensusClass.SCATTERED})
UNSETTLED = LEANING | CAMPS | SCATTERED
ANYTHING = frozenset(ConsensusClass)

# What a shape stands for in rounds 2 and 3; what is agreed in round 2 is not asked again.
EXPECTED: dict[PanelShape, tuple[frozenset[ConsensusClass], frozenset[ConsensusClass]]] = {
    PanelShape.HIGH: (AGREED_HIGH, ANYTHING),
    PanelShape.LOW: (AGREED_LOW, ANYTHING),
    PanelShape.LEANING: (LEANING, LEANING),
    PanelShape.CAMPS: (CAMPS, CAMPS),
    PanelShape.SCATTERED: (SCATTERED, SCATTERED),
    PanelShape.RISING: (UNSETTLED, AGREED_HIGH),
    PanelShape.FALLING: (UNSETTLED, AGREED_LOW),
}

Answer = tuple[RatingState, int | None]


@dataclass(frozen=True, slots=True)
class Opinions:
    """The answers of one panel, by position in it.

    present : round number to the positions that answer it, in the order in which their answers come in
    answers : (round number, statement key, criterion code) to one answer a position
    """

    present: dict[int, tuple[int, ...]]
    answers: dict[tuple[int, str, str], tuple[Answer, ...]]


def generator(seed: int, *names: str) -> np.random.RandomState:
    """A stream of its own for each thing that is drawn, so that a change to one objective leaves the others alone."""
    digest = hashlib.sha256(":".join([str(seed), *names]).encode()).digest()
    return np.random.RandomState(int.from_bytes(digest[:4], "big"))


def draw_opinions(
    content: ObjectiveContent,
    *,
    n_experts: int,
    stays: frozenset[int],
    absent: frozenset[int],
    scale: Scale,
    seed: int,
) -> Opinions:
    """The answers of a whole panel in rounds 2 and 3.

    `stays` are positions that never leave, `absent` those that never answer. Every shape is drawn until its panel
    looks as is expected of it, but for some surprises.
    """
    present = _attendance(
        n_experts=n_experts, stays=stays, absent=absent, rng=generator(seed, content.code, "attendance")
    )
    answers: dict[tuple[int, str, str], tuple[Answer, ...]] = {}
    for statement in content.statements:
        rng = generator(seed, content.code, statement.key)
        unsure = _unsure(n_experts, present=present, stays=stays, rng=rng)
        for criterion, shape in statement.shapes.items():
            values = _fitting_panel(shape, n_experts=n_experts, present=present, unsure=unsure, scale=scale, rng=rng)
            for number, row in zip(RATING_ROUNDS, values.tolist(), strict=True):
                answers[number, statement.key, criterion] = tuple(
                    (RatingState.OUTSIDE_EXPERTISE, None) if at in unsure else (RatingState.RATED, value)
                    for at, value in enumerate(row)
                )
    return Opinions(present=present, answers=answers)


def _attendance(
    *, n_experts: int, stays: frozenset[int], absent: frozenset[int], rng: np.random.RandomState
) -> dict[int, tuple[int, ...]]:
    """Who answers each of the three rounds; who has left stays away."""
    left = [at for at in range(n_experts) if at not in absent]
    rounds: dict[int, tuple[int, ...]] = {}
    for number in (1, *RATING_ROUNDS):
        if number > 1:
            for at in [at for at in left if at not in stays and rng.random_sample() < LEAVES]:
                if len(left) > SMALLEST_PANEL:
                    left.remove(at)
        rounds[number] = tuple(int(at) for at in rng.permutation(left))
    return rounds


def _unsure(
    n_experts: int, *, present: dict[int, tuple[int, ...]], stays: frozenset[int], rng: np.random.RandomState
) -> frozenset[int]:
    """Who cannot judge a statement, in every round alike; enough who can are left."""
    able = len(present[RATING_ROUNDS[-1]])
    chosen: set[int] = set()
    for at in np.flatnonzero(rng.random_sample(n_experts) < OUTSIDE_EXPERTISE).tolist():
        if able - len(chosen) > SMALLEST_PANEL and at not in stays:
            chosen.add(at)
    return frozenset(chosen)


def _fitting_panel(
    shape: PanelShape,
    *,
    n_experts: int,
    present: dict[int, tuple[int, ...]],
    unsure: frozenset[int],
    scale: Scale,
    rng: np.random.RandomState,
) -> npt.NDArray[np.int64]:
    """Ratings (2, experts) of rounds 2 and 3."""
    raters = [[at for at in present[number] if at not in unsure] for number in RATING_ROUNDS]
    surprises = rng.random_sample() < SURPRISES
    panel = simulate_panel(shape=shape, n_experts=n_experts, n_rounds=len(RATING_ROUNDS), scale=scale, rng=rng)
    for _ in range(DRAWS):
        if surprises or _is_as_expected(shape, panel, raters=raters, scale=scale):
            break
        panel = simulate_panel(shape=shape, n_experts=n_experts, n_rounds=len(RATING_ROUNDS), scale=scale, rng=rng)
    return panel


def _is_as_expected(shape: PanelShape, panel: npt.NDArray[np.int64], *, raters: list[list[int]], scale: Scale) -> bool:
    counts = np.stack(
        [np.bincount(row[at] - scale.lower, minlength=scale.points) for row, at in zip(panel, raters, strict=True)]
    )
    judgement = judge(counts, rule=ConsensusRule.default_for(scale), scale=scale)
    classes = classify(judgement, bipolar=np.asarray(bipolar(counts, scale=scale)))
    return all(
        found in wanted or found is ConsensusClass.TOO_FEW
        for wanted, found in zip(EXPECTED[shape], classes, strict=True)
    )
