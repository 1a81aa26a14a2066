"""The signed cookie: what is kept of it must never open a door that Flask's own reading would leave shut."""

import time
from typing import Any

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from delphi.sign_in_cookie import CookieSessions

LIFE_S = 30 * 24 * 3600


def an_app(key: str = "k" * 40) -> Flask:
    app = Flask(__name__)
    app.session_interface = CookieSessions()
    app.config.update(SECRET_KEY=key, SESSION_REFRESH_EACH_REQUEST=False, PERMANENT_SESSION_LIFETIME=LIFE_S)

    @app.get("/in")
    def sign_in() -> str:
        session.permanent = True
        session["sign_in"], session["waiting"] = "token", []
        return ""

    @app.get("/held")
    def held() -> dict[str, Any]:
        session.get("waiting", []).append("said once")
        return dict(session)

    return app


def cookie_of(app: Flask) -> str:
    client = app.test_client()
    client.get("/in")
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def held_by(app: Flask, cookie: str) -> dict[str, Any]:
    client = app.test_client()
    client.set_cookie("session", cookie)
    return dict(client.get("/held").get_json())


def test_a_cookie_holds_what_was_put_into_it_and_nothing_of_another_request() -> None:
    app = an_app()
    cookie = cookie_of(app)
    expected = {"_permanent": True, "sign_in": "token", "waiting": ["said once"]}
    assert held_by(app, cookie) == expected
    assert held_by(app, cookie) == expected


@pytest.mark.parametrize("place", [0, 10, -5])
def test_a_changed_cookie_opens_nothing(place: int) -> None:
    app = an_app()
    cookie = cookie_of(app)
    held_by(app, cookie)
    letters = list(cookie)
    letters[place] = "B" if letters[place] != "B" else "C"
    assert held_by(app, "".join(letters)) == {}


def test_a_cookie_of_another_key_opens_nothing() -> None:
    cookie = cookie_of(an_app())
    assert held_by(an_app("other" * 10), cookie) == {}


def test_a_cookie_grows_old_although_its_signature_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    app = an_app()
    cookie = cookie_of(app)
    assert held_by(app, cookie)
    now = time.time()
    for later, opens in ((LIFE_S - 60, True), (LIFE_S + 60, False), (-60, False)):
        monkeypatch.setattr(time, "time", lambda later=later: now + later)
        assert bool(held_by(app, cookie)) is opens, later


def test_flask_reads_what_was_written_here() -> None:
    app = an_app()
    cookie = cookie_of(app)
    app.session_interface = SecureCookieSessionInterface()
    assert held_by(app, cookie)["sign_in"] == "token"


def test_an_answer_says_that_it_depends_on_the_cookie() -> None:
    app = an_app()
    client = app.test_client()
    client.set_cookie("session", cookie_of(app))
    assert client.get("/held").headers.getlist("Vary") == ["Cookie"]
