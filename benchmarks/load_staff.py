"""The staff who close, reopen and export while the experts answer: signed in, they press the buttons of the pages."""

from __future__ import annotations

import http.client
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import update
from sqlmodel import col

from benchmarks.load_experts import FORM, TOKEN
from benchmarks.load_places import Place
from surveys.models import SignIn
from surveys.services.sign_in import sign_in_staff
from tests.conftest import SECRET_KEY

DIGEST = re.compile(r'name="digest" value="([^"]+)"')
PRESSED_AT_MOST = 20


@dataclass(slots=True)
class Staff:
    """One browser of a member of staff, who has proven who they are with a second factor."""

    place: Place
    port: int
    person_id: int
    cookie: str = field(init=False)

    def __post_init__(self) -> None:
        database = self.place.database()
        with database.writing() as session:
            token = sign_in_staff(session, person_id=self.person_id, now=datetime.now(UTC), is_strong=True)
        database.engine.dispose()
        app = Flask("cookie")
        app.secret_key = SECRET_KEY
        signing = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signing is not None
        self.cookie = f"delphi={signing.dumps({'sign_in': token, '_permanent': True})}"

    def ask(self, method: str, path: str, **fields: str) -> tuple[int, str]:
        """Status and text of the answer; redirects are not followed."""
        headers = {"Cookie": self.cookie, **({"Content-Type": FORM} if method == "POST" else {})}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, urlencode(fields) if method == "POST" else None, headers)
            answer = connection.getresponse()
            said = answer.read().decode(errors="replace")
        finally:
            connection.close()
        renewed = answer.getheader("Set-Cookie")
        if renewed:
            self.cookie = renewed.partition(";")[0]
        return answer.status, said

    def see_closing(self) -> dict[str, str]:
        """Open the page that shows what closing would freeze; what its form holds."""
        status, page = self.ask("GET", f"/facilitate/rounds/{self.place.round_id}/close")
        assert status == 200, (status, page[:300])
        return _form_of(page)

    def close(self, form: dict[str, str]) -> tuple[float, int]:
        """Press the button of the page until the round is closed: seconds since the first press, and presses.

        Where answers were taken back meanwhile, the page comes again with a new preview, and is confirmed again.
        """
        began = time.monotonic()
        for n_pressed in range(1, PRESSED_AT_MOST + 1):
            status, page = self.ask("POST", f"/facilitate/rounds/{self.place.round_id}/close", **form)
            if status == 303:
                return time.monotonic() - began, n_pressed
            assert status == 409, (status, page[:300])
            form = _form_of(page)
        raise AssertionError(f"not closed after {PRESSED_AT_MOST} times")

    def reopen(self) -> int:
        """Take answers again for two weeks; the status of the answer."""
        database = self.place.database()
        with database.writing() as session:
            # As if the password had been typed again: it is asked for after ten minutes.
            session.connection().execute(
                update(SignIn).where(col(SignIn.person_id) == self.person_id).values(proven_at=datetime.now(UTC))
            )
        database.engine.dispose()
        path = f"/facilitate/rounds/{self.place.round_id}/reopen"
        status, page = self.ask("GET", path)
        assert status == 200, (status, page[:300])
        until = datetime.now(UTC) + timedelta(days=14)
        form = {**_form_of(page), "deadline": f"{until:%Y-%m-%dT%H:%M}", "reason": "Some were away"}
        return self.ask("POST", path, **form)[0]


def _form_of(page: str) -> dict[str, str]:
    token, digest = TOKEN.search(page), DIGEST.search(page)
    assert token is not None, page[:300]
    found = {"csrf_token": token.group(1) or token.group(2)}
    return {**found, "digest": digest.group(1)} if digest else found
