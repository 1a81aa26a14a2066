"""Bootstrap intervals against a plain loop over resampled experts, and where there is none."""

from math import ceil

import numpy as np
import pytest

from analysis.concordance import kendall_w
from analysis.descriptives import describe
from analysis.dispersion import consensus_cns, van_der_eijk_a
from analysis.resampled_intervals import BootstrapInterval, bootstrap_intervals, bootstrap_w
from analysis.types import Quantile, Ratings, Scale

NAN = np.nan
SCALE = Scale(1, 9)
PANEL = np.array(
    [[7, 2, 9, NAN], [8, 2, 1, 4], [7, 3, 9, NAN], [9, 3, 1, NAN], [6, 2, 8, NAN], [8, 4, NAN, NAN]], dtype=float
)


def limits(values: list[float]) -> BootstrapInterval:
    ordered = sorted(values)
    n = len(ordered)
    low, high = ceil(n * 25 / 1000) - 1, ceil(n * 975 / 1000) - 1
    return BootstrapInterval(low=ordered[max(low, 0)], high=ordered[high], n_defined=n)


def close(found: BootstrapInterval | None, expected: BootstrapInterval) -> bool:
    return (
        found is not None
        and found.n_defined == expected.n_defined
        and (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    )


@pytest.mark.parametrize("quantile", [Quantile.LINEAR, Quantile.TUKEY_HINGES])
def test_item_intervals_are_those_of_a_plain_loop(quantile: Quantile) -> None:
    found = bootstrap_intervals(Ratings.from_matrix(PANEL, SCALE), quantile=quantile, seed=4, replicates=90)
    drawn = np.random.RandomState(4).randint(0, 6, size=(90, 6))
    for item in range(3):
        seen: dict[str, list[float]] = {"iqr": [], "van_der_eijk_a": [], "consensus_cns": []}
        for people in drawn:
            counts = Ratings.from_matrix(PANEL[people], SCALE).counts[item : item + 1]
            one = {
                "iqr": describe(counts, scale=SCALE, quantile=quantile)[0].iqr,
                "van_der_eijk_a": van_der_eijk_a(counts)[0],
                "consensus_cns": consensus_cns(counts, scale=SCALE)[0],
            }
            for name, value in one.items():
                if value is not None:
                    seen[name].append(value)
        for name, values in seen.items():
            assert close(getattr(found[item], name), limits(values)), (item, name)


def test_one_rating_or_none_has_no_interval() -> None:
    found = bootstrap_intervals(Ratings.from_matrix(PANEL, SCALE), replicates=50)[3]
    assert (found.iqr, found.van_der_eijk_a, found.consensus_cns) == (None, None, None)
    assert bootstrap_intervals(Ratings.from_matrix(PANEL[:1], SCALE))[0].iqr is None
    assert bootstrap_intervals(Ratings.from_matrix(np.empty((0, 2)), SCALE))[1].iqr is None


def test_agreement_is_not_defined_on_two_points() -> None:
    (found,) = bootstrap_intervals(Ratings.from_matrix([[0.0], [1.0], [1.0]], Scale(0, 1)), replicates=50)
    assert found.van_der_eijk_a is None
    assert found.consensus_cns is not None


def test_a_panel_of_one_mind_has_an_interval_of_one_point() -> None:
    (found,) = bootstrap_intervals(Ratings.from_matrix(np.full((5, 1), 8.0), SCALE))
    assert found.iqr == BootstrapInterval(low=0, high=0, n_defined=2000)
    assert found.van_der_eijk_a == BootstrapInterval(low=1, high=1, n_defined=2000)


def test_w_interval_is_that_of_a_plain_loop() -> None:
    panel = np.array([[1, 2, 3], [1, 3, 2], [2, 2, 2], [3, 3, 9], [5, 1, NAN]], dtype=float)
    found = bootstrap_w(Ratings.from_matrix(panel, SCALE), seed=3, replicates=200)
    drawn = np.random.RandomState(3).randint(0, 4, size=(200, 4))
    values = [kendall_w(panel[people], permutations=0).w for people in drawn]
    expected = [value for value in values if value is not None]
    assert len(expected) < 200
    assert close(found, limits(expected))


@pytest.mark.parametrize("panel", [np.full((3, 3), 5.0), np.full((4, 1), 5.0), [[1.0, 2.0], [NAN, 3.0]]])
def test_w_needs_two_experts_two_items_and_an_order(panel: np.ndarray) -> None:
    assert bootstrap_w(Ratings.from_matrix(panel, SCALE), replicates=20) is None
