"""P-values of a whole list of items, adjusted for having looked at all of them."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment, in the order given; None stays None and is not counted.

    Source: Holm 1979, Scand J Stat 6:65-70. Checked against R p.adjust(method = "holm").
    """
    order = _order(p_values)
    adjusted: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for place, (p, item) in enumerate(order):
        highest = min(1.0, max(highest, (len(order) - place) * p))
        adjusted[item] = highest
    return adjusted


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """Benjamini and Hochberg's false discovery rate, in the order given; None stays None and is not counted.

    Source: Benjamini & Hochberg 1995, J R Stat Soc B 57:289-300. Checked against R p.adjust(method = "BH").
    """
    order = _order(p_values)
    adjusted: list[float | None] = [None] * len(p_values)
    lowest = 1.0
    for place in range(len(order), 0, -1):
        p, item = order[place - 1]
        lowest = min(lowest, p * len(order) / place)
        adjusted[item] = lowest
    return adjusted


def _order(p_values: Sequence[float | None]) -> list[tuple[float, int]]:
    return sorted((p, item) for item, p in enumerate(p_values) if p is not None)
