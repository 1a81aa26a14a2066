"""Reads the protocol's form: settings as plain values, and every field that cannot be read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analysis.types import Denominator, Quantile
from surveys.rules.protocol import CriterionRule, ProtocolSettings
from surveys.rules.protocol_checks import LIMITS
from surveys.vocabulary import FeedbackKind, StopRule

CHOICES: dict[str, tuple[str, ...]] = {
    "quantile": tuple(Quantile),
    "denominator": tuple(Denominator),
    "feedback": tuple(FeedbackKind),
    "stop": tuple(StopRule),
}


@dataclass(frozen=True, slots=True)
class ReadProtocol:
    """`settings` is None where a field cannot be read; `unreadable` names these fields."""

    settings: ProtocolSettings | None
    unreadable: tuple[str, ...]


class _Reader:
    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.unreadable: list[str] = []

    def whole(self, name: str) -> int:
        typed = self._values.get(name, "").strip()
        if not re.fullmatch(r"-?[0-9]{1,6}", typed):
            self.unreadable.append(name)
            return 0
        return int(typed)

    def width(self, name: str) -> float:
        typed = self._values.get(name, "").strip().replace(",", ".")
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", typed):
            self.unreadable.append(name)
            return 0.0
        return float(typed)

    def share(self, name: str) -> str:
        found = share_of(self._values.get(name, ""))
        if found is None:
            self.unreadable.append(name)
            return "1"
        return str(found)

    def one_of(self, name: str) -> str:
        typed = self._values.get(name, "")
        if typed not in CHOICES[name]:
            self.unreadable.append(name)
            return CHOICES[name][0]
        return typed


def read_protocol(values: Mapping[str, str], *, criteria: Sequence[str], base: ProtocolSettings) -> ReadProtocol:
    """The settings that a form describes; what it does not hold (the seal of the questions) stays as in `base`."""
    reader = _Reader(values)
    rules = {
        code: CriterionRule(
            agree_from=reader.whole(f"agree_from-{code}"),
            agree_to=reader.whole(f"agree_to-{code}"),
            agreement=reader.share(f"share-{code}"),
            iqr=reader.width(f"iqr-{code}"),
        )
        for code in criteria
    }
    numbers = {name: reader.whole(name) for name in LIMITS}
    feedback = reader.one_of("feedback")
    shows = feedback != FeedbackKind.NONE
    settings = ProtocolSettings(
        criteria=rules,
        quantile=reader.one_of("quantile"),
        denominator=reader.one_of("denominator"),
        stop=reader.one_of("stop"),
        shows_feedback=shows,
        feedback=feedback if shows else FeedbackKind.COUNTS_AND_COMMENTS.value,
        asks_reason="asks_reason" in values,
        instrument=base.instrument,
        **numbers,
    )
    return ReadProtocol(None if reader.unreadable else settings, tuple(reader.unreadable))


def share_of(typed: str) -> Fraction | None:
    """A share from "75", "75 %", "2/3" or "0.75"; None where it is none of them."""
    text = re.sub(r"[\s\u00a0\u202f]", "", typed).replace(",", ".")
    if re.fullmatch(r"[0-9]{1,4}/[1-9][0-9]{0,3}", text):
        return Fraction(text)
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%?", text)
    if match is None:
        return None
    number = Fraction(match[1])
    return number if number <= 1 and "%" not in text else number / 100


def typed_share(agreement: str) -> str:
    """A stored share as the form shows it: "75" for 3/4, "2/3" where per cent would be endless."""
    share = Fraction(agreement) * 100
    if share.denominator == 1:
        return str(share.numerator)
    return f"{float(share):g}" if 1000 % share.denominator == 0 else str(Fraction(agreement))


def protocol_fields(settings: ProtocolSettings) -> dict[str, str]:
    """What the form shows for stored settings: field to text."""
    fields = {name: str(getattr(settings, name)) for name in LIMITS}
    fields |= {
        "quantile": settings.quantile,
        "denominator": settings.denominator,
        "stop": settings.stop,
        "feedback": settings.feedback_kind.value,
    }
    if settings.asks_reason:
        fields["asks_reason"] = "on"
    for code, rule in settings.criteria.items():
        fields |= {
            f"agree_from-{code}": str(rule.agree_from),
            f"agree_to-{code}": str(rule.agree_to),
            f"share-{code}": typed_share(rule.agreement),
            f"iqr-{code}": f"{rule.iqr:g}",
        }
    return fields


@dataclass(frozen=True, slots=True)
class Change:
    """One setting before and after, as plain JSON values; `criterion` is empty for what holds for all of them."""

    setting: str
    before: str | int | float | bool
    after: str | int | float | bool
    criterion: str = ""


def changes_between(before: ProtocolSettings, after: ProtocolSettings) -> list[Change]:
    """Every setting that differs, criterion by criterion first."""
    found = []
    for code, rule in after.criteria.items():
        earlier = before.criteria.get(code)
        for name in ("agree_from", "agree_to", "agreement", "iqr"):
            if earlier is not None and getattr(earlier, name) != getattr(rule, name):
                found.append(Change(name, getattr(earlier, name), getattr(rule, name), criterion=code))
    names = ("quantile", "denominator", "stop", "asks_reason", *LIMITS)
    for name in names:
        if getattr(before, name) != getattr(after, name):
            found.append(Change(name, getattr(before, name), getattr(after, name)))
    if before.feedback_kind is not after.feedback_kind:
        found.append(Change("feedback", before.feedback_kind.value, after.feedback_kind.value))
    return found
