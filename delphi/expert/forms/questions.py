"""The page of further questions: what was typed in their fields, and what is wrong with it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from delphi.expert.forms.seen import Seen
from delphi.expert.sitting import Problem
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.questions import OwnAnswer
from surveys.queries.repeated_questions import EarlierQuestion
from surveys.rules.questions import AskedQuestion
from surveys.rules.questions.fields import FIELD, all_fields, answer_in, field_name, stored_fields
from surveys.services.question_answers import AnswerGiven
from surveys.vocabulary import ViolationCode

KEEP = re.compile(r"keep q-([0-9]{1,9})")
"""The value of a button that answers a question as in the round before."""
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


def with_kept(
    form: Mapping[str, str], *, questions: Sequence[AskedQuestion], earlier: Mapping[int, EarlierQuestion]
) -> dict[str, str]:
    """The fields of a page that was sent, as the pressed button leaves them: it may keep the answer of before."""
    fields = dict(form.items())
    match = KEEP.fullmatch(fields.get("then", ""))
    before = earlier.get(int(match[1])) if match else None
    question = next((one for one in questions if match and one.id == int(match[1])), None)
    if before is None or before.own is None or question is None:
        return fields
    for name in all_fields(question):
        fields.pop(name, None)
    kept = stored_fields(question, state=before.own.state, answer=before.own.answer)
    return {**fields, **{field_name(question.id, name): value for name, value in kept.items()}}


def read_questions(
    form: Mapping[str, str],
    *,
    questions: Sequence[AskedQuestion],
    stored: Mapping[int, OwnAnswer],
    seen: Seen | None = None,
) -> PostedQuestions:
    """Everything answered on a page that was sent, in one pass.

    Questions without a field in it are left alone, and those of which the person touched no field since the page was
    opened (`seen`): another window may have answered them meanwhile.

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
        if question.id not in typed or not _is_touched(question, form, seen=seen or Seen()):
            continue
        own = stored.get(question.id)
        try:
            state, answer = answer_in(question, typed[question.id], stored=own.answer if own else None)
            answers.append(AnswerGiven(question.id, state, answer))
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


def _is_touched(question: AskedQuestion, form: Mapping[str, str], *, seen: Seen) -> bool:
    # A box that is not ticked sends nothing: its field counts as blank.
    return any(seen.is_touched(name, form.get(name, "")) for name in all_fields(question))
