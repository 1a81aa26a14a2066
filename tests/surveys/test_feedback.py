"""What small and large groups are shown of their answers, and which comments travel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.rules.anonymity import Disclosure
from surveys.rules.feedback import Band, GroupView, WrittenComment, group_view, readable_arguments
from surveys.vocabulary import Stance

SHARES_LANGUAGE = {"en": 5, "fr": 3}


def frequency_of(values: list[int]) -> list[int]:
    return [values.count(point) for point in range(1, 10)]


@pytest.mark.parametrize(
    ("n", "expected"),
    [(n, Disclosure.NOTHING if n < 3 else Disclosure.SENTENCE if n < 5 else Disclosure.FULL) for n in range(13)],
)
def test_group_view_keeps_the_privacy_table(n: int, expected: Disclosure) -> None:
    view = group_view(frequency=frequency_of([7] * n), median=7.0 if n else None, lower=1, min_group_size=5)
    assert view.disclosure is expected
    if expected is Disclosure.NOTHING:
        assert view == GroupView(disclosure=Disclosure.NOTHING)
    if expected is Disclosure.SENTENCE:
        assert (view.n, view.counts, view.bands) == (None, (), ())
        assert (view.median, view.lowest, view.highest) == (7.0, 7, 7)
    if expected is Disclosure.FULL:
        assert (view.n, sum(view.counts)) == (n, n)


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(3, 10))
def test_group_view_carries_nothing_beyond_its_disclosure(values: list[int], min_group_size: int) -> None:
    view = group_view(frequency=frequency_of(values), median=5.0, lower=1, min_group_size=min_group_size)
    if len(values) < min_group_size:
        assert view.n is None
        assert view.counts == ()
    if len(values) < min(3, min_group_size):
        assert (view.median, view.lowest, view.highest) == (None, None, None)


@pytest.mark.parametrize("n", [5, 6, 7, 12])
def test_group_view_of_two_groups_that_differ_by_one_stays_whole(n: int) -> None:
    """Between rounds one answer more or less is visible only as a whole new distribution, never below the minimum."""
    full = group_view(frequency=frequency_of([7] * n), median=7.0, lower=1, min_group_size=5)
    less = group_view(frequency=frequency_of([7] * (n - 1)), median=7.0, lower=1, min_group_size=5)
    assert bool(full.counts) and bool(less.counts) is (n - 1 >= 5)


def test_group_view_counts_by_thirds_of_the_scale() -> None:
    view = group_view(frequency=frequency_of([3, 5, 7, 7, 8, 9]), median=7.0, lower=1, min_group_size=5)
    assert view.bands == (Band(1, 3, 1), Band(4, 6, 1), Band(7, 9, 4))
    five = group_view(frequency=[0, 1, 2, 1, 1], median=3.0, lower=1, min_group_size=5)
    assert five.bands == ()


def comment(text: str, *, language: str = "en", shared: dict[str, str] | None = None) -> WrittenComment:
    return WrittenComment(Stance.FOR, text, language, shared or {})


def test_arguments_of_small_groups_need_a_paraphrase() -> None:
    comments = [
        comment("as I wrote it", shared={"en": "as I wrote it", "fr": "traduit"}),
        comment("mine", shared={"en": "put neutrally", "fr": "dit autrement"}),
        comment("raw"),
    ]
    shown = readable_arguments(comments, level=Disclosure.SENTENCE, language="en", writers=SHARES_LANGUAGE, seed="1")
    assert [argument.text for argument in shown] == ["put neutrally"]
    assert readable_arguments(comments, level=Disclosure.NOTHING, language="en", writers={"en": 9}, seed="1") == ()


@pytest.mark.parametrize("reader", ["en", "fr"])
def test_a_lone_french_comment_does_not_show_its_language(reader: str) -> None:
    comments = [comment("Good for soils"), comment("Bon pour les sols", language="fr")]
    writers = {"en": 4, "fr": 1}
    shown = readable_arguments(comments, level=Disclosure.FULL, language=reader, writers=writers, seed="1")
    assert [argument.text for argument in shown] == ["Good for soils"]
    translated = [comments[0], comment("Bon", language="fr", shared={"en": "Good", "fr": "Bon"})]
    both = readable_arguments(translated, level=Disclosure.FULL, language="en", writers=writers, seed="1")
    assert {(argument.text, argument.language) for argument in both} == {("Good for soils", "en"), ("Good", "en")}


def test_a_translation_into_another_language_only_is_hidden_from_readers_of_neither() -> None:
    untranslated = [comment("Bon", language="fr", shared={"fr": "Bon"})]
    args = {"level": Disclosure.FULL, "writers": {"en": 4, "fr": 1}, "seed": "1"}
    assert readable_arguments(untranslated, language="en", **args) == ()  # type: ignore[arg-type]


def test_three_writers_make_a_language_common() -> None:
    comments = [comment("Bon pour les sols", language="fr")]
    shown = readable_arguments(comments, level=Disclosure.FULL, language="en", writers=SHARES_LANGUAGE, seed="1")
    assert [(argument.text, argument.language) for argument in shown] == [("Bon pour les sols", "fr")]


def test_a_panel_of_one_language_hides_no_comment() -> None:
    shown = readable_arguments([comment("a")], level=Disclosure.FULL, language="en", writers={"en": 1}, seed="1")
    assert [argument.text for argument in shown] == ["a"]


@given(st.permutations([f"comment {number}" for number in range(8)]))
def test_the_order_of_arguments_says_nothing_of_the_order_of_writing(texts: list[str]) -> None:
    def order(seed: str) -> list[str]:
        comments = [comment(text) for text in texts]
        shown = readable_arguments(comments, level=Disclosure.FULL, language="en", writers={"en": 8}, seed=seed)
        return [argument.text for argument in shown]

    assert order("7:1:1") == order("7:1:1")
    assert sorted(order("7:1:1")) == sorted(texts)
    assert order("7:1:1") == [
        argument.text
        for argument in readable_arguments(
            [comment(text) for text in sorted(texts)],
            level=Disclosure.FULL,
            language="en",
            writers={"en": 8},
            seed="7:1:1",
        )
    ]
    assert order("7:1:1") != order("7:2:1")
