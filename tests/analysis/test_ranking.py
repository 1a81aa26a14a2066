"""Ranks: the lexicographic key in both orders, competition ranks, unranked items."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.ranking import RankKey, rank_items

ALL_FOUR = RankKey(median=4, iqr=0, agreement_share=1.0, mean=4.0, sd=0.0)
FOUR_AND_MORE = RankKey(median=4, iqr=1, agreement_share=0.9, mean=4.3, sd=0.67)
LOW = RankKey(median=2, iqr=0, agreement_share=0.0, mean=2.0, sd=0.0)

keys = st.lists(
    st.one_of(
        st.none(),
        st.builds(
            RankKey,
            median=st.sampled_from([1.0, 1.5, 2.0]),
            iqr=st.sampled_from([0.0, 1.0]),
            agreement_share=st.sampled_from([0.0, 0.5]),
            mean=st.sampled_from([1.0, 2.0]),
            sd=st.sampled_from([0.0, 0.5]),
        ),
    ),
    max_size=12,
)


def test_iqr_before_mean_prefers_the_unanimous_item() -> None:
    assert rank_items([FOUR_AND_MORE, ALL_FOUR, LOW]) == [2, 1, 3]
    assert rank_items([FOUR_AND_MORE, ALL_FOUR, LOW], order="median_mean_iqr") == [1, 2, 3]


def test_equal_keys_share_a_rank_and_the_next_is_skipped() -> None:
    assert rank_items([LOW, ALL_FOUR, LOW, None, FOUR_AND_MORE]) == [3, 1, 3, None, 2]
    assert rank_items([ALL_FOUR, LOW, LOW, FOUR_AND_MORE]) == [1, 3, 3, 2]


def test_smaller_deviation_breaks_the_last_tie() -> None:
    wider = RankKey(median=4, iqr=0, agreement_share=1.0, mean=4.0, sd=0.1)
    assert rank_items([wider, ALL_FOUR]) == [2, 1]


def test_nothing_to_rank() -> None:
    assert rank_items([]) == []
    assert rank_items([None]) == [None]


def test_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match=r"order is 'mean'; allowed are \['median_iqr_mean', 'median_mean_iqr'\]"):
        rank_items([LOW], order="mean")


@given(keys)
def test_rank_is_one_more_than_the_number_of_better_items(items: list[RankKey | None]) -> None:
    def better(a: RankKey, b: RankKey) -> bool:
        first = (-a.median, a.iqr, -a.agreement_share, -a.mean, a.sd)
        return first < (-b.median, b.iqr, -b.agreement_share, -b.mean, b.sd)

    ranked = [key for key in items if key is not None]
    expected = [None if key is None else 1 + sum(better(other, key) for other in ranked) for key in items]
    assert rank_items(items) == expected
