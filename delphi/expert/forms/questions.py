"""The page of further questions: what was typed in their fields, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from delphi.expert.sitting import Problem
from delphi.questions.blocks import ANSWERING, FIELD, WAYS_OUT
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.questions import OwnAnswer
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import CHOICE, Control
from surveys.services.question_answers import AnswerGiven
from surveys.vocabulary import AnswerState, ViolationCode

Typed = dict[int, dict[str, str]]
"""Question id to its fields, by their names within the question."""


@dataclass(frozen=True, slots=True)
class PostedQuestions:
    """A page that was sent: its answers, the same as typed, and every problem found (then nothing is to be stored)."""

    answers: tuple[AnswerGiven, ...]
    typed: Typed
    problems: tuple[Problem, ...]
    sentences: dict[int, str]
    """Question id to what is wrong there."""


def read_questions(
    form: Mapping[str, str], *, questions: Sequence[AskedQuestion], stored: Mapping[int, OwnAnswer]
) -> PostedQuestions:
    """Everything answered on a page that was sent, in one pass; questions without a field in it are left alone.

    Raises
    ------
    RuleViolation
        `unknown_question` for a field of no question of this round.
    """
    typed = _by_question(form, known={question.id for question in questions})
    answers: list[AnswerGiven] = []
    sentences: dict[int, str] = {}
    problems: list[Problem] = []
    for number, question in enumerate(questions, start=1):
        if question.id not in typed:
            continue
        try:
            answers.append(_answer(question, typed[question.id], stored=stored.get(question.id)))
        except RuleViolation as violation:
            sentences[question.id] = violation_sentence(violation)
            in_list = gettext("Question %(number)s: %(problem)s", number=number, problem=sentences[question.id])
            problems.append(Problem(f"q-{question.id}", in_list))
    return PostedQuestions(tuple(answers), typed, tuple(problems), sentences)


def _by_question(form: Mapping[str, str], *, known: set[int]) -> Typed:
    typed: Typed = {}
    for name, value in form.items():
        if not name.startswith("q-"):
            continue
        match = FIELD.fullmatch(name)
        if match is None or int(match[1]) not in known:
            raise RuleViolation(ViolationCode.UNKNOWN_QUESTION)
        typed.setdefault(int(match[1]), {})[match[2]] = value
    return typed


def _answer(question: AskedQuestion, fields: Mapping[str, str], *, stored: OwnAnswer | None) -> AnswerGiven:
    """One question: the way out that was chosen, or the answer, or blank.

    A way out chosen beside a new answer is refused: one of the two would be lost. Beside the answer that is stored
    already it replaces this answer, which the history keeps.
    """
    kind = QUESTION_KINDS[question.kind]
    way = fields.get(CHOICE, "")
    if kind.control is Control.RADIOS:
        return AnswerGiven(question.id, WAYS_OUT[way]) if way in WAYS_OUT else _given(question, fields)
    if way not in ("", ANSWERING, *WAYS_OUT):
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    if way not in WAYS_OUT:
        return _given(question, fields)
    try:
        beside = kind.read(question, fields)
    except RuleViolation as violation:
        raise RuleViolation(ViolationCode.WAY_OUT_AND_ANSWER) from violation
    if beside is not None and (stored is None or beside != stored.answer):
        raise RuleViolation(ViolationCode.WAY_OUT_AND_ANSWER)
    return AnswerGiven(question.id, WAYS_OUT[way])


def _given(question: AskedQuestion, fields: Mapping[str, str]) -> AnswerGiven:
    answer = QUESTION_KINDS[question.kind].read(question, fields)
    return AnswerGiven(question.id, AnswerState.ANSWERED if answer is not None else None, answer)
