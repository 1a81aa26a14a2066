"""Scales, cell states, ratings, rules and verdicts: checked here, trusted everywhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Self

import numpy as np
import numpy.typing as npt

from analysis.histogram import BoolArray, IntArray, count_points

EPS = 1e-9
"""Tolerance of every comparison of a statistic that is not a count with its threshold."""

DEFAULT_SEED = 20240101


class CellState(IntEnum):
    """What one expert did with one item. Only RATED carries a number."""

    RATED = 0
    DONT_KNOW = 1
    ABSTAINED = 2
    MISSING = 3
    NOT_ASKED = 4
    NOT_RETURNED = 5


# As plain numbers: comparing a small array with a member of an enumeration takes several times as long.
_RATED, _LAST_STATE = int(CellState.RATED), int(max(CellState))


class Quantile(StrEnum):
    """How quartiles are read off a small sample (Hyndman & Fan 1996, Am Stat 50:361-365)."""

    LINEAR = "linear"
    WEIBULL = "weibull"
    AVERAGED_INVERTED_CDF = "averaged_inverted_cdf"
    TUKEY_HINGES = "tukey_hinges"


class Denominator(StrEnum):
    """Whom a percentage is taken of."""

    RATED = "rated"
    RETURNED = "returned"
    ELIGIBLE = "eligible"


class Verdict(StrEnum):
    """The decision of the consensus rule on one item."""

    IN = "in"
    OUT = "out"
    NONE = "none"
    INSUFFICIENT = "insufficient"
    NO_DATA = "no_data"


class ConsensusClass(StrEnum):
    """The shape of a panel's opinion on one item, for people."""

    AGREED_HIGH = "agreed_high"
    AGREED_LOW = "agreed_low"
    LEANING = "leaning"
    TWO_CAMPS = "two_camps"
    SCATTERED = "scattered"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Scale:
    """An integer rating scale; `direction` +1 means high is favourable, -1 that it must be flipped on ingest."""

    lower: int
    upper: int
    direction: int = 1

    def __post_init__(self) -> None:
        if self.upper <= self.lower:
            raise ValueError(f"upper is {self.upper}; it must be above lower, {self.lower}")
        if self.direction not in (1, -1):
            raise ValueError(f"direction is {self.direction}; allowed are 1 and -1")

    @property
    def points(self) -> int:
        """Number of scale points K."""
        return self.upper - self.lower + 1

    @property
    def values(self) -> IntArray:
        """The scale points in order, int64 (K,)."""
        return np.arange(self.lower, self.upper + 1, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """One round's ratings of one criterion by one panel.

    values : integer array (experts, items); meaningless where the state is not RATED
    states : int8 array (experts, items) of CellState
    scale  : after construction always of direction +1: a reversed scale is flipped here, once (x' = L + U - x)
    counts : int64 array (items, K), the histogram over the full scale

    Raises ValueError, quoting value and allowed range, on a wrong shape, an unknown state or a rating off the scale.
    """

    values: npt.NDArray[np.integer]
    states: npt.NDArray[np.int8]
    scale: Scale
    counts: IntArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values, states, scale = np.asarray(self.values), np.asarray(self.states), self.scale
        if values.ndim != 2:
            raise ValueError(f"values have {values.ndim} dimensions; allowed is 2 (experts, items)")
        if values.shape != states.shape:
            raise ValueError(f"states have shape {states.shape}; values have {values.shape}")
        if not np.issubdtype(values.dtype, np.integer):
            raise ValueError(f"values are {values.dtype}; allowed are integers")
        rated = _check_states(states) == _RATED
        original = values
        if scale.direction == -1:
            values = np.where(rated, scale.lower + scale.upper - values.astype(np.int64), values)
            scale = Scale(lower=scale.lower, upper=scale.upper)
        counts = count_points(values, rated=rated, lower=scale.lower, points=scale.points)
        # One number tells whether any rating is off the scale; only then is it worth another pass to find it.
        if int(counts.sum()) != int(np.count_nonzero(rated)):
            raise ValueError(_off_scale(original, rated=rated, scale=scale))
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "states", states.astype(np.int8, copy=False))
        object.__setattr__(self, "scale", scale)
        object.__setattr__(self, "counts", counts)

    @classmethod
    def from_matrix(cls, matrix: npt.ArrayLike, scale: Scale, *, nan: CellState = CellState.MISSING) -> Self:
        """Ratings from a float matrix (experts, items); NaN becomes the state `nan`.

        Raises ValueError on a fraction, an infinity or a value off the scale.
        """
        floats = np.asarray(matrix, dtype=np.float64)
        if floats.ndim != 2:
            raise ValueError(f"values have {floats.ndim} dimensions; allowed is 2 (experts, items)")
        empty = np.isnan(floats)
        filled = np.where(empty, float(scale.lower), floats)
        wrong = ~np.isfinite(filled) | (filled != np.floor(filled))
        if wrong.any():
            raise ValueError(f"rating {filled[wrong][0]:g} is not one of {scale.lower}..{scale.upper}")
        states = np.where(empty, np.int8(nan), np.int8(CellState.RATED))
        return cls(values=filled.astype(np.int64), states=states, scale=scale)

    @property
    def n_experts(self) -> int:
        return int(self.values.shape[0])

    @property
    def n_items(self) -> int:
        return int(self.values.shape[1])

    @property
    def rated(self) -> BoolArray:
        """Bool (experts, items): true where there is a number."""
        return np.asarray(self.states == _RATED, dtype=np.bool_)

    def state_counts(self, state: CellState) -> IntArray:
        """Experts in `state`, per item: int64 (items,)."""
        return np.asarray(np.count_nonzero(self.states == int(state), axis=0), dtype=np.int64)

    @property
    def n_rated(self) -> IntArray:
        """Ratings per item, int64 (items,)."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.int64)

    @property
    def n_returned(self) -> IntArray:
        """Rated, don't know or left blank, per item, int64 (items,)."""
        states = (CellState.RATED, CellState.DONT_KNOW, CellState.MISSING)
        return np.asarray(sum(self.state_counts(state) for state in states), dtype=np.int64)

    @property
    def n_eligible(self) -> IntArray:
        """All experts but those not asked and those who abstained, per item, int64 (items,)."""
        outside = self.state_counts(CellState.NOT_ASKED) + self.state_counts(CellState.ABSTAINED)
        return np.asarray(self.n_experts - outside, dtype=np.int64)

    def denominators(self, denominator: Denominator) -> IntArray:
        """The N of every percentage, int64 (items,)."""
        if denominator is Denominator.RATED:
            return self.n_rated
        return self.n_returned if denominator is Denominator.RETURNED else self.n_eligible


@dataclass(frozen=True, slots=True)
class ConsensusRule:
    """When a panel agrees: enough ratings inside agree_from..agree_to AND a small enough IQR.

    agreement and min_rated_share are exact fractions: two thirds is Fraction(2, 3), not 0.67.
    The mirrored rule (`out`) asks the same of the lowest points of the scale.
    """

    agree_from: int
    agree_to: int
    agreement: Fraction
    iqr: float
    quantile: Quantile = Quantile.LINEAR
    denominator: Denominator = Denominator.RATED
    min_n: int = 5
    min_rated_share: Fraction = Fraction(1, 2)

    def __post_init__(self) -> None:
        if self.agree_to < self.agree_from:
            raise ValueError(f"agree_to is {self.agree_to}; it must not be below agree_from, {self.agree_from}")
        if not 0 < self.agreement <= 1:
            raise ValueError(f"agreement is {self.agreement}; allowed is above 0 and up to 1")
        if not 0 <= self.iqr < float("inf"):
            raise ValueError(f"iqr is {self.iqr}; allowed is a finite number from 0")
        if self.min_n < 1:
            raise ValueError(f"min_n is {self.min_n}; allowed is 1 or more")
        if not 0 <= self.min_rated_share <= 1:
            raise ValueError(f"min_rated_share is {self.min_rated_share}; allowed is 0 to 1")

    @classmethod
    def default_for(cls, scale: Scale) -> Self:
        """75 % in the usual top boxes of `scale` and the usual IQR for its width."""
        return cls(
            agree_from=scale.upper - default_box(scale) + 1,
            agree_to=scale.upper,
            agreement=Fraction(3, 4),
            iqr=default_iqr(scale),
        )

    @property
    def width(self) -> int:
        """Number of scale points that count as agreement."""
        return self.agree_to - self.agree_from + 1

    def check_scale(self, scale: Scale) -> None:
        """Raise ValueError unless the agreement range lies on `scale`."""
        if self.agree_from < scale.lower or self.agree_to > scale.upper:
            raise ValueError(
                f"agreement range {self.agree_from}-{self.agree_to} is outside the scale {scale.lower}-{scale.upper}"
            )


@dataclass(frozen=True, slots=True)
class Share:
    """k of n, its share and Wilson 95 % limits; share and limits are None with fewer than two ratings."""

    k: int
    n: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Strength:
    """How far a verdict can be trusted: a sentence code and its parameters; the words belong to the web layer."""

    code: str
    params: dict[str, int | float | str]


def default_box(scale: Scale) -> int:
    """Scale points that count as the top: 2 of 4, 5 and 7 points, 3 of 9, otherwise a third (at least 1)."""
    return {4: 2, 5: 2, 7: 2, 9: 3}.get(scale.points, max(1, scale.points // 3))


def default_iqr(scale: Scale) -> float:
    """Usual IQR limit: 1 on 4 to 7 points, 2 on 9 and 10, 20 on 0-100, otherwise 0.22 of the width, rounded.

    Source: von der Gracht 2012, Technol Forecast Soc Change 79:1525-1536; the general form is a convention of this
    package.
    """
    if (scale.lower, scale.upper) == (0, 100):
        return 20.0
    usual = {4: 1, 5: 1, 6: 1, 7: 1, 9: 2, 10: 2}
    return float(usual.get(scale.points, (22 * (scale.points - 1) + 50) // 100))


def _check_states(states: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    # Seen as unsigned, a negative byte is a large one: a single pass finds both ends.
    is_byte = states.dtype == np.int8
    highest = int((states.view(np.uint8) if is_byte else states).max(initial=0))
    if highest > _LAST_STATE or (not is_byte and int(states.min(initial=0)) < 0):
        wrong = int(states.min()) if int(states.min()) < 0 else int(states.max())
        raise ValueError(f"state {wrong} is not one of 0..{_LAST_STATE}")
    return states


def _off_scale(values: npt.NDArray[np.integer], *, rated: BoolArray, scale: Scale) -> str:
    wrong = rated & ((values < scale.lower) | (values > scale.upper))
    return f"rating {int(values[wrong][0])} is not one of {scale.lower}..{scale.upper}"
