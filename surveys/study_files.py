"""Frameworks and study texts from TOML or JSON as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from surveys.document_files import Section, read_document
from surveys.localized import LANGUAGES, LocalizedText
from surveys.vocabulary import FacilityType

FRAMEWORK_SCHEMA = "delphi-framework/1"
STUDY_SCHEMA = "delphi-study/1"
FACILITY_WORDS = ("CF", "GF", "split", "CF+GF")
_NOTHING = LocalizedText()


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """A college, a region or a category."""

    code: str
    name: LocalizedText


@dataclass(frozen=True, slots=True)
class GoalEntry:
    code: str
    name: LocalizedText
    gist: LocalizedText


@dataclass(frozen=True, slots=True)
class FacilityWord:
    """What one document says about an objective's facility."""

    source: LocalizedText
    facility: str
    note: LocalizedText


@dataclass(frozen=True, slots=True)
class ObjectiveEntry:
    code: str
    goal: str
    title: LocalizedText
    description: LocalizedText
    baseline_2020: LocalizedText
    target_2030: LocalizedText
    target_2050: LocalizedText
    facility: str
    facility_group: str
    is_focal: bool
    facility_words: tuple[FacilityWord, ...]


@dataclass(frozen=True, slots=True)
class FacilityEntry:
    """A facility; `objectives` are its main ones, `also_concerns` those it touches."""

    code: str
    type: FacilityType
    name: LocalizedText
    objectives: tuple[str, ...]
    also_concerns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    languages: tuple[str, ...]
    version: int
    version_date: str
    goals: tuple[GoalEntry, ...]
    objectives: tuple[ObjectiveEntry, ...]
    facilities: tuple[FacilityEntry, ...]
    colleges: tuple[NamedEntry, ...]
    regions: tuple[NamedEntry, ...]
    categories: tuple[NamedEntry, ...]


@dataclass(frozen=True, slots=True)
class ScaleEntry:
    """A criterion and its labelled scale; `labels` by scale point."""

    code: str
    name: LocalizedText
    question: LocalizedText
    lower: int
    upper: int
    labels: dict[int, LocalizedText]


@dataclass(frozen=True, slots=True)
class TermEntry:
    term: LocalizedText
    meaning: LocalizedText


@dataclass(frozen=True, slots=True)
class StudyTexts:
    """What a study says of itself, and what it asks."""

    languages: tuple[str, ...]
    name: LocalizedText
    purpose: LocalizedText
    consent: LocalizedText
    perspective: LocalizedText
    scales: tuple[ScaleEntry, ...]
    glossary: tuple[TermEntry, ...]


def read_framework(source: Path | bytes, *, name: str | None = None) -> Framework:
    """A framework from TOML or JSON.

    Raises FileProblem for what cannot be read at all. What can be read but looks wrong, such as a code used twice or
    a missing translation, is left to `surveys.framework_checks`.
    """
    root = read_document(source, schema=FRAMEWORK_SCHEMA, name=name)
    goals = tuple(
        GoalEntry(code=goal.text("code"), name=goal.said("name"), gist=goal.said("gist", default=_NOTHING))
        for goal in root.sections("goals")
    )
    known_goals = tuple(goal.code for goal in goals)
    return Framework(
        languages=root.texts("languages", default=LANGUAGES),
        version=root.whole("version", default=1),
        version_date=root.text("version_date", default=""),
        goals=goals,
        objectives=tuple(_objective(section, goals=known_goals) for section in root.sections("objectives")),
        facilities=tuple(_facility(section) for section in root.sections("facilities")),
        colleges=_named(root, "colleges", key="code"),
        regions=_named(root, "regions", key="code"),
        categories=_named(root, "categories", key="key"),
    )


def read_study_texts(source: Path | bytes, *, name: str | None = None) -> StudyTexts:
    """A study's own texts, scales and glossary from TOML or JSON; raises FileProblem."""
    root = read_document(source, schema=STUDY_SCHEMA, name=name)
    return StudyTexts(
        languages=root.texts("languages", default=LANGUAGES),
        name=root.said("name"),
        purpose=root.said("purpose", default=_NOTHING),
        consent=root.said("consent", default=_NOTHING),
        perspective=root.said("perspective", default=_NOTHING),
        scales=tuple(_scale(section) for section in root.sections("scales")),
        glossary=tuple(
            TermEntry(
                term=section.said("term"),
                meaning=LocalizedText({language: section.text(language, default="") for language in LANGUAGES}),
            )
            for section in root.sections("glossary")
        ),
    )


def _objective(section: Section, *, goals: tuple[str, ...]) -> ObjectiveEntry:
    return ObjectiveEntry(
        code=section.text("code"),
        goal=section.one_of("goal", goals),
        title=section.said("title"),
        description=section.said("description", default=_NOTHING),
        baseline_2020=section.said("baseline_2020", default=_NOTHING),
        target_2030=section.said("target_2030", default=_NOTHING),
        target_2050=section.said("target_2050", default=_NOTHING),
        facility=section.text("facility", default=""),
        facility_group=section.text("facility_group", default=""),
        is_focal=section.flag("focal_2023", default=False),
        facility_words=tuple(
            FacilityWord(
                source=word.said("source"),
                facility=word.one_of("facility", FACILITY_WORDS),
                note=word.said("note", default=_NOTHING),
            )
            for word in section.sections("facility_statements")
        ),
    )


def _facility(section: Section) -> FacilityEntry:
    return FacilityEntry(
        code=section.text("code"),
        type=FacilityType(section.one_of("type", tuple(kind.value for kind in FacilityType))),
        name=section.said("name"),
        objectives=section.texts("objectives", default=()),
        also_concerns=section.texts("also_concerns", default=()),
    )


def _named(root: Section, table: str, *, key: str) -> tuple[NamedEntry, ...]:
    return tuple(NamedEntry(code=section.text(key), name=section.said("name")) for section in root.sections(table))


def _scale(section: Section) -> ScaleEntry:
    lower, upper = section.whole("lower"), section.whole("upper")
    if upper <= lower:
        raise section.problem("wrong_type", key="upper", value=upper, wanted=f"above {lower}")
    return ScaleEntry(
        code=section.text("key"),
        name=section.said("name"),
        question=section.said("question"),
        lower=lower,
        upper=upper,
        labels={
            point.whole("value"): LocalizedText({language: point.text(language, default="") for language in LANGUAGES})
            for point in section.sections("points")
        },
    )
