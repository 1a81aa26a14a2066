"""Synthetic ratings in the shape of a large consultation: seeded, 1-9, with gaps, and rounds that are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.types import CellState, Ratings, Scale

EXPERTS, STATEMENTS, ROUNDS = 126, 162, 3
SCALE = Scale(lower=1, upper=9)
AGREE_FROM = 7
GAPS = 0.08
MOVING = 0.7
COLLEGES = 4


@dataclass(frozen=True, slots=True)
class Panel:
    """values, rated : (rounds, experts, statements), int8 and bool."""

    values: npt.NDArray[np.int8]
    rated: npt.NDArray[np.bool_]

    @property
    def states(self) -> npt.NDArray[np.int8]:
        """RATED or MISSING, int8."""
        return np.where(self.rated, np.int8(CellState.RATED), np.int8(CellState.MISSING))

    @property
    def floats(self) -> npt.NDArray[np.float64]:
        """The ratings as most packages want them: NaN where there is none."""
        return np.where(self.rated, self.values, np.nan)

    def ratings(self, round_: int = 0) -> Ratings:
        """One round as the engine takes it."""
        return Ratings(values=self.values[round_], states=self.states[round_], scale=SCALE)

    def long(self) -> dict[str, npt.NDArray[np.int16] | npt.NDArray[np.int8]]:
        """Long form as columns: round, statement and rating of every cell that has one, in the smallest types."""
        round_ = np.arange(ROUNDS, dtype=np.int8).reshape(ROUNDS, 1, 1)
        statement = np.arange(STATEMENTS, dtype=np.int16)
        return {
            "round": np.broadcast_to(round_, self.values.shape)[self.rated],
            "statement": np.broadcast_to(statement, self.values.shape)[self.rated],
            "rating": self.values[self.rated],
        }


def a_panel(
    *, times: int = 1, experts: int = EXPERTS, statements: int = STATEMENTS, rounds: int = ROUNDS, gaps: float = GAPS
) -> Panel:
    """`experts` people, repeated `times`; statements differ in their mean, each round many ratings move."""
    rng = np.random.RandomState(20240101)
    centre = rng.uniform(4, 8, size=statements)
    first = rng.normal(centre, 1.6, size=(experts, statements))
    moves = rng.normal(0, 1.4, size=(rounds, experts, statements)) * (rng.rand(rounds, experts, statements) < MOVING)
    moves[0] = 0
    values = np.clip(np.rint(first + np.cumsum(moves, axis=0)), 1, 9).astype(np.int8)
    rated = rng.rand(rounds, experts, statements) >= gaps
    return Panel(values=np.tile(values, (1, times, 1)), rated=np.tile(rated, (1, times, 1)))


def colleges(n_experts: int) -> list[str]:
    """A college for every expert, of unequal sizes."""
    rng = np.random.RandomState(1)
    return [f"college {number}" for number in rng.choice(COLLEGES, size=n_experts, p=[0.4, 0.3, 0.2, 0.1])]
