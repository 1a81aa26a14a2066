"""Where a median lies, on the borders of the box and of its mirror image."""

import pytest

from surveys.rules.median_class import MedianClass, median_class


@pytest.mark.parametrize(
    ("median", "expected"),
    [
        (9, "agree"),
        (7, "agree"),
        (6.5, "none"),
        (5, "none"),
        (3.5, "none"),
        (3, "disagree"),
        (1, "disagree"),
        (None, "none"),
    ],
)
def test_median_class_on_nine_points(median: float | None, expected: str) -> None:
    assert median_class(median, box=(7, 9), scale=(1, 9)) is MedianClass(expected)


def test_median_class_on_a_hundred_points() -> None:
    found = [median_class(value, box=(70, 100), scale=(0, 100)).value for value in (70, 69.5, 30.5, 30, 0)]
    assert found == ["agree", "none", "none", "disagree", "disagree"]
