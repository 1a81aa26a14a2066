"""Codes under which experts appear in files: the same person has one code in a study, another in the next."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from flask import current_app, has_app_context

from delphi.config import load_settings, require_secret_key

LENGTH = 10


def pseudonym_key(*, is_needed: bool) -> str:
    """The installation's secret, without which nobody can tell which code belongs to which panellist.

    `is_needed` is false where no panellist is linked to a person (imported ratings): there is nothing to protect.

    Raises
    ------
    ConfigurationProblem
        Where the key is needed and missing.
    """
    settings = current_app.config["DELPHI"] if has_app_context() else load_settings()
    key: str = (require_secret_key(settings) if is_needed else settings).secret_key
    return key


def expert_codes(panellist_ids: Iterable[int], *, study: str, key: str) -> dict[int, str]:
    """Panellist id to a code such as E-7KQ2M4XDTB: keyed HMAC-SHA256, so that codes stay while panels grow."""
    return {panellist_id: _code(f"{study}:{panellist_id}", key=key) for panellist_id in panellist_ids}


def _code(name: str, *, key: str) -> str:
    digest = hmac.new(f"delphi-export:{key}".encode(), name.encode(), hashlib.sha256).digest()
    return f"E-{base64.b32encode(digest).decode()[:LENGTH]}"
