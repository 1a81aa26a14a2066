"""Freely typed numbers against numpy.quantile and by hand; nothing and what is no number."""

import numpy as np
import pytest

from analysis.free_numbers import FreeNumbers, describe_numbers
from analysis.types import Quantile

NUMBERS = [2031.5, -4.0, 12.25, 0.0, 7e6, 12.25, 3.0]


@pytest.mark.parametrize("n", range(1, len(NUMBERS) + 1))
@pytest.mark.parametrize("method", [Quantile.LINEAR, Quantile.WEIBULL, Quantile.AVERAGED_INVERTED_CDF])
def test_quartiles_are_numpys(n: int, method: Quantile) -> None:
    found = describe_numbers(NUMBERS[:n], method=method)
    assert found is not None
    expected = np.quantile(NUMBERS[:n], [0.25, 0.5, 0.75], method=method.value)
    assert (found.q1, found.median, found.q3) == pytest.approx(tuple(expected), rel=1e-12, abs=1e-12)


def test_every_number_of_a_small_example() -> None:
    expected = FreeNumbers(n=5, median=3.0, q1=1.5, q3=10.0, lowest=-2.0, highest=20.0, mean=6.5)
    assert describe_numbers([10, 1.5, 20, -2, 3]) == expected
    assert describe_numbers([10, 1.5, 20, -2, 3], method=Quantile.TUKEY_HINGES) == expected


def test_the_order_of_the_values_does_not_matter() -> None:
    assert describe_numbers(NUMBERS) == describe_numbers(NUMBERS[::-1])


def test_nothing_has_no_description() -> None:
    assert describe_numbers([]) is None


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
def test_values_must_be_finite(wrong: float) -> None:
    with pytest.raises(ValueError, match="values must be finite"):
        describe_numbers([1.0, wrong])
