"""Suggestions by shared letters within a language, and by vectors across languages."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.similarity import (
    KnownText,
    Pair,
    best_of_each,
    groups_of,
    letter_runs,
    likeness_to,
    most_similar,
    pairs_by_meaning,
    pairs_by_words,
    weigh,
)

WORDS = st.text(alphabet="abcdeé ", max_size=30)


def known(*texts: str, language: str = "en") -> list[KnownText]:
    return [KnownText(text, language) for text in texts]


def test_accents_and_case_do_not_count_and_words_end_where_they_end() -> None:
    assert letter_runs("Éleveur") == letter_runs("eleveur")
    assert " so" in letter_runs("soil carbon")
    assert not any("l c" in run for run in letter_runs("soil carbon"))
    assert letter_runs("!?") == []


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_every_row_has_length_one_or_is_empty(texts: list[str]) -> None:
    matrix = weigh(texts)
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    assert matrix.shape[0] == len(texts)
    assert np.all(np.isclose(lengths, 1) | np.isclose(lengths, 0))


def test_the_nearest_comes_first_and_the_far_not_at_all() -> None:
    candidates = {
        1: known("Build more roads to the villages"),
        2: known("Publish the price of soil carbon credits", "Prices should be public"),
        3: known("Soil carbon credits are audited by the state"),
    }
    text = KnownText("Publish the price of each soil carbon credit", "en")
    assert most_similar(text, candidates=candidates)[:2] == [2, 3]
    assert most_similar(text, candidates=candidates, limit=1) == [2]
    assert most_similar(text, candidates=candidates, least=3.0) == []
    assert most_similar(KnownText("", "en"), candidates=candidates) == []


def test_words_are_compared_within_one_language_and_meaning_across() -> None:
    near, far = np.array([1, 0], dtype=np.float32), np.array([0, 1], dtype=np.float32)
    candidates = {1: [KnownText("prix public", "fr", near)], 2: [KnownText("prix public", "fr", far)]}
    assert likeness_to(KnownText("prix public", "en"), candidates=candidates) == {1: 0, 2: 0}
    found = likeness_to(KnownText("public price", "en", near), candidates=candidates)
    assert found == {1: 1, 2: 0}


def test_pairs_are_the_same_however_the_rows_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["train advisers", "train the advisers", "publish prices", "publish all prices", "roads"]
    vectors = np.eye(5, dtype=np.float32)
    vectors[3] = vectors[0]
    languages = ["en", "en", "en", "fr", "fr"]
    whole = pairs_by_words(texts, least=0.3), pairs_by_meaning(vectors, languages, least=0.5)
    assert [(one.first, one.second) for one in whole[0]] == [(0, 1), (2, 3)]
    assert [(one.first, one.second) for one in whole[1]] == [(0, 3)]
    monkeypatch.setattr("surveys.rules.similarity.ROWS_AT_ONCE", 2)
    cut = pairs_by_words(texts, least=0.3), pairs_by_meaning(vectors, languages, least=0.5)
    assert [[(one.first, one.second) for one in part] for part in cut] == [
        [(one.first, one.second) for one in part] for part in whole
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1)).filter(lambda one: one[0] < one[1]),
        unique_by=lambda one: one[:2],
        max_size=30,
    )
)
def test_groups_hold_pairs_only_and_nothing_twice(raw: list[tuple[int, int, float]]) -> None:
    groups = groups_of([Pair(*one) for one in raw], at_most=4)
    near = {one[:2] for one in raw}
    members = [one for group in groups for one in group]
    assert len(members) == len(set(members))
    for group in groups:
        assert 2 <= len(group) <= 4
        assert all((a, b) in near for a in group for b in group if a < b)


def test_each_text_keeps_its_best_pairs() -> None:
    pairs = [Pair(0, other, other / 100) for other in range(1, 40)] + [Pair(1, 2, 0.9)]
    kept = best_of_each(pairs, keep=1)
    assert Pair(1, 2, 0.9) in kept
    assert Pair(0, 39, 0.39) in kept
    assert {one.second for one in kept} >= set(range(3, 40)), "the only pair of a text stays"
