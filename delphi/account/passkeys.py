"""Passkeys (W3C Web Authentication): what the browser is asked, and whether its answer holds.

The challenge lies in the signed cookie between question and answer. Taking it out of the cookie does not keep a copy of
that cookie from being sent again; so the server also refuses an answer to a question that was asked before the passkey
was last used (`note_passkey_used`), and one asked too long ago.

The package that knows the protocol is loaded by the first passkey that is made or used, not by every start.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import session as cookie

from delphi import clock
from delphi.config import Settings
from surveys.errors import RuleViolation
from surveys.models import Passkey, Person
from surveys.vocabulary import ViolationCode

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CHALLENGE = "challenge"
LONGEST_ANSWER = 20_000
LASTS = timedelta(minutes=10)


def host_of(settings: Settings) -> str:
    """The host passkeys are bound to; empty where the address is a number, to which browsers bind none."""
    host = urlsplit(settings.base_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return host
    return ""


def ask_for_new(*, person: Person, passkeys: tuple[Passkey, ...], settings: Settings) -> str:
    """What the browser is asked when a passkey is made, as JSON."""
    from webauthn import generate_registration_options, options_to_json

    options = generate_registration_options(
        rp_id=host_of(settings),
        rp_name="Delphi",
        user_id=f"delphi:{person.id}".encode(),
        user_name=person.email,
        user_display_name=person.name,
        exclude_credentials=_known(passkeys),
    )
    _ask(options.challenge)
    return options_to_json(options)


def check_new(answer: str, *, settings: Settings) -> tuple[str, str, int]:
    """Credential id and public key (base64url) and counter of a new passkey. Raises `passkey_refused`."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        challenge, _ = _challenge()
        found = verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=host_of(settings),
            expected_origin=_origin(settings),
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as problem:
        raise RuleViolation(ViolationCode.PASSKEY_REFUSED) from problem
    return bytes_to_base64url(found.credential_id), bytes_to_base64url(found.credential_public_key), found.sign_count


def ask_for_known(*, passkeys: tuple[Passkey, ...], settings: Settings) -> str:
    """What the browser is asked at sign-in, as JSON."""
    from webauthn import generate_authentication_options, options_to_json

    options = generate_authentication_options(rp_id=host_of(settings), allow_credentials=_known(passkeys))
    _ask(options.challenge)
    return options_to_json(options)


def check_known(answer: str, *, passkeys: tuple[Passkey, ...], settings: Settings) -> tuple[int, int, datetime]:
    """The id of the passkey that answered, its new counter, and when it was asked. Raises `passkey_refused`."""
    from webauthn import base64url_to_bytes, verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        challenge, asked_at = _challenge()
        parsed = _parsed(answer)
        passkey = next(one for one in passkeys if one.credential_id == parsed["id"])
        found = verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=host_of(settings),
            expected_origin=_origin(settings),
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, StopIteration) as problem:
        raise RuleViolation(ViolationCode.PASSKEY_REFUSED) from problem
    return passkey.id, found.new_sign_count, asked_at


def _known(passkeys: tuple[Passkey, ...]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in passkeys]


def _ask(challenge: bytes) -> None:
    cookie[CHALLENGE] = [urlsafe_b64encode(challenge).decode(), clock.now().isoformat()]


def _challenge() -> tuple[bytes, datetime]:
    """What was asked last on this device, and when; ValueError where that is too long ago."""
    challenge, since = cookie.pop(CHALLENGE)
    asked_at = datetime.fromisoformat(since)
    if clock.now() - asked_at > LASTS:
        raise ValueError("asked too long ago")
    return urlsafe_b64decode(challenge), asked_at


def _origin(settings: Settings) -> str:
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise ValueError("an answer of this length is none")
    parsed = json.loads(answer)
    if not isinstance(parsed, dict):
        raise ValueError("an answer is an object")
    return parsed
