"""Which passwords are taken: by length and by what is tried first, never by kinds of signs (OWASP ASVS 5.0, 6.2)."""

import re
import unicodedata
from collections.abc import Iterable

from surveys.errors import RuleViolation
from surveys.rules.common_passwords import COMMON_WORDS, ROWS_OF_KEYS
from surveys.vocabulary import ViolationCode

MIN_LENGTH = 8
ADVISED_LENGTH = 15
MAX_LENGTH = 200
PRODUCT = ("delphi", "survey", "surveys", "consultation", "consensus", "panel")
LOOK_ALIKE = str.maketrans("@4301!|5$7+89", "aaeoiiisttbg"[:12] + "g")
SHORTEST_WORD = 4
MOST_SIGNS, MOST_LETTERS = 6, 3
"""How much may be added to a word before it is more than that word with an ending."""


def check_password(password: str, *, about: Iterable[str] = ()) -> None:
    """Refuse what is too short, too long, or among the first to be tried. `about`: name, address, names of studies.

    Raises
    ------
    RuleViolation
        `password_too_short`, `password_too_long`, `password_common`.
    """
    if len(password) < MIN_LENGTH:
        raise RuleViolation(ViolationCode.PASSWORD_TOO_SHORT, limit=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise RuleViolation(ViolationCode.PASSWORD_TOO_LONG, limit=MAX_LENGTH)
    if _is_tried_first(password, own=_words_of(about)):
        raise RuleViolation(ViolationCode.PASSWORD_COMMON)


def _is_tried_first(password: str, *, own: frozenset[str]) -> bool:
    plain = _plain(password)
    known = COMMON_WORDS | frozenset(PRODUCT) | own
    if plain.isdigit() and len(plain) < ADVISED_LENGTH:
        return True
    return any(
        _repeats(form) or _walks(re.sub(r"[^a-z0-9]", "", form)) or _is_made_of(form, known)
        for form in (plain, plain.translate(LOOK_ALIKE))
    )


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _words_of(texts: Iterable[str]) -> frozenset[str]:
    found = {word for text in texts for word in re.split(r"[^a-z]+", _plain(text))}
    return frozenset(word for word in found if len(word) >= SHORTEST_WORD)


def _repeats(text: str) -> bool:
    """Whether a few signs are repeated to the end, as in `abcabcabc` or `aaaaaaaa`."""
    return any(len(text) >= 2 * width and (text[:width] * len(text))[: len(text)] == text for width in range(1, 5))


def _walks(text: str) -> bool:
    """Whether all of it lies in one row of keys, forwards or backwards."""
    return bool(text) and any(text in row or text in row[::-1] for row in ROWS_OF_KEYS)


def _is_made_of(form: str, known: frozenset[str]) -> bool:
    """Whether one or two known words make it up, but for three other letters and a few signs at most."""
    letters = re.sub(r"[^a-z]", "", form)
    if len(form) - len(letters) > MOST_SIGNS:
        return False
    for word in known:
        if word in letters:
            left = letters.replace(word, "")
            if len(left) <= MOST_LETTERS or left in known:
                return True
    return False
