"""The results of further questions for pages: a sentence, counts and a table each, read from frozen figures."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from delphi.i18n import number, percent
from delphi.questions.words import group_words, option_words, with_unit
from delphi.sentences import QUESTION_KINDS
from surveys.localized import LocalizedText
from surveys.queries.question_results import QuestionOutcome, WrittenText
from surveys.queries.questions import QuestionFigures
from surveys.rules.questions import AskedQuestion
from surveys.vocabulary import QuestionKind


@dataclass(frozen=True, slots=True)
class ResultTable:
    """Headings and rows of equal length; the first column names the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    code: str
    kind: str
    text: LocalizedText
    sentence: str
    counts: str
    table: ResultTable | None
    texts: tuple[WrittenText, ...]
    left_out: tuple[str, ...]
    """How many texts are not among `texts`, and why: a sentence each."""


def _counts(figures: QuestionFigures) -> str:
    """How many answered; those who could not only where there are some."""
    outside, information = figures.n_outside_expertise, figures.n_need_information
    sentences = [ngettext("%(num)d answer.", "%(num)d answers.", figures.n)]
    if outside:
        sentences.append(gettext("“Outside my expertise”: %(n)s.", n=outside))
    if information:
        sentences.append(gettext("“I need more information”: %(n)s.", n=information))
    return " ".join(sentences)


Told = tuple[str, ResultTable | None]


def question_result(outcome: QuestionOutcome) -> QuestionResult:
    """One question's result in the reader's language."""
    question, figures = outcome.question, outcome.figures
    sentence, table = gettext("Nobody answered this question."), None
    if figures.n:
        sentence, table = TOLD[question.kind](question, figures.summary, figures.n)
    return QuestionResult(
        code=question.code,
        kind=str(QUESTION_KINDS[question.kind]),
        text=question.text,
        sentence=sentence,
        counts=_counts(figures),
        table=table,
        texts=outcome.texts,
        left_out=left_out_words(n_unread=outcome.n_unread, n_withheld=outcome.n_withheld),
    )


def left_out_words(*, n_unread: int, n_withheld: int) -> tuple[str, ...]:
    """Why texts are missing where others read them; empty where none is."""
    sentences = []
    if n_unread:
        sentences.append(
            ngettext("%(num)d answer is not yet read over.", "%(num)d answers are not yet read over.", n_unread)
        )
    if n_withheld:
        sentences.append(ngettext("%(num)d answer is withheld.", "%(num)d answers are withheld.", n_withheld))
    return tuple(sentences)


def _ranking(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    words, options = option_words(question), summary["options"]
    order = ", ".join(f"{place}. {words[code]}" for place, code in enumerate(summary["kemeny"], start=1))
    sentence = gettext("The order closest to all answers: %(order)s.", order=order)
    if summary["is_only"] is False:
        sentence = " ".join((sentence, gettext("Other orders are as close.")))
    headings = (gettext("Option"), gettext("Mean rank"), gettext("Borda score"), gettext("First"))
    rows = tuple(
        (words[code], number(one["mean_rank"]), number(one["borda"]), _k_of_n(one["first"], n))
        for code, one in ((code, options[code]) for code in summary["kemeny"])
    )
    return sentence, ResultTable(headings, rows)


def _top(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    words = option_words(question)
    sentence, table = _chosen(question, summary, n)
    if table is None:
        return sentence, None
    firsts = {words[code]: _k_of_n(one["first"], n) for code, one in summary["options"].items()}
    return sentence, ResultTable(
        (*table.headings, gettext("First")), tuple((*row, firsts[row[0]]) for row in table.rows)
    )


def _chosen(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    words = option_words(question)
    ordered = sorted(summary["options"].items(), key=lambda item: -item[1]["k"])
    most = ordered[0][1]["k"]
    leading = gettext(" and ").join(words[code] for code, one in ordered if one["k"] == most)
    sentence = gettext("Most often chosen: %(options)s, by %(k)s of %(n)s.", options=leading, k=most, n=n)
    headings = (gettext("Option"), gettext("Chosen by"), gettext("Share"), gettext("95 % interval"))
    rows = tuple(
        (
            words[code],
            _k_of_n(one["k"], n),
            percent(one["share"]),
            f"{percent(one['low'])} – {percent(one['high'])}",
        )
        for code, one in ordered
    )
    return sentence, ResultTable(headings, rows)


def _points(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    words = option_words(question)
    ordered = sorted(summary["options"].items(), key=lambda item: -item[1]["mean_share"])
    code, best = ordered[0]
    sentence = gettext(
        "Most points on average: %(option)s, %(share)s of them.", option=words[code], share=percent(best["mean_share"])
    )
    headings = (gettext("Option"), gettext("Mean share"), gettext("Median points"), gettext("Given any by"))
    rows = tuple(
        (words[code], percent(one["mean_share"], digits=1), number(one["median"]), _k_of_n(one["n_any"], n))
        for code, one in ordered
    )
    return sentence, ResultTable(headings, rows)


def _number(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    names = ("lowest", "q1", "median", "q3", "highest", "mean")
    shown = {name: with_unit(question, summary[name]) for name in names}
    sentence = gettext(
        "The middle answer is %(median)s; half of the answers lie from %(q1)s to %(q3)s, all from %(lowest)s to "
        "%(highest)s.",
        **shown,
    )
    headings = (
        gettext("Lowest"),
        gettext("First quartile"),
        gettext("Median"),
        gettext("Third quartile"),
        gettext("Highest"),
        gettext("Mean"),
    )
    return sentence, ResultTable(headings, (tuple(shown[name] for name in names),))


def _sorted_into_groups(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    words, groups = option_words(question), group_words(question)
    found = []
    for code, one in summary["options"].items():
        most = max(one["groups"].values())
        if most:
            names = gettext(" and ").join(groups[group] for group, k in one["groups"].items() if k == most)
            found.append(
                gettext("%(option)s: %(group)s (%(k)s of %(n)s)", option=words[code], group=names, k=most, n=one["n"])
            )
    headings = (gettext("Option"), *groups.values(), gettext("Sorted by"))
    rows = tuple(
        (words[code], *(str(one["groups"][group]) for group in groups), str(one["n"]))
        for code, one in summary["options"].items()
    )
    return gettext("Most often: %(groups)s.", groups="; ".join(found)), ResultTable(headings, rows)


def _text(question: AskedQuestion, summary: dict[str, Any], n: int) -> Told:
    return ngettext("One text.", "%(num)d texts.", n), None


def _k_of_n(k: int, n: int) -> str:
    return gettext("%(k)s of %(n)s", k=k, n=n)


TOLD: dict[QuestionKind, Callable[[AskedQuestion, dict[str, Any], int], Told]] = {
    QuestionKind.RANKING: _ranking,
    QuestionKind.TOP_X: _top,
    QuestionKind.POINTS: _points,
    QuestionKind.MULTIPLE_CHOICE: _chosen,
    QuestionKind.SINGLE_CHOICE: _chosen,
    QuestionKind.YES_NO: _chosen,
    QuestionKind.NUMBER: _number,
    QuestionKind.PROBABILITY: _number,
    QuestionKind.YEAR: _number,
    QuestionKind.SHORT_TEXT: _text,
    QuestionKind.LONG_TEXT: _text,
    QuestionKind.SORT_GROUPS: _sorted_into_groups,
}
