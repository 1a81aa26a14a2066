"""Alpha, AC, kappa and ICC: a published example, the definition pair by pair, and the paradox of high agreement."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.reliability import Level, Weights, fleiss_kappa, gwet_ac, icc, krippendorff_alpha

NAN = np.nan
count_tables = st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=5)

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), the four-observer example with gaps.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]


def counts_of(table) -> np.ndarray:
    return (np.array(table)[:, :, None] == np.arange(1, 6)).sum(axis=0).astype(np.int64)


@pytest.mark.parametrize(("level", "alpha"), [(Level.NOMINAL, 0.743), (Level.ORDINAL, 0.815), (Level.INTERVAL, 0.849)])
def test_alpha_has_the_published_values(level: Level, alpha: float) -> None:
    assert krippendorff_alpha(counts_of(FOUR_OBSERVERS), level=level).value == pytest.approx(alpha, abs=5e-4)


def alpha_pair_by_pair(counts: np.ndarray, level: Level) -> float | None:
    """1 - observed / expected disagreement, each over explicit pairs of ratings."""
    units = [np.repeat(np.arange(5), row).tolist() for row in counts if row.sum() >= 2]
    pool = [value for unit in units for value in unit]
    if len(set(pool)) < 2:
        return None
    margin = [pool.count(c) for c in range(5)]

    def distance(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        if level is Level.ORDINAL:
            return float((sum(margin[low : high + 1]) - (margin[a] + margin[b]) / 2) ** 2)
        return float((a - b) ** 2) if level is Level.INTERVAL else float(a != b)

    observed = sum(
        sum(distance(a, b) for a, b in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units
    ) / len(pool)
    expected = sum(distance(a, b) for a, b in itertools.permutations(pool, 2)) / (len(pool) * (len(pool) - 1))
    return 1 - observed / expected


@given(count_tables, st.sampled_from(list(Level)))
def test_alpha_equals_its_definition(rows: list[list[int]], level: Level) -> None:
    counts = np.array(rows)
    expected = alpha_pair_by_pair(counts, level)
    found = krippendorff_alpha(counts, level=level)
    assert found.value == (None if expected is None else pytest.approx(expected, abs=1e-9))
    assert (found.reason is None) == (found.value is not None)


@given(count_tables, st.sampled_from(list(Level)))
def test_alpha_does_not_care_which_end_is_up(rows: list[list[int]], level: Level) -> None:
    counts = np.array(rows)
    one, other = krippendorff_alpha(counts, level=level), krippendorff_alpha(counts[:, ::-1], level=level)
    assert other.value == (None if one.value is None else pytest.approx(one.value, abs=1e-9))


@given(count_tables, st.sampled_from(list(Weights)))
def test_ac_of_two_raters_counts_pairs(rows: list[list[int]], weights: Weights) -> None:
    counts = np.array(rows)
    found = gwet_ac(counts, weights=weights)
    if (counts.sum(axis=1) >= 2).any():
        assert found.value is not None
        assert found.value <= 1 + 1e-12
    else:
        assert (found.value, found.reason) == (None, "no_pairs" if counts.any() else "no_ratings")


def test_high_agreement_paradox() -> None:
    # Everybody says 7 or 8 on nine points: chance-corrected coefficients on used points call that disagreement.
    table = np.array([[7, 8, 7, 8, 7], [8, 7, 8, 7, 7], [7, 7, 8, 8, 8], [8, 8, 7, 7, 8]])
    counts = (table[:, :, None] == np.arange(1, 10)).sum(axis=0).astype(np.int64)
    assert (gwet_ac(counts).value or 0) > 0.97
    assert (krippendorff_alpha(counts).value or 0) < 0
    assert (fleiss_kappa(counts).value or 0) < 0
    assert (gwet_ac(counts[:, 6:8]).value or 0) < 0


def test_unanimous_panel_has_ac_one_and_nothing_else() -> None:
    counts = np.zeros((4, 9), dtype=np.int64)
    counts[:, 6] = 5
    assert gwet_ac(counts, weights=Weights.IDENTITY).value == 1
    assert gwet_ac(counts).value == 1
    assert (krippendorff_alpha(counts).value, krippendorff_alpha(counts).reason) == (None, "no_variance")
    assert (fleiss_kappa(counts).value, fleiss_kappa(counts).reason) == (None, "no_variance")


def test_nothing_rated_twice_has_no_coefficient() -> None:
    counts = np.eye(3, 5, dtype=np.int64)
    for coefficient in (krippendorff_alpha, gwet_ac, fleiss_kappa):
        assert coefficient(counts).reason == "no_pairs"
        assert coefficient(np.zeros((3, 5), dtype=np.int64)).reason == "no_ratings"


# Ten subjects, fourteen raters, five categories: the worked example of the encyclopaedia article "Fleiss' kappa".
FOURTEEN_RATERS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_kappa_has_the_value_of_its_worked_example() -> None:
    assert fleiss_kappa(np.array(FOURTEEN_RATERS)).value == pytest.approx(0.210, abs=5e-4)


# Shrout & Fleiss 1979, Psychol Bull 86:420-428, table 2: six targets, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]).T


def test_icc_has_the_values_of_shrout_and_fleiss() -> None:
    found = icc(SHROUT_FLEISS)
    assert found.w1 == pytest.approx(0.17, abs=0.005)
    assert found.wm == pytest.approx(0.44, abs=0.005)
    assert found.a1 == pytest.approx(0.29, abs=0.005)
    assert found.am == pytest.approx(0.62, abs=0.005)
    assert found.c1 == pytest.approx(0.71, abs=0.005)
    assert found.cm == pytest.approx(0.91, abs=0.005)
    assert (found.m_used, found.k_used, found.reason) == (4, 6, None)


def test_icc_drops_experts_with_gaps() -> None:
    gappy = np.vstack([SHROUT_FLEISS, [1, NAN, 3, 4, 5, 6]])
    assert icc(gappy) == icc(SHROUT_FLEISS)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[1.0, 2.0]], "fewer_than_two_experts"),
        ([[1.0], [2.0]], "fewer_than_two_items"),
        ([[7.0, 7.0], [7.0, 7.0]], "no_variance"),
    ],
)
def test_icc_says_why_it_is_undefined(table, reason: str) -> None:
    found = icc(table)
    assert (found.a1, found.am, found.reason) == (None, None, reason)


def test_icc_of_the_mean_is_undefined_where_its_variance_is_zero_but_for_rounding() -> None:
    found = icc([[4, 2, 7, 3], [9, 9, 4, 4], [2, 4, 6, 7]])
    assert (found.am, found.reason) == (None, "no_variance")
    assert found.a1 is not None


def test_icc_refuses_fractions() -> None:
    with pytest.raises(ValueError, match=r"rating 1\.5 is not a whole number"):
        icc([[1.5, 2.0], [1.0, 2.0]])


def test_icc_may_be_negative() -> None:
    assert (icc([[1, 5, 3], [5, 1, 3]]).a1 or 0) < 0
