"""Revised texts: which words changed, and which languages have not followed."""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveys.localized import LocalizedText

TOKEN = re.compile(r"\s*\w+|\s*[^\w\s]|\s+", re.UNICODE)


class Change(StrEnum):
    SAME = "same"
    INSERTED = "inserted"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Piece:
    change: Change
    text: str


def word_changes(before: str, after: str) -> tuple[Piece, ...]:
    """The words of both texts in reading order: kept, taken out, put in.

    Joined without what was put in they give `before`, without what was taken out `after`.
    """
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    pieces: list[Piece] = []
    for name, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if name == "equal":
            pieces.append(Piece(Change.SAME, "".join(old[a:b])))
            continue
        if b > a:
            pieces.append(Piece(Change.DELETED, "".join(old[a:b])))
        if d > c:
            pieces.append(Piece(Change.INSERTED, "".join(new[c:d])))
    return tuple(pieces)


def stale_languages(
    before: LocalizedText,
    after: LocalizedText,
    *,
    stale_before: Collection[str],
    confirmed: Collection[str],
    languages: Sequence[str],
) -> tuple[str, ...]:
    """Languages whose text is out of date: another one changed and it did not, or it was so before and still is.

    A language that is `confirmed`, or whose own text changed, is up to date.
    """
    changed = {language for language in languages if before.get(language, "") != after.get(language, "")}
    return tuple(
        language
        for language in languages
        if language not in changed and language not in confirmed and (changed or language in stale_before)
    )
