"""French as it is printed: no-break spaces before high punctuation, typographic apostrophes, whoever typed the file."""

import re
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from surveys.localized import LocalizedText

NO_BREAK = "\u00a0"

_SPACES = "[ \u00a0\u202f]"
_RULES = (
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    (re.compile(rf"(?<=[^\s!?;]){_SPACES}*([!?;%])"), rf"{NO_BREAK}\1"),
    (re.compile(rf"(?<=\S){_SPACES}*»"), f"{NO_BREAK}»"),
    # A colon without a space before it is a time, a ratio or an address.
    (re.compile(rf"{_SPACES}+:"), f"{NO_BREAK}:"),
    (re.compile(rf"«{_SPACES}*"), f"«{NO_BREAK}"),
    (re.compile(rf"(?<=\d){_SPACES}(?=\d{{3}}(?!\d))"), NO_BREAK),
)

Content = TypeVar("Content")


def french(text: str) -> str:
    """`text` with French spacing and apostrophes; what is right already stays as it is."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def typeset(text: str, *, language: str) -> str:
    """`text` by the rules of its language; only French has any."""
    return french(text) if language == "fr" else text


def typeset_all(content: Content) -> Content:
    """The same content with every French text in it typeset: dataclasses, tuples and dicts are walked through."""
    walked: Any = content
    if isinstance(content, LocalizedText):
        walked = LocalizedText({language: typeset(text, language=language) for language, text in content.items()})
    elif isinstance(content, tuple):
        walked = tuple(typeset_all(item) for item in content)
    elif isinstance(content, dict):
        walked = {key: typeset_all(item) for key, item in content.items()}
    elif is_dataclass(content) and not isinstance(content, type):
        walked = replace(content, **{each.name: typeset_all(getattr(content, each.name)) for each in fields(content)})
    result: Content = walked
    return result
