"""The form of a mail address that people type."""

import re

from surveys.errors import RuleViolation
from surveys.rules.texts import clean_text
from surveys.vocabulary import ViolationCode

ADDRESS_LIMIT = 254
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


def clean_address(text: str) -> str:
    """An address as it is stored, in small letters.

    Raises
    ------
    RuleViolation
        `address_missing` for what has not the form of an address, `text_too_long`.
    """
    address = clean_text(text, limit=ADDRESS_LIMIT).lower()
    if not ADDRESS.fullmatch(address):
        raise RuleViolation(ViolationCode.ADDRESS_MISSING)
    return address
