"""RAM: the published worked example, classical limits by panel size, and the labels at the borders."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.appropriateness import DisagreementRule, RamLabel, classic_allowance, disagreement_index, ram
from analysis.types import Quantile, Scale

NINE = Scale(1, 9)


def one(values: list[int], **options):
    counts = np.array([[values.count(v) for v in range(1, 10)]], dtype=np.int64)
    found = ram(counts, scale=NINE, **options)
    assert found is not None
    return found[0]


def test_published_example_is_reproduced() -> None:
    # BMJ Open 2012;2:e001431, table 1 (n = 15): IPRAS 6.1 follows from 2.35, not from the 2.5 it prints.
    found = one([4, 5, 6, 7, 7, 7, 7, 7, 8, 8, 8, 8, 8, 9, 9])
    assert (found.p30, found.p70, found.ipr, found.ipras) == (7, 8, 1, pytest.approx(6.1))
    assert (found.disagreement_ipras, found.label) == (False, RamLabel.APPROPRIATE)


@pytest.mark.parametrize(
    ("n", "allowance"), [(7, None), (8, 2), (10, 2), (11, 3), (13, 3), (14, 4), (16, 4), (17, 5), (20, 6), (23, 7)]
)
def test_classical_allowance_follows_the_tables(n: int, allowance: int | None) -> None:
    assert classic_allowance(n) == allowance


@pytest.mark.parametrize(
    ("p30", "p70", "index"), [(7, 8, 0.164), (4, 8, 1.039), (3, 7, 1.702), (1, 9, 3.404), (5, 5, 0.0)]
)
def test_disagreement_index(p30: int, p70: int, index: float) -> None:
    assert disagreement_index(p30=p30, p70=p70) == pytest.approx(index, abs=5e-4)


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ([3] * 5 + [4] * 5, RamLabel.UNCERTAIN),  # median 3.5 belongs to 4-6
        ([6] * 5 + [7] * 5, RamLabel.APPROPRIATE),  # median 6.5 belongs to 7-9
        ([3] * 10, RamLabel.INAPPROPRIATE),
        ([1] * 5 + [9] * 6, RamLabel.UNCERTAIN),
    ],
)
def test_label_at_the_borders(values: list[int], label: RamLabel) -> None:
    assert one(values).label is label


def test_rules_of_disagreement_may_part() -> None:
    classic_only = [1, 1, 3, 7, 7, 7, 7, 9, 9]
    found = one(classic_only)
    assert (found.disagreement_classic, found.disagreement_ipras, found.label) == (True, False, RamLabel.APPROPRIATE)
    assert one(classic_only, rule=DisagreementRule.CLASSIC).label is RamLabel.UNCERTAIN
    assert one(classic_only, rule=DisagreementRule.EITHER).label is RamLabel.UNCERTAIN


def test_classical_agreement_counts_who_is_outside_the_median_region() -> None:
    assert one([7] * 7 + [1] * 2).agreement_classic is True
    assert one([7] * 6 + [1] * 3).agreement_classic is False


def test_fewer_than_eight_have_percentiles_but_no_label() -> None:
    found = one([7, 8, 9])
    assert found.p30 == pytest.approx(7.6)
    assert (found.agreement_classic, found.disagreement_classic, found.label) == (None, None, None)


def test_nobody_has_nothing() -> None:
    found = one([])
    assert (found.p30, found.ipras, found.disagreement_index, found.disagreement_ipras) == (None, None, None, None)


def test_percentiles_take_the_quantile_method_named_and_hinges_mean_linear() -> None:
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9]
    assert one(values).p30 == 3.7
    assert one(values, quantile=Quantile.AVERAGED_INVERTED_CDF).p30 == 3.5
    assert one(values, quantile=Quantile.TUKEY_HINGES) == one(values)


def test_other_scales_have_no_ram() -> None:
    assert ram(np.zeros((1, 5), dtype=np.int64), scale=Scale(1, 5)) is None
    assert ram(np.zeros((1, 9), dtype=np.int64), scale=Scale(0, 8)) is None
