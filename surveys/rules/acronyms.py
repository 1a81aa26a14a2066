"""Acronyms in a text that are explained nowhere: neither in the glossary nor beside their own words."""

import re
from collections.abc import Collection

_ACRONYM = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{1,}[A-Z]|[A-Z]{2,})(?:s|x)?(?![\w-])")
_EXPLAINED = re.compile(r"\(\s*([A-Z][A-Z0-9]+)(?:s|x)?\s*\)")
_ROMAN = re.compile(r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
FAMILIAR = frozenset({"EN", "FR", "EU", "UE", "UN", "ONU", "EUR", "USD", "CO2", "CF", "GF", "OK", "PDF"})
"""Codes and abbreviations that need no entry."""


def acronyms_in(text: str) -> list[str]:
    """Every acronym of a text in order of appearance, each once; Roman numerals are none."""
    found = (match[1] for match in _ACRONYM.finditer(text))
    return list(dict.fromkeys(one for one in found if one not in FAMILIAR and not _ROMAN.fullmatch(one)))


def explained_in(text: str) -> set[str]:
    """Acronyms that stand in brackets behind their own words, as in "soil organic carbon (SOC)"."""
    found = set()
    for match in _EXPLAINED.finditer(text):
        words = re.findall(r"[^\W\d_]+", text[: match.start()])[-2 * len(match[1]) :]
        initials = {word[0].casefold() for word in words}
        if all(letter.casefold() in initials for letter in match[1] if letter.isalpha()):
            found.add(match[1])
    return found


def unknown_acronyms(texts: Collection[str], *, known: Collection[str]) -> list[str]:
    """Acronyms of `texts` that are not `known` and that none of the texts explains."""
    explained = set(known).union(*(explained_in(text) for text in texts))
    found = dict.fromkeys(acronym for text in texts for acronym in acronyms_in(text))
    return [acronym for acronym in found if acronym not in explained]
