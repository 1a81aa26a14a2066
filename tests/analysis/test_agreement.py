"""Shares, boxes and Wilson limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.agreement import (
    modal_shares,
    pct_bottom,
    pct_near_median,
    pct_third,
    pct_top,
    shares,
    wilson,
)
from analysis.types import Scale, Share

NINE = Scale(1, 9)


def counts_of(*rows: list[int], points: int = 9):
    return np.array([[row.count(v) for v in range(1, points + 1)] for row in rows], dtype=np.int64)


# R 4.2: prop.test(k, n, correct = FALSE)$conf.int
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(7, 8, 0.529111817787146, 0.977582508549943), (0, 6, 0.0, 0.390334287902165), (5, 5, 0.565517535216825, 1.0)],
)
def test_wilson_matches_r(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k=k, n=n) == pytest.approx((low, high), abs=1e-12)


def test_wilson_of_nobody_is_undefined() -> None:
    assert wilson(k=0, n=0) is None


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3)])
def test_wilson_refuses_impossible_counts(k: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"k is {k}; allowed is 0 to 3"):
        wilson(k=k, n=n)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_wilson_rises_with_k_and_holds_the_share(pair: tuple[int, int]) -> None:
    k, n = pair
    one, more = wilson(k=k, n=n), wilson(k=k + 1, n=n)
    assert one is not None
    assert more is not None
    assert 0 <= one[0] <= k / n <= one[1] <= 1
    assert one[0] < more[0]
    assert one[1] < more[1] or more[1] == 1


def test_share_needs_two_ratings() -> None:
    k, n = np.array([0, 1, 2]), np.array([0, 1, 2])
    nobody, one, two = shares(k, n)
    assert nobody == Share(k=0, n=0, share=None, low=None, high=None)
    assert one == Share(k=1, n=1, share=None, low=None, high=None)
    assert (two.share, two.high) == (1.0, 1.0)


def test_share_of_a_wider_denominator_still_needs_two_ratings() -> None:
    found = shares(np.array([1]), np.array([10]), n_rated=np.array([1]))
    assert found == (Share(k=1, n=10, share=None, low=None, high=None),)


def test_top_and_bottom_boxes_take_their_usual_width() -> None:
    counts = counts_of([1, 2, 3, 6, 7, 8, 9, 9])
    assert pct_top(counts, scale=NINE)[0].k == 4
    assert pct_bottom(counts, scale=NINE)[0].k == 3
    assert pct_top(counts, scale=NINE, box=1)[0].k == 2
    assert pct_bottom(counts, scale=NINE, box=2)[0].k == 2
    assert pct_top(counts, scale=NINE, n=np.array([10]))[0].share == 0.4


@pytest.mark.parametrize("box", [0, 10])
def test_box_off_the_scale_is_refused(box: int) -> None:
    with pytest.raises(ValueError, match=f"box is {box}; allowed is 1 to 9"):
        pct_top(counts_of([1]), scale=NINE, box=box)


def test_near_median_covers_two_points_in_even_panels_unless_widened() -> None:
    counts = counts_of([3, 4, 5, 6], [3, 4, 5, 6, 4])
    literal = pct_near_median(counts, scale=NINE)
    fixed = pct_near_median(counts, scale=NINE, near_median_even_fix=True)
    assert [share.k for share in literal] == [2, 4]
    assert [share.k for share in fixed] == [4, 4]
    assert pct_near_median(counts, scale=NINE, distance=2, n=np.array([8, 8]))[0].share == 0.5


def test_thirds_need_a_divisible_scale() -> None:
    thirds = pct_third(counts_of([1, 3, 4, 7, 8, 9]), scale=NINE)
    assert thirds is not None
    assert [share.k for share in thirds[0]] == [2, 1, 3]
    assert pct_third(counts_of([1], points=5), scale=Scale(1, 5)) is None
    wider = pct_third(counts_of([1, 9]), scale=NINE, n=np.array([4]))
    assert wider is not None
    assert [share.share for share in wider[0]] == [0.25, 0.0, 0.25]


def test_modal_share_takes_the_highest_count() -> None:
    assert modal_shares(counts_of([4, 4, 5]))[0].share == pytest.approx(2 / 3)
    assert modal_shares(counts_of([4, 4, 5]), n=np.array([4]))[0].share == 0.5
