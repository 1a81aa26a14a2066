"""Further questions as tables: what was asked, every frozen figure, every answer under a code, and the texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from delphi.exports.pseudonyms import expert_codes
from delphi.exports.tables import Cell, Column, Table, Word, table_of
from delphi.i18n import in_language
from delphi.questions.words import group_words, option_words
from delphi.sentences import QUESTION_KINDS
from surveys.localized import LocalizedText
from surveys.queries.frozen_questions import FrozenQuestion
from surveys.rules.questions import QUESTION_KINDS as TYPES
from surveys.rules.questions import AskedQuestion
from surveys.vocabulary import AnswerState, QuestionKind

STATES: dict[AnswerState, Any] = {
    AnswerState.ANSWERED: _l("Answered"),
    AnswerState.OUTSIDE_EXPERTISE: _l("Outside my expertise"),
    AnswerState.NEED_INFORMATION: _l("Needs more information"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One frozen figure of one question; `key` is its name in the frozen summary."""

    source: FrozenQuestion
    option: str
    key: str
    value: float | int | str | None


@dataclass(frozen=True, slots=True)
class Part:
    """One part of one answer: a place, points, a choice, a group, a number; one row for a way out."""

    source: FrozenQuestion
    panellist_id: int
    state: AnswerState
    option: str = ""
    group: str = ""
    value: float | int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One text as others may read it."""

    source: FrozenQuestion
    text: LocalizedText


def question_tables(questions: Sequence[FrozenQuestion], *, study: str, key: str) -> tuple[Table, ...]:
    """The tables of a study's further questions; none for a study that asked no question.

    Texts stand apart from the codes of experts: a text that gives its author away must not open all their answers.
    Only those are here that a facilitator has read over and shared; how many are missing stands with their question.
    """
    if not questions:
        return ()
    return (
        _questions(questions),
        _figures(questions),
        _answers(questions, study=study, key=key),
        _texts(questions),
    )


def _place() -> tuple[Column[Any], ...]:
    def source(one: FrozenQuestion | Figure | Part | Text) -> FrozenQuestion:
        return one if isinstance(one, FrozenQuestion) else one.source

    return (
        Column[Any]("task_force", gettext("Task force"), lambda one: source(one).task_force, 10),
        Column[Any]("round", gettext("Round"), lambda one: source(one).round_number, 8),
        Column[Any]("question", gettext("Question"), lambda one: source(one).question.code, 10),
    )


def _questions(questions: Sequence[FrozenQuestion]) -> Table:
    columns = (
        *_place(),
        Column[FrozenQuestion]("kind", gettext("Kind"), lambda one: _kind(one.question.kind), 20),
        Column[FrozenQuestion]("text", gettext("Text"), lambda one: in_language(one.question.text), 60),
        Column[FrozenQuestion]("options", gettext("Options"), lambda one: _options(one.question), 60),
        Column[FrozenQuestion]("n", gettext("Answers (n)"), lambda one: one.figures.n, 10),
        Column[FrozenQuestion](
            "n_outside_expertise", gettext("Outside my expertise"), lambda one: one.figures.n_outside_expertise, 12
        ),
        Column[FrozenQuestion](
            "n_need_information", gettext("Needs more information"), lambda one: one.figures.n_need_information, 12
        ),
        Column[FrozenQuestion]("n_unread", gettext("Texts not yet read over"), lambda one: one.n_unread, 12),
        Column[FrozenQuestion]("n_withheld", gettext("Texts withheld"), lambda one: one.n_withheld, 12),
    )
    return table_of("questions", gettext("Questions"), columns, questions)


def _figures(questions: Sequence[FrozenQuestion]) -> Table:
    columns = (
        *_place(),
        Column[Figure]("option", gettext("Option"), lambda one: _option(one.source.question, one.option), 40),
        Column[Figure]("figure", gettext("Figure"), lambda one: one.key, 16),
        Column[Figure]("value", gettext("Value"), lambda one: one.value, 14),
    )
    return table_of(
        "question_figures", gettext("Question figures"), columns, [one for each in questions for one in _told(each)]
    )


def _told(source: FrozenQuestion) -> Iterator[Figure]:
    summary = source.figures.summary
    for option, figures in summary.get("options", {}).items():
        for key, value in figures.items():
            if isinstance(value, dict):
                yield from (Figure(source, option, f"{key}:{name}", count) for name, count in value.items())
            else:
                yield Figure(source, option, key, value)
    for place, code in enumerate(summary.get("kemeny", []), start=1):
        yield Figure(source, code, "kemeny_place", place)
    for key, value in summary.items():
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Figure(source, "", key, value)


def _answers(questions: Sequence[FrozenQuestion], *, study: str, key: str) -> Table:
    codes = expert_codes({panellist for one in questions for panellist in one.answers}, study=study, key=key)
    parts = [part for one in questions for part in _parts(one)]
    parts.sort(
        key=lambda part: (
            part.source.task_force,
            part.source.round_number,
            codes[part.panellist_id],
            part.source.question.position,
        )
    )
    columns = (
        *_place(),
        Column[Part]("expert", gettext("Expert (code)"), lambda one: codes[one.panellist_id], 15),
        Column[Part]("state", gettext("Answer"), lambda one: Word(one.state.value, str(STATES[one.state])), 20),
        Column[Part]("option", gettext("Option"), lambda one: _option(one.source.question, one.option), 40),
        Column[Part]("group", gettext("Group"), lambda one: _group(one.source.question, one.group), 20),
        Column[Part]("value", gettext("Value"), lambda one: one.value, 12),
    )
    return table_of("question_answers", gettext("Question answers"), columns, parts)


def _parts(source: FrozenQuestion) -> Iterator[Part]:
    for panellist, own in source.answers.items():
        answer = own.answer
        if answer is None or not TYPES[source.question.kind].is_counted:
            yield Part(source, panellist, own.state)
        elif "order" in answer:
            yield from (Part(source, panellist, own.state, code, value=n) for n, code in enumerate(answer["order"], 1))
        elif "points" in answer:
            yield from (Part(source, panellist, own.state, code, value=n) for code, n in answer["points"].items())
        elif "groups" in answer:
            yield from (Part(source, panellist, own.state, code, group) for code, group in answer["groups"].items())
        elif "chosen" in answer:
            chosen = answer["chosen"] if isinstance(answer["chosen"], list) else [answer["chosen"]]
            yield from (Part(source, panellist, own.state, code) for code in chosen)
        else:
            yield Part(source, panellist, own.state, value=answer["value"])


def _texts(questions: Sequence[FrozenQuestion]) -> Table:
    texts = [Text(one, text) for one in questions for text in one.texts]
    # By their words, not by their authors.
    texts.sort(
        key=lambda one: (
            one.source.task_force,
            one.source.round_number,
            one.source.question.position,
            *one.text.items(),
        )
    )
    columns = (*_place(), Column[Text]("text", gettext("Text"), lambda one: in_language(one.text), 80))
    return table_of("question_texts", gettext("Question texts"), columns, texts)


def _kind(kind: QuestionKind) -> Word:
    return Word(kind.value, str(QUESTION_KINDS[kind]))


def _options(question: AskedQuestion) -> Cell:
    return tuple(Word(code, words) for code, words in option_words(question).items())


def _option(question: AskedQuestion, code: str) -> Cell:
    return Word(code, option_words(question).get(code, code)) if code else None


def _group(question: AskedQuestion, code: str) -> Cell:
    return Word(code, group_words(question).get(code, code)) if code else None
