"""A question as a facilitator writes it: the fields of the form, checked and put into one form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.rules.questions.asked import AskedQuestion, Option
from surveys.rules.questions.numbers import EARLIEST, LATEST, decimal_number, plain, whole_number
from surveys.rules.texts import STATEMENT_LIMIT, clean_text, require_text
from surveys.vocabulary import QuestionKind, ViolationCode

OPTION_LIMIT = 200
UNIT_LIMIT = 40
FEWEST_OPTIONS, MOST_OPTIONS = 2, 20
FEWEST_GROUPS, MOST_GROUPS = 2, 8
FEWEST_POINTS, MOST_POINTS, USUAL_POINTS = 2, 1000, 100
USUAL_TOP = 3

_OPTIONS = frozenset({"options"})
USES: Mapping[QuestionKind, frozenset[str]] = {
    QuestionKind.RANKING: _OPTIONS,
    QuestionKind.TOP_X: _OPTIONS | {"choose_at_most"},
    QuestionKind.POINTS: _OPTIONS | {"total"},
    QuestionKind.MULTIPLE_CHOICE: _OPTIONS | {"choose_at_most"},
    QuestionKind.SINGLE_CHOICE: _OPTIONS,
    QuestionKind.YES_NO: frozenset(),
    QuestionKind.NUMBER: frozenset({"lower", "upper", "unit"}),
    QuestionKind.PROBABILITY: frozenset(),
    QuestionKind.YEAR: frozenset({"lower", "upper"}),
    QuestionKind.SHORT_TEXT: frozenset(),
    QuestionKind.LONG_TEXT: frozenset(),
    QuestionKind.SORT_GROUPS: _OPTIONS | {"groups"},
}
"""What each kind needs beside its text."""


@dataclass(slots=True)
class _Reader:
    """The form in hand and every problem found in it so far."""

    form: Mapping[str, str]
    languages: Sequence[str]
    problems: list[tuple[str, RuleViolation]] = field(default_factory=list)

    def take(self, name: str, read: Callable[[str], Any], *, otherwise: Any) -> Any:
        try:
            return read(self.form.get(name, ""))
        except RuleViolation as violation:
            self.problems.append((name, violation))
            return otherwise

    def localized(self, name: str, *, limit: int) -> LocalizedText:
        return LocalizedText(
            {
                language: self.take(f"{name}-{language}", lambda text: clean_text(text, limit=limit), otherwise="")
                for language in self.languages
            }
        )

    def lines(
        self, name: str, *, prefix: str, at_least: int, at_most: int, too_few: ViolationCode
    ) -> tuple[Option, ...]:
        """A list written one entry a line, in each language in the same order."""
        lists = {
            language: found
            for language in self.languages
            if (found := self.take(f"{name}-{language}", _cleaned_lines, otherwise=[]))
        }
        sizes = [len(found) for found in lists.values()]
        first = f"{name}-{next(iter(lists), self.languages[0])}"
        if max(sizes, default=0) < at_least:
            self.problems.append((first, RuleViolation(too_few, limit=at_least)))
        elif max(sizes) > at_most:
            self.problems.append((first, RuleViolation(ViolationCode.OPTIONS_TOO_MANY, limit=at_most, n=max(sizes))))
        elif len(set(sizes)) > 1:
            counts = ", ".join(f"{language}: {len(found)}" for language, found in lists.items())
            self.problems.append((first, RuleViolation(ViolationCode.OPTIONS_UNEVEN, counts=counts)))
        else:
            return tuple(
                Option(f"{prefix}{number + 1}", LocalizedText({name: found[number] for name, found in lists.items()}))
                for number in range(sizes[0])
            )
        return ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A question as typed; only without `problems` (field, violation) is it to be stored."""

    question: AskedQuestion
    problems: tuple[tuple[str, RuleViolation], ...]


def read_draft(kind: QuestionKind, form: Mapping[str, str], *, languages: Sequence[str]) -> Draft:
    """Everything in the form at once. The text is needed in one language; the others are asked for at the opening."""
    reader, uses = _Reader(form, languages), USES[kind]
    text = reader.localized("text", limit=STATEMENT_LIMIT)
    if not text and not reader.problems:
        reader.take(f"text-{languages[0]}", lambda typed: require_text(typed, limit=STATEMENT_LIMIT), otherwise="")
    options: tuple[Option, ...] = ()
    groups: tuple[Option, ...] = ()
    if "options" in uses:
        options = reader.lines(
            "options",
            prefix="o",
            at_least=FEWEST_OPTIONS,
            at_most=MOST_OPTIONS,
            too_few=ViolationCode.OPTIONS_TOO_FEW,
        )
    if "groups" in uses:
        groups = reader.lines(
            "groups", prefix="g", at_least=FEWEST_GROUPS, at_most=MOST_GROUPS, too_few=ViolationCode.GROUPS_TOO_FEW
        )
    lower, upper = (_limit(reader, name, kind=kind) if name in uses else None for name in ("lower", "upper"))
    if lower is not None and upper is not None and lower >= upper:
        reader.problems.append(("upper", RuleViolation(ViolationCode.RANGE_REVERSED)))
    question = AskedQuestion(
        id=0,
        position=0,
        kind=kind,
        text=text,
        hint=reader.localized("hint", limit=STATEMENT_LIMIT),
        options=options,
        groups=groups,
        choose_at_most=_choose_at_most(reader, kind=kind, n_options=len(options)) if "choose_at_most" in uses else 0,
        total=reader.take("total", _points, otherwise=0) if "total" in uses else 0,
        lower=lower,
        upper=upper,
        unit=reader.localized("unit", limit=UNIT_LIMIT) if "unit" in uses else LocalizedText(),
    )
    return Draft(question, tuple(reader.problems))


def draft_fields(question: AskedQuestion, *, languages: Sequence[str]) -> dict[str, str]:
    """The fields that hold a stored question; the inverse of `read_draft`."""
    found = {
        "choose_at_most": str(question.choose_at_most or ""),
        "total": str(question.total or ""),
        "lower": "" if question.lower is None else plain(question.lower),
        "upper": "" if question.upper is None else plain(question.upper),
    }
    for language in languages:
        found[f"text-{language}"] = question.text.get(language, "")
        found[f"hint-{language}"] = question.hint.get(language, "")
        found[f"unit-{language}"] = question.unit.get(language, "")
        found[f"options-{language}"] = _as_lines(question.options, language=language)
        found[f"groups-{language}"] = _as_lines(question.groups, language=language)
    return found


def _as_lines(options: Sequence[Option], *, language: str) -> str:
    return "\n".join(option.text[language] for option in options if language in option.text)


def _cleaned_lines(typed: str) -> list[str]:
    lines = [clean_text(line, limit=OPTION_LIMIT) for line in typed.splitlines()]
    found = [line for line in lines if line]
    twice = next((line for at, line in enumerate(found) if line in found[:at]), None)
    if twice is not None:
        raise RuleViolation(ViolationCode.OPTIONS_ALIKE, text=twice)
    return found


def _choose_at_most(reader: _Reader, *, kind: QuestionKind, n_options: int) -> int:
    """Blank: three for the best ones, no limit for several choices."""
    most = n_options or MOST_OPTIONS
    usual = min(USUAL_TOP, most) if kind is QuestionKind.TOP_X else 0
    found: int = reader.take("choose_at_most", lambda typed: _whole(typed, 1, most, usual), otherwise=0)
    return found


def _points(typed: str) -> int:
    return _whole(typed, FEWEST_POINTS, MOST_POINTS, USUAL_POINTS)


def _whole(typed: str, lower: int, upper: int, usual: int) -> int:
    if not typed.strip():
        return usual
    try:
        return whole_number(typed, lower=lower, upper=upper)
    except RuleViolation as violation:
        raise RuleViolation(ViolationCode.SETTING_OUT_OF_RANGE, lower=lower, upper=upper) from violation


def _limit(reader: _Reader, name: str, *, kind: QuestionKind) -> float | None:
    def read(typed: str) -> float | None:
        if not typed.strip():
            return None
        if kind is QuestionKind.YEAR:
            return whole_number(typed, lower=EARLIEST, upper=LATEST)
        return decimal_number(typed, lower=None, upper=None)

    found: float | None = reader.take(name, read, otherwise=None)
    return found
