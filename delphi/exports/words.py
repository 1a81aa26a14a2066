"""Words of the exports for codes of the domain."""

from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l

from analysis.types import Verdict
from delphi.exports.tables import Word
from delphi.i18n import in_language
from delphi.sentences import CLASSES, KINDS, OUTCOMES
from surveys.localized import LocalizedText
from surveys.rules.median_class import MedianClass
from surveys.vocabulary import OutcomeStatus, RatingState, RoundKind, StatementKind

VERDICTS: dict[Verdict, Any] = {
    Verdict.IN: _l("Agreed"),
    Verdict.OUT: _l("Agreed to drop"),
    Verdict.NONE: _l("Not agreed"),
    Verdict.INSUFFICIENT: _l("Too few answers"),
    Verdict.NO_DATA: _l("No answers"),
}

MEDIAN_CLASSES: dict[MedianClass, Any] = {
    MedianClass.AGREE: _l("Agree"),
    MedianClass.DISAGREE: _l("Disagree"),
    MedianClass.NONE: _l("Neither"),
}

FLAGS: dict[str, Any] = {
    "flips_if_one_leaves": _l("One voice decides"),
    "quantile_sensitive": _l("Another quartile formula decides otherwise"),
    "polarised": _l("Two opposed groups"),
}

RATING_STATES: dict[RatingState, Any] = {
    RatingState.RATED: _l("Rated"),
    RatingState.OUTSIDE_EXPERTISE: _l("Outside my expertise"),
    RatingState.NEED_INFORMATION: _l("Needs more information"),
    RatingState.ABSTAINED: _l("Abstained"),
}

ROUND_KINDS: dict[RoundKind, Any] = {RoundKind.IDEAS: _l("Ideas"), RoundKind.RATING: _l("Rating")}

QUANTILES: dict[str, Any] = {
    "linear": _l("linear interpolation (Hyndman and Fan type 7, the default of R, Excel and NumPy)"),
    "weibull": _l("Weibull (Hyndman and Fan type 6, the default of SPSS and Minitab)"),
    "averaged_inverted_cdf": _l("averaged inverted distribution (Hyndman and Fan type 2, the default of SAS)"),
    "tukey_hinges": _l("Tukey's hinges"),
}

DENOMINATORS: dict[str, Any] = {
    "rated": _l("those who rated the statement"),
    "returned": _l("those who returned the round"),
    "eligible": _l("all who were asked"),
}


def yes_or_no(value: bool) -> Word:
    return Word(value, str(_l("yes") if value else _l("no")))


def verdict_word(code: str) -> Word:
    return _word(VERDICTS, Verdict(code))


def class_word(code: str) -> Word:
    return Word(code, str(CLASSES[code]))


def kind_word(kind: StatementKind) -> Word:
    return _word(KINDS, kind)


def outcome_word(status: OutcomeStatus) -> Word:
    return _word(OUTCOMES, status)


def median_word(code: MedianClass) -> Word:
    return _word(MEDIAN_CLASSES, code)


def quartile_word(code: str) -> Word:
    return Word(code, str(QUANTILES[code]))


def state_word(state: RatingState) -> Word:
    return _word(RATING_STATES, state)


def round_kind_word(kind: RoundKind) -> Word:
    return _word(ROUND_KINDS, kind)


def flag_words(codes: tuple[str, ...]) -> tuple[Word, ...]:
    return tuple(Word(code, str(FLAGS[code])) for code in codes)


def named(code: str, name: LocalizedText) -> Word:
    """A code of the study, such as a criterion's, with its name in the reader's language."""
    return Word(code, in_language(name) or code)


def _word(table: dict[Any, Any], code: StrEnum) -> Word:
    return Word(code.value, str(table[code]))
