"""Passwords: argon2id, and the shortest that is accepted."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 12
_hasher = PasswordHasher()
SPARE_HASH = _hasher.hash("nobody has this password")


def hash_password(password: str) -> str:
    """The argon2id hash to store; ValueError for a password under `MIN_LENGTH` characters."""
    if len(password) < MIN_LENGTH:
        raise ValueError(f"a password needs at least {MIN_LENGTH} characters, this one has {len(password)}")
    return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
