"""The welcome: who asks what of whom, when, for how many minutes, and what happens to the answers."""

import re
from dataclasses import dataclass
from datetime import datetime

from delphi.expert.pages.home import PanelCard
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.asked_round import PanelContext

NUMBERED = re.compile(r"\d+\.\s+")


@dataclass(frozen=True, slots=True)
class WelcomePage:
    panel: PanelContext
    card: PanelCard
    consent_intro: tuple[str, ...]
    consent_points: tuple[str, ...]
    """The numbered lines of the study's consent text; empty where the study has none."""
    consent_language: str
    purpose: tuple[str, ...]
    purpose_language: str
    has_consented: bool
    problem: str


def welcome_page(
    *, panel: PanelContext, card: PanelCard, consented_at: datetime | None, problem: str = ""
) -> WelcomePage:
    lines = _lines(panel.consent)
    return WelcomePage(
        panel=panel,
        card=card,
        consent_intro=tuple(line for line in lines if not NUMBERED.match(line)),
        consent_points=tuple(NUMBERED.sub("", line, count=1) for line in lines if NUMBERED.match(line)),
        consent_language=panel.consent.language_used(language()),
        purpose=tuple(_lines(panel.purpose)),
        purpose_language=panel.purpose.language_used(language()),
        has_consented=consented_at is not None,
        problem=problem,
    )


def _lines(text: LocalizedText) -> list[str]:
    return [line.strip() for line in text.in_language(language()).splitlines() if line.strip()]
