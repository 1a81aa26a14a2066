"""Pairwise preferences and the orders made of them, against enumeration and known paradoxes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import kemeny as kemeny_module
from analysis import social_choice as module
from analysis.kemeny import kemeny, kemeny_cost
from analysis.social_choice import (
    Preferences,
    best_worst,
    borda,
    copeland,
    mean_ranks,
    preferences,
    schulze_ranks,
)

NAN = np.nan
CYCLE = np.array([[1, 2, 3], [3, 1, 2], [2, 3, 1]], dtype=float)
tables = st.integers(1, 5).flatmap(
    lambda k: st.lists(st.lists(st.integers(1, 4), min_size=k, max_size=k), min_size=1, max_size=6)
)


def of(wins: np.ndarray) -> Preferences:
    return Preferences(wins=wins, ties=np.zeros_like(wins))


def test_preferences_ignore_pairs_not_both_rated(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.array([[5, 3, NAN], [4, 4, 1], [NAN, 2, 3]])
    for cells in (8_000_000, 1):
        monkeypatch.setattr(module, "CELLS_AT_ONCE", cells)
        found = preferences(table)
        assert found.wins.tolist() == [[0, 1, 1], [0, 0, 1], [0, 1, 0]]
        assert found.ties.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_ranks_are_better_when_lower() -> None:
    table = np.array([[1, 2, 3], [1, 3, 2]], dtype=float)
    assert preferences(table, higher_is_better=False).wins.tolist() == [[0, 2, 2], [0, 0, 1], [0, 1, 0]]
    assert mean_ranks(table, higher_is_better=False) == (1.0, 2.5, 2.5)
    assert mean_ranks(table) == (3.0, 1.5, 1.5)


def test_mean_rank_needs_a_complete_expert() -> None:
    assert mean_ranks([[1, NAN], [NAN, 2]]) is None


def test_borda_share_makes_gaps_comparable() -> None:
    found = borda(preferences([[5, 3, NAN], [5, 3, NAN], [4, NAN, NAN]]))
    assert [(one.score, one.share) for one in found] == [(2.0, 1.0), (0.0, 0.0), (0.0, None)]


def test_cycle_has_no_winner() -> None:
    preferred = preferences(CYCLE, higher_is_better=False)
    assert copeland(preferred) == (1.0, 1.0, 1.0)
    assert schulze_ranks(preferred) == (1, 1, 1)
    found = kemeny(preferred)
    assert (found.cost, found.n_optimal, found.order, found.exact) == (4, 3, (0, 1, 2), True)


def test_schulze_has_the_result_of_its_paper() -> None:
    # Schulze 2011, Soc Choice Welf 36:267-303, example 1 (45 voters): E > A > C > B > D.
    ballots = {"ACBED": 5, "ADECB": 5, "BEDAC": 8, "CABED": 3, "CAEBD": 7, "CBADE": 2, "DCEBA": 7, "EBADC": 8}
    rows = [[ballot.index(letter) for letter in "ABCDE"] for ballot, n in ballots.items() for _ in range(n)]
    preferred = preferences(np.array(rows, dtype=float), higher_is_better=False)
    assert schulze_ranks(preferred) == (2, 4, 3, 5, 1)


@settings(deadline=None)
@given(tables)
def test_kemeny_equals_enumeration(rows: list[list[int]]) -> None:
    preferred = preferences(np.array(rows, dtype=float))
    k = len(rows[0])
    orders = np.array(list(itertools.permutations(range(k))))
    costs = np.zeros(len(orders), dtype=np.int64)
    for above, below in itertools.combinations(range(k), 2):
        costs += preferred.wins[orders[:, below], orders[:, above]]
    optimal = orders[costs == costs.min()].tolist()
    found = kemeny(preferred)
    assert (list(found.order), found.cost, found.n_optimal) == (min(optimal), costs.min(), len(optimal))
    assert found.exact
    assert kemeny_cost(preferred, order=optimal[-1]) == found.cost


def test_kemeny_puts_components_in_line() -> None:
    # Two cycles of eight, every member of the first beating every member of the second: 16 items, still exact.
    inner = np.zeros((8, 8), dtype=np.int64)
    for i in range(8):
        for step in range(1, 8):
            inner[i, (i + step) % 8] = 3 if step < 4 else 2
    inner[np.arange(8), (np.arange(8) + 4) % 8] = 2
    wins = np.block([[inner, np.full((8, 8), 5)], [np.zeros((8, 8), dtype=np.int64), inner]])
    found = kemeny(of(wins))
    assert found.exact
    assert found.n_optimal is None
    assert sorted(found.order[:8]) == list(range(8))
    alone = kemeny(of(inner))
    assert found.order[:8] == alone.order
    assert found.cost == 2 * alone.cost


def test_kemeny_searches_large_cycles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kemeny_module, "MAX_EXACT", 3)
    rng = np.random.RandomState(4)
    table = np.array([rng.permutation(6) for _ in range(5)], dtype=float)
    preferred = preferences(np.vstack([table, np.roll(table, 1, axis=1)]))
    found = kemeny(preferred)
    monkeypatch.setattr(kemeny_module, "MAX_EXACT", 14)
    exact = kemeny(preferred)
    assert (found.exact, exact.exact) == (False, True)
    assert exact.cost <= found.cost
    wins = preferred.wins
    assert all(wins[a, b] >= wins[b, a] for a, b in itertools.pairwise(found.order))


def test_local_search_swaps_what_schulze_leaves() -> None:
    # Item 2 is tied with 1 by Schulze's strongest paths here but loses to it head to head.
    wins = np.array([[0, 2, 1, 2], [1, 0, 1, 2], [2, 2, 0, 1], [1, 1, 2, 0]])
    order = kemeny_module._by_local_search(wins)
    assert all(wins[a, b] >= wins[b, a] for a, b in itertools.pairwise(order))
    start = sorted(range(4), key=lambda item: (schulze_ranks(of(wins))[item], item))
    assert order != start


def test_best_worst_counts() -> None:
    found = best_worst(best=np.array([3, 1, 2, 0]), worst=np.array([0, 1, 2, 0]), shown=np.array([4, 4, 4, 0]))
    assert [(one.score, one.rank, one.reason) for one in found] == [
        (0.75, 1, None),
        (0.0, 3, None),
        (0.0, 2, None),
        (None, None, "never_shown"),
    ]


def test_best_worst_refuses_more_choices_than_showings() -> None:
    with pytest.raises(ValueError, match="item 1 was chosen 3 times; shown 2"):
        best_worst(best=np.array([0, 2]), worst=np.array([0, 1]), shown=np.array([2, 2]))
