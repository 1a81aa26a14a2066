"""The real server: behind a web server with HTTPS it believes what it is told to, and from strangers nothing."""

import http.client
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delphi.server_process import ServerProcess, a_server

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "delphi.example.org",
}


def answer(server: ServerProcess, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=60)
    try:
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


@pytest.fixture
def instance(sqlite_url: str, tmp_path: Path) -> Path:
    """The folder with an empty database of the current schema."""
    return tmp_path


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A run in the background of a shell hands down that interrupts are ignored; here they are not."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def end(server: ServerProcess, ending: signal.Signals) -> None:
    server.process.send_signal(ending)
    assert server.process.wait(timeout=60) in (0, -ending)
    assert server.process.stderr is not None
    assert "Traceback" not in server.process.stderr.read()


@pytest.mark.slow
@pytest.mark.usefixtures("interruptible")
def test_behind_a_trusted_web_server_the_address_is_the_public_one_until_it_is_interrupted(instance: Path) -> None:
    settings = {"DELPHI_BASE_URL": "https://delphi.example.org", "DELPHI_TRUST_PROXY_HOPS": "1"}
    with a_server("run", "--port", "0", "--with-worker", instance=instance, **settings) as server:
        trusted = answer(server, **FORWARDED)
        assert trusted.status == 200
        assert trusted.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer(server, **{**FORWARDED, "X-Forwarded-Host": "evil.example"}).status == 400
        assert answer(server, Host="evil.example").status == 400
        end(server, signal.SIGINT)


@pytest.mark.slow
def test_without_one_forwarded_headers_are_not_believed_until_it_is_terminated(instance: Path) -> None:
    with a_server("run", "--port", "0", "--with-worker", instance=instance) as server:
        response = answer(server, **{**FORWARDED, "X-Forwarded-Host": "evil.example"})
        assert response.status == 200
        assert "Strict-Transport-Security" not in response.headers
        end(server, signal.SIGTERM)
