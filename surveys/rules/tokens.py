"""Links and sign-ins: how their secrets are made, and what of them may be stored."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

API_KEY_PREFIX = "delphi_"
RECOVERY_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def invitation_token(*, secret_key: str, person_id: int, study_id: int, generation: int) -> str:
    """The token of a personal link: 43 characters, 256 bits.

    It is derived from the installation's secret key, so it can be put into every reminder without being stored
    anywhere: a stolen database or backup holds no usable link.
    """
    message = f"invitation:{study_id}:{person_id}:{generation}".encode()
    digest = hmac.digest(secret_key.encode(), message, "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def voting_token(*, secret_key: str, consultation_id: int, person_id: int) -> str:
    """The token of a member's link to one consultation, derived as `invitation_token` is."""
    message = f"consultation:{consultation_id}:{person_id}".encode()
    digest = hmac.digest(secret_key.encode(), message, "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def account_token(*, secret_key: str, kind: str, person_id: int, nonce: str) -> str:
    """The token of a link that sets a password, derived as `invitation_token` is; the nonce makes each one new."""
    digest = hmac.digest(secret_key.encode(), f"account:{kind}:{person_id}:{nonce}".encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def keyed_hash(text: str, *, secret_key: str) -> str:
    """An address or an account in a form that counts tries and tells nobody whose they are."""
    return hmac.digest(secret_key.encode(), f"counted:{text}".encode(), "sha256").hex()


def new_recovery_code() -> str:
    """A fresh random code of 16 signs (80 bits) in groups of four, without signs that look alike."""
    signs = "".join(secrets.choice(RECOVERY_SIGNS) for _ in range(16))
    return "-".join(signs[start : start + 4] for start in range(0, 16, 4))


def new_sign_in_token() -> str:
    """A fresh random token for one signed-in device (256 bits)."""
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    """A fresh random key for a program (256 bits), marked so that a leaked one is recognised by scanners."""
    return f"{API_KEY_PREFIX}{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """What is stored of a token: its SHA-256. The tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def walk_in_token(*, secret_key: str, task_force_id: int, generation: int) -> str:
    """The token of a task force's walk-in link: 22 characters, 128 bits, short enough for a QR code on a slide."""
    digest = hmac.digest(secret_key.encode(), f"walk-in:{task_force_id}:{generation}".encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
