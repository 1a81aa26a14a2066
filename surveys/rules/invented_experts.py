"""What the invented experts of a rehearsal write and how they rate: always the same for the same questions."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analysis.simulation import PanelShape, simulate_study
from analysis.types import CellState, Ratings, Scale
from surveys.rules.answers import RatingAnswer
from surveys.vocabulary import RatingState, StatementKind

N_EXPERTS = 9
DROPOUT, DONT_KNOW = 0.12, 0.05
SEED = 20240101
IDEAS = (
    (StatementKind.ACTIVITY, 6),
    (StatementKind.OBSTACLE, 3),
    (StatementKind.SUCCESS_FACTOR, 3),
)
"""What they write where the task force has no statements yet: kinds and how many different ideas."""
WORDS = {
    StatementKind.ACTIVITY: ("Invented activity {}", "Activité inventée {}"),
    StatementKind.OBSTACLE: ("Invented obstacle {}", "Obstacle inventé {}"),
    StatementKind.SUCCESS_FACTOR: ("Invented success factor {}", "Facteur de succès inventé {}"),
}


@dataclass(frozen=True, slots=True)
class PanelOnCriterion:
    """All invented experts before all statements and one criterion, the `position`-th that is asked."""

    position: int
    lower: int
    upper: int
    n_statements: int
    n_rounds: int


def invented_idea(kind: StatementKind, number: int) -> dict[str, str]:
    """The words of one idea by language; `number` counts from 0."""
    english, french = (words.format(number + 1) for words in WORDS[kind])
    return {"en": english, "fr": french, "es": english}


def invented_answer(
    panel: PanelOnCriterion, *, statement_id: int, criterion_id: int, round_number: int, expert: int, column: int
) -> RatingAnswer | None:
    """One expert on one statement, the `column`-th of the task force, in a round; None where they say nothing."""
    rounds = _opinions(panel)
    ratings = rounds[min(round_number, len(rounds)) - 1]
    match CellState(int(ratings.states[expert, column])):
        case CellState.RATED:
            return RatingAnswer(statement_id, criterion_id, RatingState.RATED, int(ratings.values[expert, column]))
        case CellState.DONT_KNOW:
            return RatingAnswer(statement_id, criterion_id, RatingState.OUTSIDE_EXPERTISE, None)
        case _:
            return None


def has_left(panel: PanelOnCriterion, *, round_number: int, expert: int) -> bool:
    """Whether an expert does not come back in this round. Ask the first criterion: who leaves, leaves all of them."""
    rounds = _opinions(panel)
    states = rounds[min(round_number, len(rounds)) - 1].states[expert]
    return bool(np.all(states == CellState.NOT_RETURNED))


@lru_cache(maxsize=8)
def _opinions(panel: PanelOnCriterion) -> tuple[Ratings, ...]:
    """What everybody thinks of every statement, round by round."""
    shapes = list(PanelShape)
    return simulate_study(
        shapes=[shapes[(at + panel.position) % len(shapes)] for at in range(panel.n_statements)],
        n_experts=N_EXPERTS,
        n_rounds=panel.n_rounds,
        scale=Scale(panel.lower, panel.upper),
        rng=np.random.RandomState(SEED + panel.position),
        dropout=0.0 if panel.position else DROPOUT,
        dont_know=DONT_KNOW,
    )
