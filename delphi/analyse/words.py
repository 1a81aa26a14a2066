"""Plain English for the command's verdicts and their strength; the web pages have their own, translated sentences."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from analysis.strength import StrengthCode
from analysis.types import Strength, Verdict

VERDICTS = {
    Verdict.IN: "consensus",
    Verdict.OUT: "consensus against",
    Verdict.NONE: "no consensus",
    Verdict.INSUFFICIENT: "too few ratings",
    Verdict.NO_DATA: "no ratings",
}

STRENGTHS = {
    StrengthCode.NO_RATINGS: "nobody rated it",
    StrengthCode.TOO_FEW_RATINGS: "{n} of the {needed} ratings needed",
    StrengthCode.TOO_FEW_OF_ELIGIBLE: "only {n} of {n_eligible} people rated it",
    StrengthCode.ONE_EXPERT: "weak: turns if one person leaves (any of {n_decisive} of the {n})",
    StrengthCode.QUARTILE_FORMULA: "weak: another quartile formula gives another verdict",
    StrengthCode.ONE_COLLEGE: "weak: turns without the group {college}",
    StrengthCode.RANDOM_ANSWERS: "weak: {n} random answers pass this rule {chance} of the time",
    StrengthCode.ANOTHER_PANEL: "weak: only {probability} of similar panels would say the same",
    StrengthCode.ONE_STEP: "fair: turns if one person moves by one point",
    StrengthCode.DEFINITION: "fair: {agreeing} of {applicable} published definitions say the same",
    StrengthCode.FIRM: "firm: {probability} of similar panels would say the same",
}


def strength_in_words(strength: Strength | None) -> str:
    """The strength of a verdict as a short phrase; "-" where it was not assessed."""
    if strength is None:
        return "-"
    shown = {key: percent(part) if isinstance(part, float) else part for key, part in strength.params.items()}
    return STRENGTHS[StrengthCode(strength.code)].format(**shown)


def rounded(value: float | None, *, digits: int = 2) -> str:
    """A number for people: rounded half up, without needless zeros; "-" where undefined."""
    if value is None:
        return "-"
    number = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def percent(share: float | None, *, digits: int = 1) -> str:
    """A share of 0-1 as a percentage, always with the same number of decimals."""
    if share is None:
        return "-"
    return f"{Decimal(repr(share * 100)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP):f}%"
