"""The signed cookie as Flask reads and writes it; a signature that was checked is not computed again.

Whether a signature is right follows from the cookie and the key alone. How old the cookie is, and whether its sign-in
still stands, is asked at every request.
"""

from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

MOST_KEPT = 4_096
"""Cookies: some 200 bytes for each person who came lately."""
PLAIN = (str, int, bool)
CLOCK = TimestampSigner("signs nothing")
"""Tells the time by which cookies are signed."""


class CookieSessions(SecureCookieSessionInterface):
    """Flask's own sessions, in fewer steps for the many requests that change nothing in them."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        keys = (*(app.config["SECRET_KEY_FALLBACKS"] or ()), app.secret_key)
        return self._signing(keys)

    @lru_cache(maxsize=8)  # noqa: B019 the application has one of this kind for as long as it runs
    def _signing(self, keys: tuple[str | bytes, ...]) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(
            list(keys),  # type: ignore[arg-type]
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession:
        cookie = request.cookies.get(self.get_cookie_name(app))
        signing = self.get_signing_serializer(app)
        if not cookie or signing is None:
            return self.session_class()
        try:
            held, signed_at = _checked(signing, cookie)
        except BadSignature:
            return self.session_class()
        if not 0 <= CLOCK.get_timestamp() - signed_at <= app.permanent_session_lifetime.total_seconds():
            return self.session_class()
        return self.session_class(_copied(held))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            # A line of its own: to add a word to the line that stands there, it would have to be taken apart.
            response.headers.add("Vary", "Cookie")


@lru_cache(maxsize=MOST_KEPT)
def _checked(signing: URLSafeTimedSerializer, cookie: str) -> tuple[Mapping[str, Any], float]:
    """What a cookie holds, and when it was signed, in seconds of Unix time. Raises BadSignature."""
    held, signed_at = signing.loads(cookie, return_timestamp=True)
    return held, signed_at.timestamp()


def _copied(held: Mapping[str, Any]) -> dict[str, Any]:
    """For one request to change: texts as they are, lists (of messages that wait for a page) anew."""
    return {name: value if isinstance(value, PLAIN) else deepcopy(value) for name, value in held.items()}
