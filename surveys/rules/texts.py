"""The one gate for typed text: what may be stored, in which form, how long."""

import unicodedata

from surveys.errors import RuleViolation
from surveys.vocabulary import ViolationCode

IDEA_LIMIT = 2000
COMMENT_LIMIT = 2000
STATEMENT_LIMIT = 600
REASON_LIMIT = 2000
NAME_LIMIT = 200
DRAFT_LIMIT = 20_000
"""What is kept of a text that is too long to be an answer, until it is shortened."""


def clean_text(text: str, *, limit: int) -> str:
    """`text` as it is stored: NFC, one kind of line end, no control characters, no blanks around.

    Raises
    ------
    RuleViolation
        `text_too_long` with `limit` and `over` (characters); nothing is cut off.
    """
    normalised = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    # NUL and lone surrogates pass SQLite but not PostgreSQL; other controls break spreadsheets at export.
    kept = "".join(ch for ch in normalised if ch in "\n\t" or unicodedata.category(ch) not in ("Cc", "Cs"))
    cleaned = kept.strip()
    if len(cleaned) > limit:
        raise RuleViolation(ViolationCode.TEXT_TOO_LONG, limit=limit, over=len(cleaned) - limit)
    return cleaned


def require_text(text: str, *, limit: int) -> str:
    """`clean_text`, refusing what is then empty (`text_empty`)."""
    cleaned = clean_text(text, limit=limit)
    if not cleaned:
        raise RuleViolation(ViolationCode.TEXT_EMPTY)
    return cleaned
