"""Names and addresses lie encrypted in the database; the key lies outside it, and outside its backups.

AES-SIV (RFC 5297): authenticated, and the same text always gives the same cipher text, so that an address can still be
looked up and be unique. What that gives away is that two rows hold the same name, not whose.
"""

import base64
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Engine, Text, TypeDecorator

PREFIX = "siv1:"
_PURPOSE = b"delphi identity v1"
_KEY_BYTES = 64
MOST_KEPT = 1_024
"""Names: of those who came lately."""


class IdentityUnreadable(Exception):
    """The names in this database cannot be read: no identity key, or not the one they were written with."""


class IdentityCipher:
    """Encrypts and decrypts with a key derived from `secret`, a text of any length (HKDF-SHA256, RFC 5869)."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=_PURPOSE).derive(secret.encode())
        self._siv = AESSIV(derived)

    def encrypt(self, text: str) -> str:
        """`text` as printable cipher text; an empty text stays empty, which AES-SIV does not take."""
        if not text:
            return ""
        return PREFIX + base64.urlsafe_b64encode(self._siv.encrypt(text.encode(), None)).decode("ascii")

    @lru_cache(maxsize=MOST_KEPT)  # noqa: B019 a program has one cipher, for as long as it runs
    def decrypt(self, stored: str) -> str:
        """The text behind `stored`. Raises IdentityUnreadable for another key, or for what was never encrypted.

        The names read last are kept in memory, as the key is: whoever signs in is asked for at each of their requests.
        """
        if not stored:
            return ""
        if not stored.startswith(PREFIX):
            raise IdentityUnreadable("a name or an address lies in the database as plain text")
        try:
            sealed = base64.urlsafe_b64decode(stored.removeprefix(PREFIX))
            return self._siv.decrypt(sealed, None).decode()
        except (InvalidTag, ValueError) as problem:
            raise IdentityUnreadable("the identity key is not the one these names were written with") from problem


def hold_key(engine: Engine, secret: str) -> None:
    """Let `engine` read and write identities. Without this, a statement that touches one is refused."""
    engine.dialect.identity_cipher = IdentityCipher(secret)  # type: ignore[attr-defined]


def hand_key(giver: Engine, *, to: Engine) -> None:
    """Let `to`, another engine on the same database, use the key of `giver`, where it holds one."""
    cipher = getattr(giver.dialect, "identity_cipher", None)
    if cipher is not None:
        to.dialect.identity_cipher = cipher  # type: ignore[attr-defined]


def cipher_of(dialect: Dialect) -> IdentityCipher:
    """The cipher of an engine's dialect. Raises IdentityUnreadable where it holds no key."""
    cipher: IdentityCipher | None = getattr(dialect, "identity_cipher", None)
    if cipher is None:
        raise IdentityUnreadable("names and addresses need the identity key, and there is none")
    return cipher


class IdentityText(TypeDecorator[str]):
    """A name or an address, encrypted at rest. Can be compared for equality; its order in SQL means nothing."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else cipher_of(dialect).encrypt(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else cipher_of(dialect).decrypt(value)
