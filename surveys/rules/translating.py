"""How far a translation is, and which terms of the glossaries a text holds."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from surveys.rules.protocol import canonical_digest
from surveys.vocabulary import TranslationState

TERM_ENDING = r"(?:e?s|x)?"
"""A term is found in the plural too; longer endings would find other words."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was last saved or approved: the marks of source and translation as they were then."""

    source_language: str
    source_mark: str
    text_mark: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry by language, and what it means."""

    words: Mapping[str, str]
    meaning: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TermHit:
    """A term of the source with its counterpart; `is_used` says whether the translation has it."""

    source: str
    target: str
    is_used: bool


def text_mark(text: str) -> str:
    """A short mark of a text: another text has another one."""
    return canonical_digest([text])[:16]


def source_language_of(text: Mapping[str, str], *, languages: Sequence[str], checks: Mapping[str, Checked]) -> str:
    """The language a text was first written in.

    That from which it was translated last; without a translation on record the first of the study's languages that
    it has a text in.
    """
    for language in languages:
        if language in checks and checks[language].source_language in text:
            return checks[language].source_language
    return next((language for language in languages if language in text), languages[0])


def state_of(
    text: Mapping[str, str], *, language: str, source_language: str, check: Checked | None
) -> TranslationState:
    """The state of one text in one language. The source itself needs no translation: it is there or it is missing."""
    if not text.get(language):
        return TranslationState.MISSING
    if language == source_language:
        return TranslationState.APPROVED
    if check is None:
        return TranslationState.TO_CHECK
    if check.source_mark != text_mark(text.get(check.source_language, "")):
        return TranslationState.STALE
    is_same = check.text_mark == text_mark(text[language])
    return TranslationState.APPROVED if check.is_approved and is_same else TranslationState.TO_CHECK


def terms_of_study(glossary: Iterable[Mapping[str, str]]) -> tuple[Term, ...]:
    """The study's glossary as terms; its entries hold `term_<language>` and a meaning under the language itself."""
    return tuple(
        Term(
            words={key.removeprefix("term_"): words for key, words in entry.items() if key.startswith("term_")},
            meaning={key: words for key, words in entry.items() if not key.startswith("term_")},
        )
        for entry in glossary
    )


def term_hits(source: str, target: str, *, terms: Iterable[Term], languages: tuple[str, str]) -> tuple[TermHit, ...]:
    """The terms that a source text holds, longest first; a term within a longer one found is left out.

    Parameters
    ----------
    languages : of the source and of the target
    """
    here, there = languages
    rest, own, found = _plain(source), _plain(target), []
    known = {term.words[here]: term.words[there] for term in terms if term.words.get(here) and term.words.get(there)}
    for words, counterpart in sorted(known.items(), key=lambda pair: -len(pair[0])):
        pattern = _pattern(words)
        if pattern.search(rest):
            rest = pattern.sub(" ", rest)
            found.append(TermHit(words, counterpart, is_used=bool(_pattern(counterpart).search(own))))
    return tuple(found)


def _pattern(term: str) -> re.Pattern[str]:
    words = [re.escape(word) + TERM_ENDING for word in _plain(term).split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)")


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("’", "'"))
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")
