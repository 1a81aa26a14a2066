"""JSON columns read as the text that is stored: what is made of it can then be kept under it (decision 7)."""

import json
from typing import Any

from sqlalchemy import Text, cast
from sqlmodel import col

from surveys.localized import LocalizedText


def as_written(column: Any) -> Any:
    """A JSON column as its text."""
    return cast(col(column), Text)


def text_of(written: str) -> LocalizedText:
    """The localized text that `written` stores."""
    return LocalizedText(json.loads(written))
