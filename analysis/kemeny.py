"""Kemeny's order: the one that contradicts the fewest pairwise preferences, exact wherever that is feasible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.histogram import IntArray
from analysis.social_choice import Preferences, schulze_ranks

MAX_EXACT = 14
MAX_COUNTED = 7


@dataclass(frozen=True, slots=True)
class Kemeny:
    """An order of item indices, best first, and the preferences it contradicts.

    n_optimal : number of orders of this cost, counted for up to seven items (None otherwise); of several the one with
    the smallest sequence of indices is given. exact : False if a cycle of more than 14 items was only searched.
    """

    order: tuple[int, ...]
    cost: int
    n_optimal: int | None
    exact: bool


def kemeny(preferred: Preferences) -> Kemeny:
    """Kemeny order of all items.

    Items that no majority cycle ties together are ordered by the majority (the extended Condorcet criterion makes
    that exact); each cycle is solved by dynamic programming over subsets up to 14 items, larger ones by local search
    from the Schulze order.

    Source: Kemeny 1959, Daedalus 88:577-591; Young & Levenglick 1978; Truchon 1998 for the decomposition.
    """
    wins = preferred.wins
    order: list[int] = []
    exact = True
    n_optimal = 1
    for component in _components(wins):
        inner = wins[np.ix_(component, component)]
        if len(component) <= MAX_EXACT:
            best, count = _by_subsets(inner)
            n_optimal *= count
        else:
            best = _by_local_search(inner)
            exact = False
        order.extend(component[position] for position in best)
    return Kemeny(
        order=tuple(order),
        cost=kemeny_cost(preferred, order=order),
        n_optimal=n_optimal if len(order) <= MAX_COUNTED else None,
        exact=exact,
    )


def kemeny_cost(preferred: Preferences, *, order: list[int]) -> int:
    """Number of pairwise preferences an order contradicts: the sum of N_ba over all a above b."""
    arranged = preferred.wins[np.ix_(order, order)]
    return int(np.tril(arranged, -1).sum())


def _components(wins: IntArray) -> list[list[int]]:
    """Strongly connected components of "at least as many prefer i to j", best first."""
    k = len(wins)
    reach = wins >= wins.T
    for via in range(k):
        reach |= reach[:, via, None] & reach[None, via, :]
    n_reached = reach.sum(axis=1)
    # Any two items are joined one way or both, so the components stand in a line: whoever reaches more is above.
    return [np.flatnonzero(n_reached == size).tolist() for size in sorted(set(n_reached.tolist()), reverse=True)]


def _by_subsets(wins: IntArray) -> tuple[list[int], int]:
    """Smallest optimal order and number of optimal orders, by dynamic programming over subsets of up to 14 items."""
    k = len(wins)
    masks = np.arange(1 << k)
    # against[a, S] = votes contradicted by placing a above every member of S
    against = np.zeros((k, 1 << k), dtype=np.int64)
    for b in range(k):
        against[:, 1 << b : 2 << b] = against[:, : 1 << b] + wins[b, :, None]
    cost = np.zeros(1 << k, dtype=np.int64)
    count = np.ones(1 << k, dtype=np.int64)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    for size in range(1, k + 1):
        chosen = masks[sizes == size]
        options = np.full((k, len(chosen)), np.iinfo(np.int64).max)
        ways = np.zeros((k, len(chosen)), dtype=np.int64)
        for a in range(k):
            has = (chosen >> a) & 1 == 1
            rest = chosen[has] ^ (1 << a)
            options[a, has] = against[a, rest] + cost[rest]
            ways[a, has] = count[rest]
        cost[chosen] = options.min(axis=0)
        count[chosen] = (ways * (options == cost[chosen])).sum(axis=0)
    return _smallest_order(against, cost), int(count[-1])


def _smallest_order(against: IntArray, cost: npt.NDArray[np.int64]) -> list[int]:
    k = len(against)
    left, order = (1 << k) - 1, []
    while left:
        members = (a for a in range(k) if left >> a & 1)
        best = next(a for a in members if against[a, left ^ (1 << a)] + cost[left ^ (1 << a)] == cost[left])
        order.append(best)
        left ^= 1 << best
    return order


def _by_local_search(wins: IntArray) -> list[int]:
    ranks = schulze_ranks(Preferences(wins=wins, ties=np.zeros_like(wins)))
    order = sorted(range(len(wins)), key=lambda item: (ranks[item], item))
    improved = True
    while improved:
        improved = False
        for position in range(len(order) - 1):
            above, below = order[position], order[position + 1]
            if wins[below, above] > wins[above, below]:
                order[position], order[position + 1] = below, above
                improved = True
    return order
