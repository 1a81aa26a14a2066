"""CVR critical values as printed by Ayre and Scally, CVI and kappa* as printed by Polit, Beck and Owen."""

from __future__ import annotations

from math import comb

import pytest

from analysis.validity import KappaClass, cvi_cutoff, cvr, cvr_n_critical, item_cvi, scale_cvi

# Ayre & Scally 2014, Meas Eval Couns Dev 47:79-86, table 2.
CRITICAL = {5: 1.0, 7: 1.0, 8: 0.750, 9: 0.778, 10: 0.800, 11: 0.636, 13: 0.538, 16: 0.500, 20: 0.500, 40: 0.300}


@pytest.mark.parametrize(("n", "critical"), CRITICAL.items())
def test_critical_values_are_those_printed(n: int, critical: float) -> None:
    assert cvr(n_essential=n, n=n).cvr_critical == pytest.approx(critical, abs=5e-4)


@pytest.mark.parametrize("n", range(5, 41))
def test_critical_number_is_the_smallest_significant(n: int) -> None:
    critical = cvr_n_critical(n)
    assert critical is not None
    tail = sum(comb(n, k) for k in range(critical, n + 1))
    assert tail / 2**n <= 0.05 < (tail + comb(n, critical - 1)) / 2**n


def test_ratio_and_verdict() -> None:
    found = cvr(n_essential=7, n=8)
    assert (found.cvr, found.n_critical, found.reached) == (0.75, 7, True)
    assert cvr(n_essential=6, n=8).reached is False
    assert cvr(n_essential=0, n=8).cvr == -1


def test_too_few_experts_have_a_ratio_and_no_verdict() -> None:
    found = cvr(n_essential=4, n=4)
    assert (found.cvr, found.n_critical, found.reached, found.reason) == (1, None, None, "too_few_ratings")
    assert cvr(n_essential=0, n=0).reason == "no_ratings"


@pytest.mark.parametrize(
    ("votes", "n", "kappa", "kappa_class"),
    [
        (4, 5, 0.763, KappaClass.EXCELLENT),
        (5, 6, 0.816, KappaClass.EXCELLENT),
        (6, 8, 0.719, KappaClass.GOOD),
        (7, 9, 0.761, KappaClass.EXCELLENT),
        (8, 9, 0.887, KappaClass.EXCELLENT),
        (3, 5, 0.418, KappaClass.FAIR),
        (2, 5, 0.127, KappaClass.POOR),
    ],
)
def test_kappa_star(votes: int, n: int, kappa: float, kappa_class: KappaClass) -> None:
    found = item_cvi(n_relevant=votes, n=n)
    assert found.kappa_star == pytest.approx(kappa, abs=5e-4)
    assert found.kappa_class is kappa_class


@pytest.mark.parametrize(
    ("votes", "n", "reached"),
    [(5, 5, True), (4, 5, False), (5, 6, True), (6, 8, False), (7, 8, True), (7, 9, False), (8, 10, True)],
)
def test_cutoff_depends_on_the_panel(votes: int, n: int, reached: bool) -> None:
    found = item_cvi(n_relevant=votes, n=n)
    assert found.reached is reached
    assert found.cutoff == cvi_cutoff(n)[0] / cvi_cutoff(n)[1]


@pytest.mark.parametrize(("n", "reason"), [(0, "no_ratings"), (1, "one_rating")])
def test_one_expert_has_no_index(n: int, reason: str) -> None:
    found = item_cvi(n_relevant=n, n=n)
    assert (found.i_cvi, found.kappa_star, found.reached, found.reason) == (None, None, None, reason)


def test_scale_index_averages_rated_items() -> None:
    found = scale_cvi([(5, 5), (4, 5), (0, 0)])
    assert (found.average, found.universal) == (0.9, 0.5)
    assert scale_cvi([(0, 0)]).reason == "no_ratings"


@pytest.mark.parametrize("function", [lambda: cvr(n_essential=6, n=5), lambda: item_cvi(n_relevant=6, n=5)])
def test_impossible_votes_are_refused(function) -> None:
    with pytest.raises(ValueError, match="votes are 6; allowed is 0 to 5"):
        function()
