"""Texts that are kept and do not count yet, as the last look before sending tells them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from delphi.expert.forms.ideas import kind_and_number
from delphi.expert.forms.rating import COMMENT_FIELD
from delphi.expert.pages.ideas import PARTS
from delphi.expert.pages.sections import Worksheet
from delphi.expert.sitting import Sitting

BEGINNING = 80


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A text that is no answer yet: how it begins, and the address of its field."""

    beginning: str
    url: str


def unfinished_texts(drafts: Mapping[str, str], *, sitting: Sitting, sheet: Worksheet | None) -> tuple[Unfinished, ...]:
    """The drafts of comments and ideas; what only belongs to one of them (a stance, a link) is not listed."""
    sections = {}
    if sheet is not None:
        numbered = enumerate(sheet.sections, start=1)
        sections = {statement_id: number for number, section in numbered for statement_id in section}
    found = []
    for field, text in drafts.items():
        comment, card = COMMENT_FIELD.fullmatch(field), kind_and_number(field)
        if comment is not None and int(comment[1]) in sections:
            number = sections[int(comment[1])]
            url = url_for("expert.rate", round_id=sitting.asked.id, number=number, _anchor=field)
        elif card is not None:
            part = next(part for part, kinds in PARTS.items() if card[0] in kinds)
            url = url_for("expert.ideas", round_id=sitting.asked.id, part=part, _anchor=field)
        else:
            continue
        found.append(Unfinished(text if len(text) <= BEGINNING else f"{text[: BEGINNING - 1]}…", url))
    return tuple(found)
