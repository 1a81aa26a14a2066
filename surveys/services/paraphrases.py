"""Another's words for what somebody wrote, before others read it."""

from collections.abc import Mapping

from sqlmodel import Session

from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.rules.texts import require_text
from surveys.services.freezing import study_of_round


def paraphrased(session: Session, *, round_: Round, words: Mapping[str, str] | None, limit: int) -> LocalizedText:
    """The paraphrase in each of the study's languages; empty where there is none.

    Raises
    ------
    RuleViolation
        `text_empty` where a language is missing, `text_too_long` beyond `limit` characters.
    """
    if words is None:
        return LocalizedText()
    languages = study_of_round(session, round_=round_).languages
    return LocalizedText({language: require_text(words.get(language, ""), limit=limit) for language in languages})
