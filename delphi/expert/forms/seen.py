"""What a page showed when it was opened, in one hidden field: so that only what was touched there is written.

A form sends every field, also those nobody touched. Two pages open at once would then overwrite each other's answers
with what they happened to show. Each shown value is therefore sent along as a short mark, beside the time of the last
saving that the page knew.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

NOTHING = "none"
"""The value of a radio that takes an answer back."""
TOUCHED = "touched"
"""A field that only scripts fill: the number of the page's last change, and the fields that were changed since it was
opened, even back to what they showed. A change that comes later with a smaller number is older than the form."""
BETWEEN = "."
"""Between a field and its mark. A form sends this character as it is; in its place others would need three."""
MARKED = re.compile(r"(?:^| )([^ .=]+)[.=]([^ ]*)")
"""A field and its mark; pages opened before the update to revision 0005 have another character between them."""
CLIENT = "client"
CLIENT_LENGTH = 40
LARGEST_SEQUENCE = 2**53
"""Numbers beyond are not exact in a browser."""
LONGEST_CHOICE = 12
MOST_KEPT = 32_768
"""Fields with a choice in them: those of some ten task forces."""
Choices = tuple[Sequence[str], Sequence[str | None]]
NO_CHOICES: Choices = ((), ())


@dataclass(frozen=True, slots=True)
class Seen:
    """What one page knew. Without marks (an old page, a program) every field counts as touched."""

    saved_at: str = ""
    marks: Mapping[str, str] | None = None
    touched: frozenset[str] = field(default_factory=frozenset)

    def is_touched(self, name: str, value: str) -> bool:
        """Whether the person changed the field on that page."""
        if self.marks is None or name in self.touched:
            return True
        if not value:
            return name in self.marks
        return mark(value) != self.marks.get(name, BLANK)


def mark(value: str) -> str:
    """Three characters that differ for different values, but once in 262,144 times."""
    if len(value) <= LONGEST_CHOICE:
        return _mark_of_choice(value)
    return _mark(value)


@lru_cache(maxsize=256)
def _mark_of_choice(value: str) -> str:
    """Ratings are few different values many times."""
    return _mark(value)


def _mark(value: str) -> str:
    plain = "" if value == NOTHING else value.replace("\r\n", "\n").strip()
    return urlsafe_b64encode(hashlib.sha256(plain.encode("utf-8", "replace")).digest()[:3]).decode()[:3]


BLANK = mark("")


def seen_words(saved_at: str, shown: Mapping[str, str], *, choices: Choices = NO_CHOICES) -> str:
    """The hidden field of a page that shows these values; what is blank is left out.

    `choices` are a page's many radios: the names of their fields, and what is chosen in each.
    """
    names, chosen = choices
    marks = [_marked(name, value) for name, value in shown.items()]
    return " ".join([saved_at, *filter(None, map(_marked_choice, names, chosen)), *filter(None, marks)])


def _marked(name: str, value: str | None) -> str:
    known = mark(value or "")
    return "" if known == BLANK else f"{name}{BETWEEN}{known}"


_marked_choice = lru_cache(maxsize=MOST_KEPT)(_marked)


def read_seen(form: Mapping[str, str]) -> Seen:
    words = form.get("seen")
    if words is None:
        return Seen()
    saved_at, _, marks = words.partition(" ")
    return Seen(
        saved_at=saved_at,
        marks=dict(MARKED.findall(marks)),
        touched=frozenset(form.get(TOUCHED, "").split()),
    )


def client_of(form: Mapping[str, str]) -> str:
    """The name of the opened page that sends a form; empty for one without."""
    client = form.get(CLIENT, "")
    return client if len(client) <= CLIENT_LENGTH and client.isascii() and client.isprintable() else ""


def sequence_of(form: Mapping[str, str]) -> int:
    """How many changes of its page a form holds; 0 where no script counted them."""
    return sequence_in(form.get(TOUCHED, "").partition(" ")[0]) or 0


def sequence_in(value: object) -> int | None:
    """A page's number of a change; None for what is none."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 17:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value < LARGEST_SEQUENCE else None
