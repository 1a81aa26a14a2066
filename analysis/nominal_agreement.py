"""Agreement of two coders who sort the same things into categories without order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CohenKappa:
    """Cohen's kappa of two coders, with what it was made of; value None with a reason when undefined.

    observed : share of things that both sorted alike; expected : the share that their margins alone would give
    """

    value: float | None
    n: int
    observed: float | None
    expected: float | None
    reason: str | None


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> CohenKappa:
    """Agreement beyond chance of two coders: (observed - expected) / (1 - expected).

    Parameters
    ----------
    first, second : the category each coder gave each thing, in the same order

    Returns
    -------
    CohenKappa
        Value in [-1, 1]; None with `no_items` without a thing, `one_category` where both put everything into one
        and the same category, so that chance alone would have them agree.

    Raises
    ------
    ValueError
        The two are of different lengths.

    Notes
    -----
    Cohen 1960, Educ Psychol Meas 20:37-46.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} codes: both coders must have sorted the same things")
    n = len(first)
    if n == 0:
        return CohenKappa(None, 0, None, None, "no_items")
    n_same = sum(one == other for one, other in zip(first, second, strict=True))
    mine, theirs = Counter(first), Counter(second)
    # Whole numbers up to the last step: expected agreement is exactly one only where it is.
    by_chance = sum(count * theirs[category] for category, count in mine.items())
    observed, expected = n_same / n, by_chance / n**2
    if by_chance == n**2:
        return CohenKappa(None, n, observed, expected, "one_category")
    return CohenKappa((n_same * n - by_chance) / (n**2 - by_chance), n, observed, expected, None)
