"""The welcome: who asks what of whom, when, for how many minutes, and what happens to the answers."""

from dataclasses import dataclass
from datetime import datetime

from delphi.consent import ConsentText, consent_text
from delphi.expert.pages.home import PanelCard
from delphi.i18n import language
from surveys.localized import LocalizedText
from surveys.queries.asked_round import PanelContext


@dataclass(frozen=True, slots=True)
class WelcomePage:
    panel: PanelContext
    card: PanelCard
    consent: ConsentText
    purpose: tuple[str, ...]
    purpose_language: str
    places: tuple[LocalizedText, ...]
    """The college and the region this person is listed under, so that nobody is asked what is known."""
    has_consented: bool
    problem: str


def welcome_page(
    *,
    panel: PanelContext,
    card: PanelCard,
    places: tuple[LocalizedText, ...],
    consented_at: datetime | None,
    min_group_size: int,
    problem: str = "",
) -> WelcomePage:
    return WelcomePage(
        panel=panel,
        card=card,
        consent=consent_text(panel.consent, min_group_size=min_group_size),
        purpose=tuple(_lines(panel.purpose)),
        purpose_language=panel.purpose.language_used(language()),
        places=places,
        has_consented=consented_at is not None,
        problem=problem,
    )


def _lines(text: LocalizedText) -> list[str]:
    return [line.strip() for line in text.in_language(language()).splitlines() if line.strip()]
