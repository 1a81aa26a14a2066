"""Cohen's kappa against its first published table, its bounds and its undefined cases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.nominal_agreement import cohen_kappa

CODES = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=40)


def test_the_table_of_cohen_1960() -> None:
    """Two clinicians on 200 patients; Cohen 1960, Educ Psychol Meas 20:37-46, Table 2: observed .70, expected .41."""
    table = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
    pairs = [(row, column) for row in range(3) for column in range(3) for _ in range(table[row][column])]
    found = cohen_kappa([first for first, _ in pairs], [second for _, second in pairs])
    assert found.n == 200
    assert found.observed == pytest.approx(0.70)
    assert found.expected == pytest.approx(0.41)
    assert found.value == pytest.approx(0.29 / 0.59)
    assert found.reason is None


@given(CODES)
def test_kappa_is_symmetric_and_bounded_and_one_only_for_full_agreement(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found, turned = cohen_kappa(first, second), cohen_kappa(second, first)
    assert found == turned
    if found.value is None:
        assert len({*first, *second}) == 1
    else:
        assert -1 <= found.value <= 1
        assert (found.value == 1) == (first == second)


def test_undefined_cases_say_why() -> None:
    assert cohen_kappa([], []).reason == "no_items"
    alike = cohen_kappa(["a", "a"], ["a", "a"])
    assert (alike.value, alike.reason, alike.observed) == (None, "one_category", 1.0)
    assert cohen_kappa(["a", "a"], ["b", "b"]).value == 0
    with pytest.raises(ValueError, match="2 and 1 codes"):
        cohen_kappa(["a", "a"], ["a"])
