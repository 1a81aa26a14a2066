"""Passwords: argon2id. Which ones are taken, `surveys.rules.passwords` says."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from surveys.rules.passwords import MAX_LENGTH, check_password

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Of a random text nobody kept, at today's cost: looking at it takes as long as looking at a real one.
SPARE_HASH = "$argon2id$v=19$m=65536,t=3,p=4$Zj1bc56u0Er/g+Zxurv6cA$h56LaJPq1+rvY3u1JjzAMKyCCWtvE0sQxydehrbstac"


def hash_password(password: str, *, about: tuple[str, ...] = ()) -> str:
    """The argon2id hash to store. `about`: words an attacker would try, such as name and address.

    Raises
    ------
    RuleViolation
        `password_too_short`, `password_too_long`, `password_common`.
    """
    check_password(password, about=about)
    return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Whether the password is the one; one over the limit is not looked at, because hashing it would take long."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
