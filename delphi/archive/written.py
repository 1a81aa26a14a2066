"""How moments and texts are written in a bundle."""

from collections.abc import Mapping
from datetime import datetime


def both(text: Mapping[str, str]) -> tuple[str, str]:
    return text.get("en", ""), text.get("fr", "")


def when(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()
