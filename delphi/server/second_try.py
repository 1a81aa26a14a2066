"""One more try for a request that met a PostgreSQL being restarted: people wait a moment instead of reading an error.

The whole request is played again, from its first byte, and at most once. What it stored the first time was rolled back
with its connection; only where a commit had been asked for is that not certain, and then nothing but reading is tried
again: the page says that the text was not saved, and has it. Where the database stays away nobody waits in vain for
long: after one request has waited to the end, the others are told at once for a while.
"""

import io
import logging
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, has_request_context, request
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

LONGEST_WAIT = 10.0
"""Seconds: a restart of PostgreSQL takes about one."""
PAUSE = 0.1
NO_WAITING_FOR = 30.0
LARGEST_KEPT = 2 * 1024 * 1024
"""Bytes: a larger body is not kept for a second try."""
INERT = ("GET", "HEAD")
MET = "delphi.met_a_lost_database"
COMMITTING = "delphi.asked_for_a_commit"

log = logging.getLogger(__name__)


def init_second_try(app: Flask, engine: Engine) -> None:
    """For PostgreSQL; SQLite has no server that could go away."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "commit", _note_commit)
        app.wsgi_app = SecondTry(app.wsgi_app, engine)  # type: ignore[method-assign]


def note_problem(problem: DBAPIError) -> None:
    """Called by whatever answers a request that the database failed: was it the connection that was lost?"""
    state = getattr(problem.orig, "sqlstate", None)
    # Without a state it was not the server that said no: there was none. 57P: shut down, or not up yet. 08: cut off.
    if state is None or state.startswith(("57P", "08")):
        request.environ[MET] = True


def _note_commit(_: Any) -> None:
    if has_request_context():
        request.environ[COMMITTING] = True


class SecondTry:
    """The application, with the second try around it."""

    def __init__(self, inner: WSGIApplication, engine: Engine) -> None:
        self._inner = inner
        self._engine = engine
        self._no_waiting_until = 0.0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = _kept_body(environ)
        if body is None:
            return self._inner(environ, start_response)
        again = {**environ, "wsgi.input": io.BytesIO(body)}
        environ["wsgi.input"] = io.BytesIO(body)
        held = _Held(self._inner, environ)
        is_certain = environ["REQUEST_METHOD"] in INERT or not environ.get(COMMITTING)
        if not environ.get(MET) or not is_certain or not self._is_back():
            return held.hand_over(start_response)
        held.drop()
        log.warning("the database was away: %s is tried again", environ["REQUEST_METHOD"])
        return self._inner(again, start_response)

    def _is_back(self) -> bool:
        """Wait until the database answers; whether it does."""
        until = time.monotonic() + LONGEST_WAIT
        while time.monotonic() < until and time.monotonic() >= self._no_waiting_until:
            try:
                with self._engine.connect() as connection:
                    connection.execute(text("SELECT 1"))
            except DBAPIError:
                time.sleep(PAUSE)
            else:
                return True
        self._no_waiting_until = max(self._no_waiting_until, time.monotonic() + NO_WAITING_FOR)
        return False


class _Held:
    """An answer whose first line was not sent yet."""

    def __init__(self, app: WSGIApplication, environ: WSGIEnvironment) -> None:
        self._started: tuple[Any, ...] = ()
        self._content = app(environ, self._start)

    def _start(self, *started: Any) -> Callable[[bytes], object]:
        self._started = started
        return _no_writing

    def hand_over(self, start_response: StartResponse) -> Iterable[bytes]:
        start_response(*self._started)
        return self._content

    def drop(self) -> None:
        close = getattr(self._content, "close", None)
        if close is not None:
            close()


def _no_writing(_: bytes) -> None:
    raise RuntimeError("the application hands its answer over as a whole")


def _kept_body(environ: WSGIEnvironment) -> bytes | None:
    """What was sent, read to its end; None where it is too large or its length unknown."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit() or int(length) > LARGEST_KEPT:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    return body
