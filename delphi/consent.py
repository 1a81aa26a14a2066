"""What somebody agrees to before the first answer: the study's lines, and from how many answers figures are shown."""

import re
from dataclasses import dataclass

from flask_babel import gettext

from delphi.i18n import language
from surveys.localized import LocalizedText

NUMBERED = re.compile(r"\d+\.\s+")
FEWEST_FOR_A_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class ConsentText:
    """`language` is that of `intro` and of the study's points; the other two are in the language of the page."""

    intro: tuple[str, ...]
    points: tuple[str, ...]
    """The numbered lines of the study's text; our own where it has none."""
    small_panel: str
    """What no rule can hide: who knows the others may still guess. In the language of the page."""
    group_size: str
    language: str


def consent_text(text: LocalizedText, *, min_group_size: int) -> ConsentText:
    """The consent of a study in the reader's language.

    The number is taken from the protocol, so that no text of a study can promise another one.
    """
    lines = [line.strip() for line in text.in_language(language()).splitlines() if line.strip()]
    points = tuple(NUMBERED.sub("", line, count=1) for line in lines if NUMBERED.match(line))
    return ConsentText(
        intro=tuple(line for line in lines if not NUMBERED.match(line)) if points else (),
        points=points or _own_points(),
        small_panel=gettext(
            "In a small panel somebody who knows its members may still guess who wrote or rated something. "
            "This is most likely where everybody agrees, or where a text tells of its author."
        ),
        group_size=_group_size(min_group_size),
        language=text.language_used(language()) if points else language(),
    )


def _own_points() -> tuple[str, ...]:
    return (
        gettext("Other experts see the answers without your name."),
        gettext("Your facilitator sees by name who has answered, to send reminders, but your answers under a code."),
        gettext("Only the secretariat can look up the name behind a code."),
        gettext("You can leave at any time and remove your answers of the open round."),
    )


def _group_size(n: int) -> str:
    if n <= FEWEST_FOR_A_SENTENCE:
        return gettext("Figures are shown from %(n)s answers on. For fewer, nothing is shown.", n=n)
    return gettext(
        "Figures are shown from %(n)s answers on. For three or more you see one sentence, below three nothing.", n=n
    )
