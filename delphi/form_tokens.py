"""The token in each form, which another site cannot know: Flask-WTF's own, made in fewer steps."""

from functools import lru_cache
from typing import Any

from flask import current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf
from itsdangerous import Serializer, URLSafeTimedSerializer
from itsdangerous.encoding import base64_encode

FIELD = "csrf_token"
"""Of the form, of the session and of `g`, as in Flask-WTF."""
SALT = "wtf-csrf-token"


class FormTokens(CSRFProtect):
    """Flask-WTF's protection. What only reads is let through before it is looked up whether its view is exempt."""

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method in current_app.config["WTF_CSRF_METHODS"]:
            super().protect(apply_exemptions)


class _Uncompressed(URLSafeTimedSerializer):
    """Forty characters do not become fewer by compression, and to find that out takes longer than to sign them."""

    def dump_payload(self, obj: Any) -> bytes:
        return base64_encode(Serializer.dump_payload(self, obj))


@lru_cache(maxsize=8)
def _signing(secret_key: str | bytes | None) -> URLSafeTimedSerializer:
    if secret_key is None:
        raise RuntimeError("forms are signed with the secret key, and there is none")
    return _Uncompressed(secret_key, salt=SALT)


def form_token() -> str:
    """The token of this request's forms, as `generate_csrf` would make it."""
    if FIELD not in g and FIELD in session:
        setattr(g, FIELD, _signing(current_app.secret_key).dumps(session[FIELD]))
    token: str = generate_csrf()
    return token
