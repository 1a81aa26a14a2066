"""Text is compressed for browsers that take it, and never where another site could listen to its length."""

import gzip

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from delphi.compression import SMALLEST
from tests.builders import a_study, expert_client

Headers = dict[str, str]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A signed-in expert."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    return expert_client(app, small, small.experts[0])


@pytest.mark.parametrize("address", ["/my/?all=1", "/static/delphi.css", "/link"])
def test_text_is_compressed_and_the_same(client: FlaskClient, address: str) -> None:
    plain = get(client, address)
    packed = get(client, address, GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < 0.7 * len(plain.data)
    assert without_token(gzip.decompress(packed.data)) == without_token(plain.data)
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def get(client: FlaskClient, address: str, headers: Headers | None = None) -> TestResponse:
    """The whole answer, its file closed."""
    with client.get(address, headers=headers) as response:
        response.get_data()
        return response


def without_token(page: bytes) -> bytes:
    """The form token is signed anew each second."""
    before, marker, after = page.partition(b'name="csrf_token" value="')
    return before + marker + after.partition(b'"')[2]


def test_browser_that_refuses_gzip_gets_plain_text(client: FlaskClient) -> None:
    for accepts in ("identity", "gzip;q=0", "br"):
        assert "Content-Encoding" not in get(client, "/link", {"Accept-Encoding": accepts}).headers


def test_short_answers_pictures_and_redirects_stay_as_they_are(client: FlaskClient) -> None:
    icon = get(client, "/static/icon.svg", GZIP)
    assert len(icon.data) < SMALLEST
    assert "Content-Encoding" not in icon.headers
    assert "Content-Encoding" not in get(client, "/", GZIP).headers


def test_known_static_file_is_not_sent_again(client: FlaskClient) -> None:
    first = get(client, "/static/delphi.css", GZIP)
    assert first.headers["ETag"].startswith('W/"')
    again = get(client, "/static/delphi.css", {**GZIP, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_part_of_a_static_file_is_not_compressed(client: FlaskClient) -> None:
    part = get(client, "/static/delphi.css", {**GZIP, "Range": "bytes=0-999"})
    assert (part.status_code, len(part.data)) == (206, 1000)
    assert "Content-Encoding" not in part.headers


def test_what_another_site_asks_for_in_a_signed_in_browser_is_not_compressed(app: Flask, client: FlaskClient) -> None:
    foreign = {**GZIP, "Sec-Fetch-Site": "cross-site"}
    assert "Content-Encoding" not in get(client, "/my/?all=1", foreign).headers
    assert get(app.test_client(), "/link", foreign).headers["Content-Encoding"] == "gzip"


def test_head_tells_the_length_and_sends_nothing(client: FlaskClient) -> None:
    head = client.head("/link", headers=GZIP)
    assert head.data == b""
    assert head.headers["Content-Encoding"] == "gzip"
