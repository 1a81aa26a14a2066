"""Templates of studies as data: what is asked, on which scale, under which protocol; each a TOML file beside this."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.types import Denominator, Scale
from surveys.document_files import Section, read_document
from surveys.localized import LocalizedText
from surveys.rules.protocol import ProtocolSettings, default_settings
from surveys.study_files import ScaleEntry
from surveys.vocabulary import FeedbackKind, StopRule

FOLDER = Path(__file__).parent
SCALES = ((1, 4), (1, 5), (1, 7), (1, 9), (1, 10), (0, 10), (0, 100))
"""Scales (lowest and highest point) that a protocol may choose from."""


@dataclass(frozen=True, slots=True)
class CriterionTemplate:
    """A question that statements may be rated on, with words for any scale; `words` by number of points."""

    code: str
    name: LocalizedText
    question: LocalizedText
    low: LocalizedText
    middle: LocalizedText
    high: LocalizedText
    words: dict[int, tuple[LocalizedText, ...]]

    def on_scale(self, *, lower: int, upper: int) -> ScaleEntry:
        """The criterion on one scale: every point worded where words are known, else the ends and the middle."""
        points = upper - lower + 1
        if points in self.words:
            labels = dict(zip(range(lower, upper + 1), self.words[points], strict=True))
        else:
            labels = end_labels(lower=lower, upper=upper, low=self.low, middle=self.middle, high=self.high)
        return ScaleEntry(
            code=self.code, name=self.name, question=self.question, lower=lower, upper=upper, labels=labels
        )


@dataclass(frozen=True, slots=True)
class StudyTemplate:
    """A kind of study: its questions and its protocol, before anything of one study is known."""

    key: str
    position: int
    name: LocalizedText
    about: LocalizedText
    purpose: LocalizedText
    consent: LocalizedText
    perspective: LocalizedText
    scales: tuple[ScaleEntry, ...]
    settings: ProtocolSettings


def end_labels(
    *, lower: int, upper: int, low: LocalizedText, middle: LocalizedText, high: LocalizedText
) -> dict[int, LocalizedText]:
    """Words for the ends of a scale and, where it has one, its middle."""
    labels = {lower: low, upper: high}
    if middle and (lower + upper) % 2 == 0:
        labels[(lower + upper) // 2] = middle
    return dict(sorted(labels.items()))


@cache
def criterion_templates() -> dict[str, CriterionTemplate]:
    """Code to criterion, in the order of the catalogue."""
    root = read_document(FOLDER / "criteria.toml", schema="delphi-criteria/1")
    return {section.text("key"): _criterion(section) for section in root.sections("criteria")}


@cache
def study_templates() -> dict[str, StudyTemplate]:
    """Key to template, the usual one first."""
    texts = read_document(FOLDER / "texts.toml", schema="delphi-study-texts/1")
    found = []
    for path in FOLDER.glob("*.toml"):
        if path.name not in ("criteria.toml", "texts.toml"):
            root = read_document(path, schema="delphi-template/1")
            found.append(_template(path.stem, root, texts=texts))
    return {one.key: one for one in sorted(found, key=lambda one: one.position)}


def _criterion(section: Section) -> CriterionTemplate:
    words = {}
    for part in section.sections("words"):
        by_language = {language: part.texts(language) for language in ("en", "fr")}
        words[part.whole("points")] = tuple(
            LocalizedText(en=english, fr=french)
            for english, french in zip(by_language["en"], by_language["fr"], strict=True)
        )
    return CriterionTemplate(
        code=section.text("key"),
        name=section.said("name"),
        question=section.said("question"),
        low=section.said("low"),
        middle=section.said("middle"),
        high=section.said("high"),
        words=words,
    )


def _template(key: str, root: Section, *, texts: Section) -> StudyTemplate:
    criteria = criterion_templates()
    scales = tuple(
        criteria[part.one_of("key", tuple(criteria))].on_scale(lower=part.whole("lower"), upper=part.whole("upper"))
        for part in root.sections("criteria")
    )
    usual = default_settings({one.code: Scale(one.lower, one.upper) for one in scales})
    feedback = FeedbackKind(root.one_of("feedback", tuple(FeedbackKind)))
    shows = feedback is not FeedbackKind.NONE
    return StudyTemplate(
        key=key,
        position=root.whole("position"),
        name=root.said("name"),
        about=root.said("about"),
        purpose=root.said("purpose"),
        consent=texts.said("consent"),
        perspective=texts.said("perspective"),
        scales=scales,
        settings=ProtocolSettings(
            criteria=usual.criteria,
            min_n=root.whole("min_n"),
            min_group_size=root.whole("min_group_size"),
            max_rounds=root.whole("max_rounds"),
            reminders_at_most=root.whole("reminders_at_most"),
            reminder_gap_hours=root.whole("reminder_gap_hours"),
            grace_minutes=root.whole("grace_minutes"),
            asks_reason=root.flag("asks_reason", default=False),
            shows_feedback=shows,
            feedback=(feedback if shows else FeedbackKind.COUNTS_AND_COMMENTS).value,
            stop=root.one_of("stop", tuple(StopRule)),
            denominator=root.one_of("denominator", tuple(Denominator))
            if root.text("denominator", default="")
            else Denominator.RATED.value,
        ),
    )
