"""The figures of a round once more, by the rule as the study states it, in plain Python: no code of the program.

Agreed: at least three quarters of the ratings at 7 to 9 and a middle half at most 2 points wide; agreed to drop: the
same at 1 to 3. At least 5 ratings, from at least half of the panel. Quartiles by linear interpolation (type 7 of
Hyndman and Fan, The American Statistician 1996).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tests.journeys.script import N_EXPERTS

AGREED, DROPPED, NOT_AGREED, TOO_FEW = "Agreed", "Agreed to drop", "Not agreed", "Too few answers"


@dataclass(frozen=True)
class Expected:
    """What must be shown of one statement on one criterion."""

    ratings: tuple[int, ...]
    n_outside: int
    median: float
    q1: float
    q3: float
    k: int
    status: str

    @property
    def n(self) -> int:
        return len(self.ratings)

    @property
    def iqr(self) -> float:
        return self.q3 - self.q1

    @property
    def counts(self) -> str:
        """ "7: 2; 8: 3", as under the pictures."""
        return "; ".join(f"{point}: {self.ratings.count(point)}" for point in sorted(set(self.ratings)))

    def between(self, low: int, high: int) -> int:
        return sum(low <= rating <= high for rating in self.ratings)


def quartile(ratings: tuple[int, ...], share: float) -> float:
    at = share * (len(ratings) - 1)
    low, high = ratings[math.floor(at)], ratings[math.ceil(at)]
    return low + (at - math.floor(at)) * (high - low)


def expected(row: str) -> Expected:
    """The figures of a row of the script such as "9 8 o . 7"."""
    cells = row.split()
    ratings = tuple(sorted(int(cell) for cell in cells if cell.isdigit()))
    q1, q3 = quartile(ratings, 0.25), quartile(ratings, 0.75)
    agree, disagree = (sum(low <= rating <= low + 2 for rating in ratings) for low in (7, 1))
    is_narrow = q3 - q1 <= 2
    if len(ratings) < 5 or 2 * len(ratings) < N_EXPERTS:
        status = TOO_FEW
    elif is_narrow and 4 * agree >= 3 * len(ratings):
        status = AGREED
    elif is_narrow and 4 * disagree >= 3 * len(ratings):
        status = DROPPED
    else:
        status = NOT_AGREED
    return Expected(ratings, cells.count("o"), quartile(ratings, 0.5), q1, q3, agree, status)


def ranks(rows: Mapping[str, Expected]) -> dict[str, int | None]:
    """Median high first, then narrow, agreement, mean, standard deviation; equals share a rank, too few have none."""

    def key(one: Expected) -> tuple[float | Fraction, ...]:
        mean = Fraction(sum(one.ratings), one.n)
        variance = sum((rating - mean) ** 2 for rating in one.ratings)
        return (-one.median, one.iqr, -Fraction(one.k, one.n), -mean, variance / (one.n - 1))

    keys = {name: key(one) for name, one in rows.items() if one.status != TOO_FEW}
    return {name: 1 + sum(other < keys[name] for other in keys.values()) if name in keys else None for name in rows}


def kendall_w(rows: list[str]) -> float:
    """Kendall's coefficient of concordance of complete rows, corrected for ties (Siegel and Castellan 1988)."""
    experts = list(zip(*([int(cell) for cell in row.split()] for row in rows), strict=True))
    m, k = len(experts), len(rows)
    sums, ties = [0.0] * k, 0
    for one in experts:
        for item, rating in enumerate(one):
            sums[item] += sum(other < rating for other in one) + (one.count(rating) + 1) / 2
        ties += sum(one.count(rating) ** 3 - one.count(rating) for rating in set(one))
    mean = m * (k + 1) / 2
    return 12 * sum((total - mean) ** 2 for total in sums) / (m**2 * (k**3 - k) - m * ties)
