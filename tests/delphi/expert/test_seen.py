"""What a page showed comes back with its form: only what differs from it was touched."""

from hypothesis import given
from hypothesis import strategies as st

from delphi.expert.forms.seen import NOTHING, mark, read_seen, seen_words

NAMES = st.from_regex(r"[rcsq]-[0-9]{1,9}(-[0-9a-z]{1,9})?", fullmatch=True)
CHOICES = st.sampled_from([*map(str, range(1, 10)), "outside", "information", NOTHING])
SAVED_AT = "2026-11-21T22:15:00.123456+00:00"


@given(
    st.dictionaries(NAMES, st.text(min_size=1, max_size=40)),
    st.dictionaries(NAMES, CHOICES | st.none()),
    st.sampled_from(["", SAVED_AT]),
)
def test_nothing_is_touched_on_a_page_that_is_sent_as_it_was_shown(
    texts: dict[str, str], choices: dict[str, str | None], saved_at: str
) -> None:
    choices = {name: value for name, value in choices.items() if name not in texts}
    words = seen_words(saved_at, texts, choices=(list(choices), list(choices.values())))
    seen = read_seen({"seen": words})
    assert seen.saved_at == saved_at
    for name, value in {**texts, **choices}.items():
        assert not seen.is_touched(name, value or "")
        assert seen.is_touched(name, f"{value} and more"), "another value is a change"
        assert seen.is_touched(name, "") is (mark(value or "") != mark("")), "so is an emptied field"
    assert seen.is_touched("r-0-0-x", "7"), "a field that showed nothing is touched when it has a value"


def test_a_page_without_marks_touches_everything() -> None:
    assert read_seen({}).is_touched("r-1-1", "")


def test_fields_a_script_names_are_touched_even_back_to_what_they_showed() -> None:
    seen = read_seen({"seen": seen_words("", {"r-1-1": "7"}), "touched": "3 r-1-1"})
    assert seen.is_touched("r-1-1", "7")
    assert not seen.is_touched("r-1-2", "")


def test_a_page_opened_before_an_update_is_read_as_well() -> None:
    seen = read_seen({"seen": f"{SAVED_AT} r-1-1={mark('7')} c-2={mark('Why')}"})
    assert not seen.is_touched("r-1-1", "7")
    assert not seen.is_touched("c-2", "Why")
    assert seen.is_touched("r-1-1", "8")


def test_what_nobody_sent_from_a_page_of_ours_is_read_without_harm() -> None:
    for rubbish in ("", " ", ".", " . .. ...", "a" * 99_999, "x " + "a" * 99_999, "x " + "." * 99_999, "x a.b d. .e"):
        read_seen({"seen": rubbish}).is_touched("a", "7")
