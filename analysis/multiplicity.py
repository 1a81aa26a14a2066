"""Many tests at once: p-values adjusted within a family by Holm (primary) or Benjamini and Hochberg (screening)."""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Holm's adjusted p-values: the running maximum of (m - j + 1) p_(j), at most 1.

    p_values : in the order of the items, which breaks ties; None (no test) stays None and does not count in m.
    Source: Holm 1979, Scand J Stat 6:65-70. Checked against R p.adjust.
    """
    order = _tested(p_values)
    m, highest = len(order), 0.0
    adjusted: list[float | None] = [None] * len(p_values)
    for position, (p, item) in enumerate(order):
        highest = max(highest, min(1.0, (m - position) * p))
        adjusted[item] = highest
    return tuple(adjusted)


def benjamini_hochberg(p_values: Sequence[float | None]) -> tuple[float | None, ...]:
    """Benjamini and Hochberg's adjusted p-values: the running minimum of m p_(j) / j from the largest, at most 1.

    p_values : as for `holm`. Controls the share of false discoveries, not the chance of any.
    Source: Benjamini & Hochberg 1995, J R Stat Soc B 57:289-300. Checked against R p.adjust.
    """
    order = _tested(p_values)
    m, lowest = len(order), 1.0
    adjusted: list[float | None] = [None] * len(p_values)
    for rank, (p, item) in reversed(list(enumerate(order, start=1))):
        lowest = min(lowest, m * p / rank)
        adjusted[item] = lowest
    return tuple(adjusted)


def _tested(p_values: Sequence[float | None]) -> list[tuple[float, int]]:
    return sorted((p, item) for item, p in enumerate(p_values) if p is not None)
