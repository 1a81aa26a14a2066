"""What the demo's experts say: the content files as plain values, and the framework and study texts beside them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.simulation import PanelShape
from delphi.demo.typography import typeset, typeset_all
from surveys.localized import LocalizedText
from surveys.study_files import Framework, StudyTexts, read_framework, read_study_texts
from surveys.vocabulary import Stance, StatementKind

FOLDER = Path(__file__).parent
TABLES = {
    "problems": StatementKind.PROBLEM,
    "causes": StatementKind.CAUSE,
    "consequences": StatementKind.CONSEQUENCE,
    "activities": StatementKind.ACTIVITY,
    "obstacles": StatementKind.OBSTACLE,
    "success_factors": StatementKind.SUCCESS_FACTOR,
}


@dataclass(frozen=True, slots=True)
class RawIdea:
    """Words one expert typed; they stay as they are."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class RawComment:
    stance: Stance
    language: str
    text: str
    translation: str
    is_objection: bool
    """Dissent on principle, which the facilitator carries into the outcomes."""

    def in_both(self) -> LocalizedText:
        """The comment as others read it, in either language."""
        other = "en" if self.language == "fr" else "fr"
        return LocalizedText({self.language: self.text, other: self.translation})


@dataclass(frozen=True, slots=True)
class StatementContent:
    """One statement, what it was made of, and how the panel will see it. `parent` is the key of what it hangs on."""

    key: str
    kind: StatementKind
    parent: str | None
    text: LocalizedText
    ideas: tuple[RawIdea, ...]
    comments: tuple[RawComment, ...]
    importance: PanelShape | None
    feasibility: PanelShape | None
    category: str
    facility: str

    @property
    def shapes(self) -> dict[str, PanelShape]:
        """Criterion code to the shape of the panel's opinion, for what is rated."""
        shapes = {"importance": self.importance, "feasibility": self.feasibility}
        return {code: shape for code, shape in shapes.items() if shape is not None}


@dataclass(frozen=True, slots=True)
class ParkedContent:
    kind: StatementKind
    idea: RawIdea
    reason: LocalizedText


@dataclass(frozen=True, slots=True)
class ObjectiveContent:
    """Everything said about one objective; statements stand in the order in which they get their codes."""

    code: str
    statements: tuple[StatementContent, ...]
    parked: tuple[ParkedContent, ...]


@cache
def demo_framework() -> Framework:
    return typeset_all(read_framework(FOLDER / "framework.toml"))


@cache
def demo_texts() -> StudyTexts:
    return typeset_all(read_study_texts(FOLDER / "study.toml"))


@cache
def demo_content() -> dict[str, ObjectiveContent]:
    """Objective code to its content, for the 24 objectives in the order of the framework."""
    return {
        objective.code: _read(FOLDER / "content" / f"{objective.code.lower()}.toml")
        for objective in demo_framework().objectives
    }


def _read(path: Path) -> ObjectiveContent:
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return ObjectiveContent(
        code=document["objective"],
        statements=tuple(
            _statement(entry, kind=kind) for table, kind in TABLES.items() for entry in document.get(table, [])
        ),
        parked=tuple(
            ParkedContent(
                kind=StatementKind(entry["kind"]),
                idea=RawIdea(language=entry["language"], text=entry["text"]),
                reason=typeset_all(LocalizedText(entry["reason"])),
            )
            for entry in document.get("parked", [])
        ),
    )


def _statement(entry: dict[str, Any], *, kind: StatementKind) -> StatementContent:
    parent_kind = kind.parent_kind
    return StatementContent(
        key=entry["key"],
        kind=kind,
        parent=None if parent_kind is None else entry.get(parent_kind.value),
        text=typeset_all(LocalizedText(en=entry["en"], fr=entry["fr"])),
        ideas=tuple(RawIdea(language=idea["language"], text=idea["text"]) for idea in entry.get("ideas", [])),
        comments=tuple(_comment(comment) for comment in entry.get("comments", [])),
        importance=PanelShape(entry["importance"]) if "importance" in entry else None,
        feasibility=PanelShape(entry["feasibility"]) if "feasibility" in entry else None,
        category=entry.get("category", ""),
        facility=entry.get("facility", ""),
    )


def _comment(entry: dict[str, Any]) -> RawComment:
    language = entry["language"]
    other = "en" if language == "fr" else "fr"
    return RawComment(
        stance=Stance(entry["stance"]),
        language=language,
        text=typeset(entry["text"], language=language),
        translation=typeset(entry["translation"], language=other),
        is_objection=bool(entry.get("objection")),
    )
