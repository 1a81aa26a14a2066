"""Single numbers: amounts, probabilities in per cent, years."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

from analysis.free_numbers import describe_numbers
from analysis.types import Quantile
from surveys.errors import RuleViolation
from surveys.rules.questions.asked import Answer, AskedQuestion, Control, Fields, QuestionType, Summary, filled
from surveys.vocabulary import ViolationCode

VALUE = "value"
NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,6})?", re.ASCII)
WHOLE = re.compile(r"[+-]?[0-9]{1,12}", re.ASCII)
# "1,000" is a thousand in English and one in French: nobody can tell which was meant.
TWO_MEANINGS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", re.ASCII)
BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ \u00a0\u202f\u2009'’](?=[0-9])")
SHOWN = 40
"""Characters of an unreadable number that are quoted back."""
EARLIEST, LATEST = 1900, 2200


def decimal_number(text: str, *, lower: float | None, upper: float | None) -> int | float:
    """A number with a decimal point or comma, blanks between thousands allowed; whole ones as int.

    Raises
    ------
    RuleViolation
        `number_unreadable`, `number_out_of_range`.
    """
    bare = BETWEEN_DIGITS.sub("", text.strip().replace("\u2212", "-"))
    if not NUMBER.fullmatch(bare) or TWO_MEANINGS.fullmatch(bare):
        raise RuleViolation(ViolationCode.NUMBER_UNREADABLE, typed=text[:SHOWN], example=1250.5)
    value = Decimal(bare.replace(",", "."))
    _ensure_in_range(value, lower=lower, upper=upper)
    return int(value) if value == value.to_integral_value() else float(value)


def whole_number(text: str, *, lower: float | None, upper: float | None, example: str = "12") -> int:
    """A whole number; violations as `decimal_number`, with an `example` of what can be read."""
    bare = BETWEEN_DIGITS.sub("", text.strip())
    if not WHOLE.fullmatch(bare):
        raise RuleViolation(ViolationCode.NUMBER_UNREADABLE, typed=text[:SHOWN], example=example)
    value = int(bare)
    _ensure_in_range(Decimal(value), lower=lower, upper=upper)
    return value


def plain(value: float | None) -> str:
    """A limit as people write it; an ellipsis where there is none."""
    return "…" if value is None else f"{value:f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _ensure_in_range(value: Decimal, *, lower: float | None, upper: float | None) -> None:
    if (lower is not None and value < Decimal(str(lower))) or (upper is not None and value > Decimal(str(upper))):
        raise RuleViolation(ViolationCode.NUMBER_OUT_OF_RANGE, lower=lower, upper=upper)


class Number(QuestionType):
    """Any number between the limits, where there are some."""

    control = Control.NUMBER

    def limits(self, question: AskedQuestion) -> tuple[float | None, float | None]:
        return question.lower, question.upper

    def fields(self, question: AskedQuestion) -> tuple[str, ...]:
        return (VALUE,)

    def read(self, question: AskedQuestion, fields: Fields) -> Answer | None:
        """Raises `number_unreadable`, `number_out_of_range`."""
        typed = filled(fields, known=(VALUE,))
        return {"value": self._number(typed[VALUE], question)} if typed else None

    def _number(self, text: str, question: AskedQuestion) -> int | float:
        lower, upper = self.limits(question)
        return decimal_number(text, lower=lower, upper=upper)

    def typed(self, question: AskedQuestion, answer: Answer) -> dict[str, str]:
        return {VALUE: plain(answer["value"])}

    def summarise(self, question: AskedQuestion, answers: Sequence[Answer], *, quantile: Quantile) -> Summary:
        """Median, quartiles, range and mean; empty where nobody answered."""
        found = describe_numbers([answer["value"] for answer in answers], method=quantile)
        return {} if found is None else asdict(found)


class Probability(Number):
    """A probability in per cent, 0 to 100; a per cent sign may follow."""

    def limits(self, question: AskedQuestion) -> tuple[float | None, float | None]:
        return 0, 100

    def _number(self, text: str, question: AskedQuestion) -> int | float:
        return super()._number(text.strip().removesuffix("%").rstrip(" \u00a0\u202f"), question)


class Year(Number):
    """A year, whole, from 1900 to 2200 where the question says nothing narrower."""

    def limits(self, question: AskedQuestion) -> tuple[float | None, float | None]:
        lower, upper = question.lower, question.upper
        return (EARLIEST if lower is None else lower), (LATEST if upper is None else upper)

    def _number(self, text: str, question: AskedQuestion) -> int:
        lower, upper = self.limits(question)
        return whole_number(text, lower=lower, upper=upper, example="2030")
