"""Mail scanners open personal links before people do: nothing may change, and the button must work afterwards."""

import hashlib
import http.client
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlmodel import select

from delphi.database import Database
from surveys.models import SignIn
from tests.browser.serving import serving
from tests.builders import a_study, an_open_rating_round, everything_stored, invitation_path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

N_REQUESTS = 50
SECONDS = 10
LOOK_AROUND = """async () => {
    for (const link of document.querySelectorAll("a[href]")) {
        if (link.origin === location.origin) await fetch(link.href, {credentials: "include"});
    }
    window.scrollTo(0, document.body.scrollHeight);
    for (const kind of ["mousemove", "mouseover", "pointerdown", "touchstart", "focus", "visibilitychange", "pagehide"])
        for (const element of document.querySelectorAll("*")) element.dispatchEvent(new Event(kind, {bubbles: true}));
}"""


def state(database: Database) -> dict[str, tuple[int, str]]:
    """Rows and a digest of their content, of every table."""
    return {
        name: (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
        for name, rows in everything_stored(database).items()
    }


def file_of(database: Database) -> str:
    """Digest of the database file and its log, byte for byte."""
    path = Path(str(database.engine.url.database))
    parts = [path, path.with_name(f"{path.name}-wal")]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts if part.exists())).hexdigest()


def ask(method: str, address: str) -> tuple[int, list[str]]:
    """Status and cookies of one plain request."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    connection.request(method, parts.path, headers={"User-Agent": "SafeLinks"})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers.get_all("Set-Cookie") or []


def test_scanners_change_nothing_and_the_button_works_afterwards(app: Flask, chromium: Browser) -> None:
    database: Database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=3)
        an_open_rating_round(session, small, n_statements=3)
        path = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
    with serving(app) as base:
        link = f"{base}{path}"
        before, bytes_before = state(database), file_of(database)
        answers = [ask(method, link) for _ in range(N_REQUESTS) for method in ("GET", "HEAD")]
        assert answers == [(200, [])] * (2 * N_REQUESTS), "no cookie before the button"
        assert state(database) == before

        scanner = chromium.new_context()
        page = scanner.new_page()
        end, n_visits = time.monotonic() + SECONDS, 0
        while time.monotonic() < end or n_visits < 2:
            page.goto(link, wait_until="networkidle")
            page.evaluate(LOOK_AROUND)
            n_visits += 1
        assert scanner.cookies() == []
        scanner.close()
        assert state(database) == before
        assert file_of(database) == bytes_before

        human = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
        page = human.new_page()
        page.goto(link)
        page.locator("main form button.button").click()
        assert urlsplit(page.url).path.startswith("/my/")
        assert path not in page.content()
        human.close()
    with database.reading() as session:
        assert [row.person_id for row in session.exec(select(SignIn)).all()] == [small.experts[0]]
