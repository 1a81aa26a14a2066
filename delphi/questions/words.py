"""Questions and answers in the reader's language: how to answer, and what was answered."""

from typing import Any

from flask_babel import gettext, ngettext

from delphi.i18n import in_language, number
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.choices import YES_OR_NO
from surveys.rules.questions.fields import ANSWERING
from surveys.rules.questions.numbers import EARLIEST, LATEST, plain
from surveys.vocabulary import AnswerState, QuestionKind


def how_to_answer(question: AskedQuestion) -> str:
    """One sentence under the question; empty where its fields say enough."""
    limit = question.choose_at_most
    match question.kind:
        case QuestionKind.RANKING:
            return gettext("Give every option a place of its own; place 1 is the best.")
        case QuestionKind.TOP_X:
            return ngettext(
                "Choose the best one.", "Choose up to %(num)d, the best one first; the others stay out.", limit
            )
        case QuestionKind.POINTS:
            return gettext("Share all %(total)s points; more points mean more weight.", total=question.total)
        case QuestionKind.MULTIPLE_CHOICE if limit:
            return ngettext("Choose at most %(num)d.", "Choose at most %(num)d.", limit)
        case QuestionKind.MULTIPLE_CHOICE:
            return gettext("Choose as many as you like.")
        case QuestionKind.NUMBER:
            return _range_words(question.lower, question.upper)
        case QuestionKind.PROBABILITY:
            return gettext("In per cent: 0 is impossible, 100 is certain.")
        case QuestionKind.YEAR:
            lower = EARLIEST if question.lower is None else question.lower
            upper = LATEST if question.upper is None else question.upper
            return gettext("A year from %(lower)s to %(upper)s.", lower=plain(lower), upper=plain(upper))
        case QuestionKind.SORT_GROUPS:
            return gettext("Choose a group for each option; you may leave options out.")
        case _:
            return ""


def _range_words(lower: float | None, upper: float | None) -> str:
    if lower is not None and upper is not None:
        return gettext("A number from %(lower)s to %(upper)s.", lower=number(lower, 6), upper=number(upper, 6))
    if lower is not None:
        return gettext("A number, at least %(lower)s.", lower=number(lower, 6))
    if upper is not None:
        return gettext("A number, at most %(upper)s.", upper=number(upper, 6))
    return ""


def option_words(question: AskedQuestion) -> dict[str, str]:
    """Option code to its words."""
    if question.kind is QuestionKind.YES_NO:
        return dict(zip(YES_OR_NO, (gettext("Yes"), gettext("No")), strict=True))
    return {option.code: in_language(option.text) for option in question.options}


def group_words(question: AskedQuestion) -> dict[str, str]:
    return {group.code: in_language(group.text) for group in question.groups}


def values_in_words(question: AskedQuestion) -> dict[str, str]:
    """What fields of a question hold that nobody reads on the page, with the words that stand there instead."""
    return {
        **option_words(question),
        **group_words(question),
        ANSWERING: gettext("I answer above"),
        "on": gettext("Yes"),
    }


def with_unit(question: AskedQuestion, value: float | None) -> str:
    """A number with its unit; a year without a blank between its thousands."""
    if question.kind is QuestionKind.YEAR and value is not None:
        return plain(round(value, 1))
    words = number(value)
    if value is None:
        return words
    if question.kind is QuestionKind.PROBABILITY:
        return f"{words}\u00a0%"
    unit = in_language(question.unit)
    return f"{words}\u00a0{unit}" if unit else words


def _labelled(label: str, value: object) -> str:
    return gettext("%(label)s:", label=label) + f" {value}"


def answer_lines(question: AskedQuestion, answer: dict[str, Any]) -> tuple[str, ...]:
    """An answer as lines to read."""
    options = option_words(question)
    match question.kind:
        case QuestionKind.RANKING | QuestionKind.TOP_X:
            return tuple(f"{place}. {options[code]}" for place, code in enumerate(answer["order"], start=1))
        case QuestionKind.POINTS:
            return tuple(_labelled(options[code], points) for code, points in answer["points"].items())
        case QuestionKind.MULTIPLE_CHOICE:
            return tuple(options[code] for code in answer["chosen"])
        case QuestionKind.SINGLE_CHOICE | QuestionKind.YES_NO:
            return (options[answer["chosen"]],)
        case QuestionKind.SORT_GROUPS:
            groups = group_words(question)
            return tuple(_labelled(options[code], groups[group]) for code, group in answer["groups"].items())
        case QuestionKind.SHORT_TEXT | QuestionKind.LONG_TEXT:
            return (str(answer["text"]),)
        case _:
            return (with_unit(question, answer["value"]),)


def state_words(state: AnswerState | None) -> str:
    """What stands in place of an answer."""
    if state is AnswerState.OUTSIDE_EXPERTISE:
        return gettext("Outside my expertise")
    if state is AnswerState.NEED_INFORMATION:
        return gettext("I need more information")
    return gettext("No answer")
