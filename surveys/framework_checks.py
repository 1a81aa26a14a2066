"""What looks wrong in a framework, listed for a person to look at: nothing is repaired silently."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from surveys.localized import LocalizedText
from surveys.rules.acronyms import acronyms_in, unknown_acronyms
from surveys.study_files import Framework
from surveys.vocabulary import FrameworkFinding

_NOTHING = LocalizedText()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a framework that a person should look at; `where` is an objective's code or a list's name."""

    code: FrameworkFinding
    where: str
    details: str = ""
    said: LocalizedText = _NOTHING
    """The details again where they differ by language, such as the names of documents."""


def check_framework(framework: Framework, *, acronyms: Collection[str] | None = None) -> tuple[Finding, ...]:
    """What a person should look at before the framework is used: nothing here is repaired silently.

    `acronyms` are those that the study's glossary explains; without a glossary acronyms are not looked at.
    """
    found = (*_codes_used_twice(framework), *_missing_languages(framework), *_doubtful_objectives(framework))
    return found if acronyms is None else (*found, *_unknown_acronyms(framework, known=acronyms))


def glossary_acronyms(glossary: Iterable[LocalizedText]) -> frozenset[str]:
    """The terms of a glossary in every language."""
    return frozenset(word for term in glossary for word in term.values())


def _codes_used_twice(framework: Framework) -> Iterable[Finding]:
    lists: dict[str, Iterable[str]] = {
        "goals": (entry.code for entry in framework.goals),
        "objectives": (entry.code for entry in framework.objectives),
        "facilities": (entry.code for entry in framework.facilities),
        "colleges": (entry.code for entry in framework.colleges),
        "regions": (entry.code for entry in framework.regions),
        "categories": (entry.code for entry in framework.categories),
    }
    for where, codes in lists.items():
        seen: set[str] = set()
        for code in codes:
            if code in seen:
                yield Finding(FrameworkFinding.DUPLICATE_CODE, where=where, details=code)
            seen.add(code)


def _missing_languages(framework: Framework) -> Iterable[Finding]:
    for where, field, text in _texts_of(framework):
        for language in framework.languages:
            if language not in text:
                yield Finding(FrameworkFinding.LANGUAGE_MISSING, where=where, details=f"{field} ({language})")


def _texts_of(framework: Framework) -> Iterable[tuple[str, str, LocalizedText]]:
    for objective in framework.objectives:
        for field in ("title", "description", "baseline_2020", "target_2030", "target_2050"):
            yield objective.code, field, getattr(objective, field)
    for goal in framework.goals:
        yield goal.code, "name", goal.name
    for facility in framework.facilities:
        yield facility.code, "name", facility.name
    for entry in (*framework.colleges, *framework.regions, *framework.categories):
        yield entry.code, "name", entry.name


def _doubtful_objectives(framework: Framework) -> Iterable[Finding]:
    for objective in framework.objectives:
        if objective.baseline_2020 and objective.baseline_2020 == objective.target_2030:
            yield Finding(FrameworkFinding.TARGET_IS_BASELINE, where=objective.code)
        words = sorted({word.facility for word in objective.facility_words})
        if len(words) > 1:
            said = LocalizedText(
                {
                    language: "; ".join(
                        f"{word.source.in_language(language)}: {word.facility}" for word in objective.facility_words
                    )
                    for language in framework.languages
                }
            )
            yield Finding(
                FrameworkFinding.FACILITY_DISAGREES, where=objective.code, details=", ".join(words), said=said
            )


def _unknown_acronyms(framework: Framework, *, known: Collection[str]) -> Iterable[Finding]:
    """Each once, at the first objective that uses it; a text may explain it for all."""
    fields = ("title", "description", "baseline_2020", "target_2030", "target_2050")
    by_objective = {
        one.code: [text for field in fields for text in getattr(one, field).values()] for one in framework.objectives
    }
    everywhere = [text for texts in by_objective.values() for text in texts]
    unknown = set(unknown_acronyms(everywhere, known=known))
    for code, texts in by_objective.items():
        for acronym in acronyms_in(" ".join(texts)):
            if acronym in unknown:
                unknown.discard(acronym)
                yield Finding(FrameworkFinding.UNKNOWN_ACRONYM, where=code, details=acronym)
