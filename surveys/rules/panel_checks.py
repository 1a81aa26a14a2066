"""Is a line of a panel file fit to be imported? Each problem is named at its field; none stops the other lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from surveys.localized import LANGUAGES
from surveys.rules.addresses import ADDRESS, ADDRESS_LIMIT
from surveys.rules.panel_columns import PanelField, plain
from surveys.rules.texts import NAME_LIMIT

UNKNOWN_PLACE = "-"
"""Typed or chosen where the college or the region of a person is really not known."""
LEVELS = range(1, 6)
NAME_AND_ADDRESS = re.compile(r"\s*\"?([^<>\"]*?)\"?\s*<\s*([^<>\s]+)\s*>\s*")
LANGUAGE_WORDS = {
    "en": ("en", "eng", "english", "anglais", "ingles"),
    "fr": ("fr", "fra", "fre", "french", "francais", "frances"),
    "es": ("es", "spa", "esp", "spanish", "espagnol", "espanol"),
}


class LineProblem(StrEnum):
    NAME_MISSING = "name_missing"
    NAME_LONG = "name_long"
    ADDRESS_MISSING = "address_missing"
    ADDRESS_BAD = "address_bad"
    ADDRESS_TWICE = "address_twice"
    LANGUAGE_MISSING = "language_missing"
    LANGUAGE_UNKNOWN = "language_unknown"
    COLLEGE_MISSING = "college_missing"
    COLLEGE_UNKNOWN = "college_unknown"
    REGION_UNKNOWN = "region_unknown"
    LEVEL_BAD = "level_bad"
    ON_PANEL = "on_panel"


@dataclass(frozen=True, slots=True)
class Line:
    """One person as typed: the number of the line and the texts by field."""

    number: int
    texts: Mapping[PanelField, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing wrong with a line. `first_line` is where the same address stood before."""

    field: PanelField
    problem: LineProblem
    first_line: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line as it would be stored; codes are empty where a place is not known."""

    number: int
    name: str
    email: str
    language: str
    college: str
    region: str
    expertise: int | None
    interest: int | None
    found: tuple[Found, ...]

    @property
    def is_on_panel(self) -> bool:
        """Nothing is to be done: they sit there already."""
        return any(one.problem is LineProblem.ON_PANEL for one in self.found)

    @property
    def is_good(self) -> bool:
        return not self.found


@dataclass(frozen=True, slots=True)
class KnownPlaces:
    """Every way to write a college or a region of the study (`plain`) to its code."""

    colleges: Mapping[str, str]
    regions: Mapping[str, str]


def check_lines(
    lines: Sequence[Line], *, places: KnownPlaces, languages: Sequence[str] = LANGUAGES, on_panel: frozenset[str]
) -> tuple[CheckedLine, ...]:
    """Every line with what is wrong with it.

    `on_panel` are the addresses that sit on the panel already, in small letters. The first of two lines with one
    address is good, the second is not.
    """
    first_lines: dict[str, int] = {}
    checked = []
    for line in lines:
        one = _check(line, places=places, languages=languages)
        found = list(one.found)
        if one.email and one.email in on_panel:
            found = [Found(PanelField.EMAIL, LineProblem.ON_PANEL)]
        elif one.email and one.email in first_lines:
            found.append(Found(PanelField.EMAIL, LineProblem.ADDRESS_TWICE, first_line=first_lines[one.email]))
        if one.email:
            first_lines.setdefault(one.email, line.number)
        checked.append(replace(one, found=tuple(found)))
    return tuple(checked)


def _check(line: Line, *, places: KnownPlaces, languages: Sequence[str]) -> CheckedLine:
    found: list[Found] = []
    texts = {field: line.texts.get(field, "").strip() for field in PanelField}
    halves = " ".join(part for part in (texts[PanelField.GIVEN_NAME], texts[PanelField.FAMILY_NAME]) if part)
    name, email = texts[PanelField.NAME] or halves, texts[PanelField.EMAIL]
    together = NAME_AND_ADDRESS.fullmatch(email)
    if together is not None:
        name, email = name or together[1], together[2]
    if not name:
        found.append(Found(PanelField.NAME, LineProblem.NAME_MISSING))
    elif len(name) > NAME_LIMIT:
        found.append(Found(PanelField.NAME, LineProblem.NAME_LONG))
    if not email:
        found.append(Found(PanelField.EMAIL, LineProblem.ADDRESS_MISSING))
    elif not ADDRESS.fullmatch(email) or len(email) > ADDRESS_LIMIT:
        found.append(Found(PanelField.EMAIL, LineProblem.ADDRESS_BAD))
    language = _language(texts[PanelField.LANGUAGE], languages=languages, found=found)
    college = ""
    if places.colleges:
        college = _place(
            texts[PanelField.COLLEGE],
            known=places.colleges,
            field=PanelField.COLLEGE,
            missing=LineProblem.COLLEGE_MISSING,
            unknown=LineProblem.COLLEGE_UNKNOWN,
            found=found,
        )
    region = _place(
        texts[PanelField.REGION],
        known=places.regions,
        field=PanelField.REGION,
        missing=None,
        unknown=LineProblem.REGION_UNKNOWN,
        found=found,
    )
    return CheckedLine(
        number=line.number,
        name=name,
        email=email.casefold() if ADDRESS.fullmatch(email) else "",
        language=language,
        college=college,
        region=region,
        expertise=_level(texts[PanelField.EXPERTISE], PanelField.EXPERTISE, found=found),
        interest=_level(texts[PanelField.INTEREST], PanelField.INTEREST, found=found),
        found=tuple(found),
    )


def _language(text: str, *, languages: Sequence[str], found: list[Found]) -> str:
    if not text:
        found.append(Found(PanelField.LANGUAGE, LineProblem.LANGUAGE_MISSING))
        return ""
    word = plain(text)
    code = next((code for code, words in LANGUAGE_WORDS.items() if word in words), word)
    if code not in languages:
        found.append(Found(PanelField.LANGUAGE, LineProblem.LANGUAGE_UNKNOWN))
        return ""
    return code


def _place(
    text: str,
    *,
    known: Mapping[str, str],
    field: PanelField,
    missing: LineProblem | None,
    unknown: LineProblem,
    found: list[Found],
) -> str:
    if text == UNKNOWN_PLACE:
        return ""
    if not text:
        if missing is not None:
            found.append(Found(field, missing))
        return ""
    code = known.get(plain(text), "")
    if not code:
        found.append(Found(field, unknown))
    return code


def _level(text: str, field: PanelField, *, found: list[Found]) -> int | None:
    if not text:
        return None
    level = int(text) if re.fullmatch(r"[0-9]", text) else 0
    if level not in LEVELS:
        found.append(Found(field, LineProblem.LEVEL_BAD))
        return None
    return level
