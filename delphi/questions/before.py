"""A question that is asked again: the group's answers of the round before as far as they may be shown, and one's own.

What `surveys.rules.anonymity` allows for ratings holds here too. Spread, shares of a threshold and texts of others are
no part of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from delphi.i18n import number, percent
from delphi.questions.results import ResultTable
from delphi.questions.words import answer_lines, group_words, option_words, state_words, with_unit
from surveys.queries.repeated_questions import EarlierQuestion
from surveys.rules.anonymity import Disclosure, disclosure
from surveys.rules.questions import AskedQuestion
from surveys.vocabulary import QuestionKind

NUMBERS = (QuestionKind.NUMBER, QuestionKind.PROBABILITY, QuestionKind.YEAR)


@dataclass(frozen=True, slots=True)
class Before:
    """What an expert sees of the earlier round beside a question."""

    number: int
    group: str
    table: ResultTable | None
    own: tuple[str, ...]
    """One's own answer in lines; empty where there was none."""


def before_of(earlier: EarlierQuestion, *, min_group_size: int) -> Before:
    """The earlier round of one question in the reader's language, within what a small group may be shown."""
    level = disclosure(earlier.figures.n, min_group_size=min_group_size)
    sentence, table = _group(earlier, level=level, min_group_size=min_group_size)
    own: tuple[str, ...] = ()
    if earlier.own is not None and earlier.own.answer is not None:
        own = answer_lines(earlier.asked, earlier.own.answer)
    elif earlier.own is not None:
        own = (state_words(earlier.own.state),)
    return Before(number=earlier.number, group=sentence, table=table, own=own)


def _group(earlier: EarlierQuestion, *, level: Disclosure, min_group_size: int) -> tuple[str, ResultTable | None]:
    question, figures = earlier.asked, earlier.figures
    if level is Disclosure.NOTHING:
        return gettext("Too few answers to show."), None
    if question.kind in NUMBERS:
        return _numbers(question, figures.summary, n=figures.n if level is Disclosure.FULL else None), None
    if level is Disclosure.SENTENCE:
        return gettext("A few people answered. They are too few to show more."), None
    answered = ngettext("%(num)s answer.", "%(num)s answers.", figures.n)
    table = TABLES.get(question.kind)
    return answered, table(question, figures.summary, figures.n, min_group_size) if table else None


def _numbers(question: AskedQuestion, summary: dict[str, Any], *, n: int | None) -> str:
    shown = {name: with_unit(question, summary[name]) for name in ("lowest", "highest", "median")}
    if n is None:
        return gettext(
            "A few people answered, from %(lowest)s to %(highest)s. The middle answer is %(median)s. They are too few "
            "to show more.",
            **shown,
        )
    return gettext("%(n)s answers, from %(lowest)s to %(highest)s. The middle answer is %(median)s.", n=n, **shown)


def _ranking(question: AskedQuestion, summary: dict[str, Any], n: int, fewest: int) -> ResultTable:
    words, options = option_words(question), summary["options"]
    rows = tuple(
        (words[code], number(options[code]["mean_rank"], 1), _k_of_n(options[code]["first"], n))
        for code in summary["kemeny"]
    )
    return ResultTable((gettext("Option"), gettext("Mean rank"), gettext("First")), rows)


def _chosen(question: AskedQuestion, summary: dict[str, Any], n: int, fewest: int) -> ResultTable:
    # In the order of the question: an order by popularity would be an argument of its own.
    words = option_words(question)
    rows = tuple((words[code], _k_of_n(one["k"], n)) for code, one in summary["options"].items())
    return ResultTable((gettext("Option"), gettext("Chosen by")), rows)


def _points(question: AskedQuestion, summary: dict[str, Any], n: int, fewest: int) -> ResultTable:
    words = option_words(question)
    rows = tuple((words[code], percent(one["mean_share"])) for code, one in summary["options"].items())
    return ResultTable((gettext("Option"), gettext("Mean share")), rows)


def _groups(question: AskedQuestion, summary: dict[str, Any], n: int, fewest: int) -> ResultTable:
    words, groups = option_words(question), group_words(question)
    rows = tuple(
        (words[code], *(str(one["groups"][group]) if one["n"] >= fewest else "–" for group in groups))
        for code, one in summary["options"].items()
    )
    return ResultTable((gettext("Option"), *groups.values()), rows)


def _k_of_n(k: int, n: int) -> str:
    return gettext("%(k)s of %(n)s", k=k, n=n)


TABLES: dict[QuestionKind, Callable[[AskedQuestion, dict[str, Any], int, int], ResultTable]] = {
    QuestionKind.RANKING: _ranking,
    QuestionKind.TOP_X: _chosen,
    QuestionKind.POINTS: _points,
    QuestionKind.MULTIPLE_CHOICE: _chosen,
    QuestionKind.SINGLE_CHOICE: _chosen,
    QuestionKind.YES_NO: _chosen,
    QuestionKind.SORT_GROUPS: _groups,
}
"""Kinds whose answers are counted by option; numbers have their sentence, texts only their number."""
