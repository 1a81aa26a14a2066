"""Adjusted p-values against R p.adjust."""

from __future__ import annotations

from typing import Any

import pytest

from analysis.multiplicity import benjamini_hochberg, holm


def test_adjustments_equal_r(cases: dict[str, Any]) -> None:
    case = cases["padjust"]
    assert holm(case["p"]) == pytest.approx(case["holm"], abs=1e-9)
    assert benjamini_hochberg(case["p"]) == pytest.approx(case["BH"], abs=1e-9)


def test_order_is_kept_and_missing_values_do_not_count() -> None:
    assert holm([0.04, None, 0.01, 0.03]) == [pytest.approx(0.06), None, pytest.approx(0.03), pytest.approx(0.06)]
    assert benjamini_hochberg([0.04, None, 0.01]) == [pytest.approx(0.04), None, pytest.approx(0.02)]


@pytest.mark.parametrize("adjust", [holm, benjamini_hochberg])
def test_nothing_to_adjust_and_never_above_one(adjust: Any) -> None:
    assert adjust([]) == []
    assert adjust([None]) == [None]
    assert adjust([0.9, 0.8]) == [pytest.approx(1.0 if adjust is holm else 0.9)] * 2
