"""What somebody wants to have as a file: the choices of the exports page and the command line, checked in one place."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from delphi.plan.chapters import Chapters
from surveys.localized import LANGUAGES

BOTH = "-".join(LANGUAGES[:2])
"""The two languages in one file."""


class What(StrEnum):
    ACTIVITIES = "activities"
    DATA = "data"
    RATINGS = "ratings"
    PLAN = "plan"
    FACTORS = "factors"
    DRAWINGS = "drawings"
    PUBLISHED = "published"
    DEFINITIONS = "definitions"


FORMATS_OF: dict[What, tuple[str, ...]] = {
    What.ACTIVITIES: ("csv", "xlsx", "json"),
    What.DATA: ("csv", "xlsx", "json"),
    What.RATINGS: ("csv",),
    What.PLAN: ("pdf", "docx"),
    What.FACTORS: ("pdf", "docx"),
    What.DRAWINGS: ("zip",),
    What.PUBLISHED: ("json", "schema.json"),
    What.DEFINITIONS: ("csv",),
}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "schema.json": "application/schema+json",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
SINGLE = (What.RATINGS, What.PUBLISHED, What.DRAWINGS, What.DEFINITIONS)
"""Files of one language, or of all languages in any case."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """`language` is a code or `en-fr`; `separator` and `mark` concern CSV, `chapters` the plan.

    ValueError for a choice that does not exist.
    """

    what: What
    format: str
    language: str = LANGUAGES[0]
    chapters: Chapters = Chapters.FACILITY
    separator: str = ","
    mark: bool = True
    """Whether CSV begins with the mark by which spreadsheets know UTF-8."""
    with_ratings: bool = True
    """Whether data hold single ratings under codes, or figures alone."""

    def __post_init__(self) -> None:
        if self.format not in FORMATS_OF[self.what]:
            allowed = ", ".join(FORMATS_OF[self.what])
            raise ValueError(f"The file {self.what} is written as {allowed}, not as {self.format}.")
        if self.language not in (*LANGUAGES, BOTH) or (self.language == BOTH and self.what in SINGLE):
            raise ValueError(f"language is {self.language!r}; allowed are {', '.join((*LANGUAGES, BOTH))}")
        if self.separator not in (",", ";"):
            raise ValueError(f"separator is {self.separator!r}; allowed are , and ;")

    @property
    def languages(self) -> tuple[str, ...]:
        return LANGUAGES[:2] if self.language == BOTH else (self.language,)

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]

    @property
    def command(self) -> str:
        """The command line that makes the same file: the file says by it how it was made."""
        words = ["python -m delphi export", self.what.value, "--format", self.format, "--language", self.language]
        if self.format == "csv" and self.separator != ",":
            words.append("--semicolon")
        if self.format == "csv" and not self.mark:
            words.append("--no-mark")
        if self.what is What.PLAN:
            words += ["--chapters", self.chapters.value]
        if self.what is What.DATA and not self.with_ratings:
            words.append("--no-ratings")
        return " ".join(words)

    def file_name(self, *, study: str) -> str:
        """Such as `soil-plan-by-goal-en-fr.docx`; `study` is the study's slug."""
        what = f"{self.what}-by-{self.chapters}" if self.what is What.PLAN else self.what.value
        return f"{study}-{what}-{self.language}.{self.format}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Wanted":
        return cls(**{**values, "what": What(values["what"]), "chapters": Chapters(values["chapters"])})
