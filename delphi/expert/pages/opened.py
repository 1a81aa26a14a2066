"""What one opened page of a form knows of itself: its name, what it showed, where its unsent typing is kept."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from flask import current_app
from itsdangerous import URLSafeSerializer

from delphi.expert.forms.seen import NO_CHOICES, Choices, seen_words
from delphi.expert.sitting import Sitting
from surveys.rules.texts import COMMENT_LIMIT

MOST_KEPT = 4_096
"""Names of shelves that are kept."""


@dataclass(frozen=True, slots=True)
class Opened:
    """`seen` and `client` come back with the form; the rest is for the script that saves while somebody answers."""

    client: str
    seen: str
    round_id: int
    shelf: str
    """Where a browser keeps what is not sent yet: of this person and round, and of nobody else on this phone."""
    saves_by: str = "expert.keep_field"
    """The endpoint to which the script sends each change."""
    limit: int = COMMENT_LIMIT
    """Characters of a text; a script counts them from half of that on."""


def opened(sitting: Sitting, *, shown: Mapping[str, str], choices: Choices = NO_CHOICES) -> Opened:
    """A page that is opened now and shows these texts and choices (see `seen_words`)."""
    return Opened(
        client=secrets.token_urlsafe(9),
        seen=seen_words(sitting.saved_at.isoformat() if sitting.saved_at else "", shown, choices=choices),
        round_id=sitting.asked.id,
        shelf=shelf_of(sitting),
    )


def shelf_of(sitting: Sitting) -> str:
    """A name that tells nothing of the person, the same on each page of the round."""
    return _shelf(current_app.config["SECRET_KEY"], sitting.asked.id, sitting.seat.panellist_id)


@lru_cache(maxsize=MOST_KEPT)
def _shelf(secret_key: str, round_id: int, panellist_id: int) -> str:
    signer = URLSafeSerializer(secret_key, salt="shelf").make_signer("shelf")
    return f"delphi {signer.get_signature(f'{round_id}:{panellist_id}').decode()[:12]}"
