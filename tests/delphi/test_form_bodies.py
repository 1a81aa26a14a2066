"""A form's body is read as the standard library reads it."""

from io import BytesIO
from urllib.parse import parse_qsl, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from delphi.form_bodies import FormBodies

PARTS = st.sampled_from(
    ["a", "r-1-2", "é", "%C3%A9", "%zz", "%", "%ff", "%00", "+", "=", "&", "&&", ";", " ", "\n", "7"]
)


def read(body: bytes) -> list[tuple[str, str]]:
    _, form, files = FormBodies().parse(BytesIO(body), "application/x-www-form-urlencoded", len(body), {})
    assert not files
    return list(form.items(multi=True))


def grouped(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@given(st.lists(PARTS, max_size=30).map("".join))
def test_every_body_is_read_as_the_standard_library_reads_it(body: str) -> None:
    expected = parse_qsl(body, keep_blank_values=True, errors="werkzeug.url_quote")
    assert grouped(read(body.encode())) == grouped(expected)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_what_a_browser_sends_comes_out_as_it_was_typed(fields: dict[str, str]) -> None:
    plain = {
        name.encode("utf-8", "ignore").decode(): value.encode("utf-8", "ignore").decode()
        for name, value in fields.items()
    }
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in plain.items() if name)
    assert dict(read(body.encode())) == {name: value for name, value in plain.items() if name}
