"""The real server: behind a web server with HTTPS it believes what it is told to, and from strangers nothing."""

import http.client
import signal
from pathlib import Path

import pytest

from delphi.database import Database
from surveys import migrations
from tests.conftest import SECRET_KEY
from tests.delphi.server_process import ServerProcess, a_server

FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "delphi.example.org",
}


def answer(server: ServerProcess, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", "/", headers=headers)
        response = connection.getresponse()
        response.read()
        return response
    finally:
        connection.close()


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    database = Database(f"sqlite:///{tmp_path / 'delphi.sqlite'}", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    database.engine.dispose()
    return tmp_path


@pytest.mark.slow
def test_behind_a_trusted_web_server_the_address_is_the_public_one(instance: Path) -> None:
    settings = {"DELPHI_BASE_URL": "https://delphi.example.org", "DELPHI_TRUST_PROXY_HOPS": "1"}
    with a_server("run", "--port", "0", instance=instance, **settings) as server:
        trusted = answer(server, **FORWARDED)
        assert trusted.status == 200
        assert trusted.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert answer(server, **{**FORWARDED, "X-Forwarded-Host": "evil.example"}).status == 400
        assert answer(server, Host="evil.example").status == 400


@pytest.mark.slow
def test_without_a_trusted_web_server_forwarded_headers_are_not_believed(instance: Path) -> None:
    with a_server("run", "--port", "0", instance=instance) as server:
        response = answer(server, **{**FORWARDED, "X-Forwarded-Host": "evil.example"})
        assert response.status == 200
        assert "Strict-Transport-Security" not in response.headers


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_when_it_is_told_to(instance: Path, ending: signal.Signals) -> None:
    with a_server("run", "--port", "0", "--with-worker", instance=instance) as server:
        assert answer(server).status == 200
        server.process.send_signal(ending)
        assert server.process.wait(timeout=10) in (0, -ending)
        assert server.process.stderr is not None
        assert "Traceback" not in server.process.stderr.read()
