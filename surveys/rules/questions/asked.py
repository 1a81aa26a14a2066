"""A question as plain values, and what every kind of question can do with it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.vocabulary import QuestionKind, ViolationCode

Answer = dict[str, Any]
"""An answer in the one form of its kind, plain JSON."""
Summary = dict[str, Any]
"""The figures of a question, plain JSON without NaN."""
Fields = Mapping[str, str]
"""The fields of one question as a form sends them, by their names within the question."""

CHOICE = "way"
"""The field of radio buttons: ways out for every kind, and the choice itself where only one is made."""


class Control(StrEnum):
    """With which form controls a question is answered; each has its piece of template."""

    PLACE_PER_OPTION = "place_per_option"
    OPTION_PER_PLACE = "option_per_place"
    NUMBER_PER_OPTION = "number_per_option"
    CHECKBOXES = "checkboxes"
    RADIOS = "radios"
    NUMBER = "number"
    LINE = "line"
    PARAGRAPH = "paragraph"
    GROUP_PER_OPTION = "group_per_option"


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    text: LocalizedText


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question; settings that its kind does not use are left at their defaults."""

    id: int
    position: int
    kind: QuestionKind
    text: LocalizedText
    hint: LocalizedText = field(default_factory=LocalizedText)
    options: tuple[Option, ...] = ()
    groups: tuple[Option, ...] = ()
    choose_at_most: int = 0
    total: int = 0
    lower: float | None = None
    upper: float | None = None
    unit: LocalizedText = field(default_factory=LocalizedText)

    @property
    def code(self) -> str:
        """How logs, checklists and files name it: Q1, Q2 and so on within a round."""
        return f"Q{self.position}"

    @property
    def option_codes(self) -> tuple[str, ...]:
        return tuple(option.code for option in self.options)

    @property
    def group_codes(self) -> tuple[str, ...]:
        return tuple(group.code for group in self.groups)

    def texts(self) -> tuple[LocalizedText, ...]:
        """Every text an expert reads of it; all must be there in every language of the study."""
        optional = (text for text in (self.hint, self.unit) if text)
        return (self.text, *optional, *(one.text for one in (*self.options, *self.groups)))

    def settings(self) -> dict[str, Any]:
        """The settings as they are stored: only those that say something."""
        found: dict[str, Any] = {
            "choose_at_most": self.choose_at_most or None,
            "total": self.total or None,
            "lower": self.lower,
            "upper": self.upper,
            "unit": dict(self.unit) or None,
            "groups": options_as_json(self.groups) or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def as_json(self) -> list[Any]:
        """Everything that gives the answers their meaning, for the seal of a round."""
        return [
            self.id,
            self.position,
            self.kind.value,
            dict(self.text),
            dict(self.hint),
            options_as_json(self.options),
            self.settings(),
        ]


def options_as_json(options: Sequence[Option]) -> list[dict[str, str]]:
    return [{"code": option.code, **option.text} for option in options]


def options_from_json(stored: Sequence[Mapping[str, str]]) -> tuple[Option, ...]:
    return tuple(
        Option(one["code"], LocalizedText({name: text for name, text in one.items() if name != "code"}))
        for one in stored
    )


class QuestionType(ABC):
    """One kind of question. `read` and `typed` are each other's inverse for every valid answer."""

    control: Control
    needs_options = False
    is_counted = True
    """Whether its answers make figures; texts are only read."""

    @abstractmethod
    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        """The names of its fields within the question, in the order shown."""

    @abstractmethod
    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """The answer in `fields`, None where all is blank. Raises RuleViolation for what is no answer."""

    @abstractmethod
    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        """The fields that hold a stored answer."""

    @abstractmethod
    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """The figures of `answers`."""

    def checked(self, question: AskedQuestion, answer: Answer) -> Answer:
        """`answer`, refused unless it is one that this question's form could have sent (`unknown_option`)."""
        try:
            again = self.read(question, self.typed(question, answer))
        except (KeyError, TypeError, AttributeError, ValueError):
            again = None
        if again != answer:
            raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
        return answer


def filled(fields: Fields, *, known: Sequence[str]) -> dict[str, str]:
    """The fields that are not blank, in the order of `known`; refuses others (`unknown_option`)."""
    if any(name not in known and name != CHOICE for name in fields):
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    return {name: fields[name].strip() for name in known if fields.get(name, "").strip()}


def ensure_known(code: str, *, known: Sequence[str]) -> str:
    if code not in known:
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    return code
