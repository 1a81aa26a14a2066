"""Which terms of a study's glossary a text uses, so that acronyms can be explained where they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from surveys.localized import LocalizedText

PREFIX = "term_"


@dataclass(frozen=True, slots=True)
class Term:
    """An acronym or word with what it means."""

    term: LocalizedText
    meaning: LocalizedText


def terms_of(glossary: Sequence[Mapping[str, str]]) -> tuple[Term, ...]:
    """A stored glossary: the meaning by language, and the term by language under `term_en` and so on."""
    return tuple(
        Term(
            term=LocalizedText({name.removeprefix(PREFIX): text for name, text in entry.items() if PREFIX in name}),
            meaning=LocalizedText({name: text for name, text in entry.items() if PREFIX not in name}),
        )
        for entry in glossary
    )


def terms_in(terms: tuple[Term, ...], *texts: LocalizedText | None) -> tuple[Term, ...]:
    """Those of `terms` that stand in any of `texts`, each sought in the text of its own language, as a whole word.

    Acronyms are sought as they are written, other words in either case.
    """
    if not terms:
        return ()
    return tuple(term for term in terms if any(text and _uses(text, term.term) for text in texts))


def _uses(text: LocalizedText, term: LocalizedText) -> bool:
    return any(language in text and _pattern(words).search(text[language]) for language, words in term.items())


@lru_cache(maxsize=1_000)
def _pattern(words: str) -> re.Pattern[str]:
    # A plural s may follow; "SOC" is not sought in "society".
    return re.compile(rf"(?<!\w){re.escape(words)}s?(?!\w)", 0 if words.isupper() else re.IGNORECASE)
