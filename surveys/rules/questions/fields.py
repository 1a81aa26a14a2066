"""The fields of a question in a form: their names, and one answer, way out or blank out of all of them."""

import re
from collections.abc import Mapping

from surveys.errors import RuleViolation
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.asked import CHOICE, Answer, Control
from surveys.vocabulary import AnswerState, ViolationCode

FIELD = re.compile(r"q-([0-9]{1,9})-([a-z0-9-]{1,20})")
WAYS_OUT = {"outside": AnswerState.OUTSIDE_EXPERTISE, "information": AnswerState.NEED_INFORMATION}
WAY_OF = {state: way for way, state in WAYS_OUT.items()}
ANSWERING = "answer"
"""Value of the radio button that says: my answer stands above."""

Given = tuple[AnswerState | None, Answer | None]
"""What a question's fields say; (None, None): nothing."""


def field_name(question_id: int, suffix: str) -> str:
    """The name of a field on the page, such as `q-12-o1`."""
    return f"q-{question_id}-{suffix}"


def all_fields(question: AskedQuestion) -> tuple[str, ...]:
    """Every field of a question, the radio buttons included, by their names on the page."""
    return tuple(field_name(question.id, name) for name in (*QUESTION_KINDS[question.kind].fields(question), CHOICE))


def stored_fields(question: AskedQuestion, *, state: AnswerState, answer: Answer | None) -> dict[str, str]:
    """The fields, by their names within the question, that show a stored answer."""
    return {CHOICE: WAY_OF[state]} if answer is None else QUESTION_KINDS[question.kind].typed(question, answer)


def answer_in(question: AskedQuestion, fields: Mapping[str, str], *, stored: Answer | None) -> Given:
    """What `fields` (by their names within the question) say together.

    A way out chosen beside a new answer is refused: one of the two would be lost. Beside the answer that is stored
    already it replaces this answer, which the history keeps.

    Raises
    ------
    RuleViolation
        `way_out_and_answer`, `unknown_option`, and what the kind of the question refuses.
    """
    kind = QUESTION_KINDS[question.kind]
    way = fields.get(CHOICE, "")
    if kind.control is not Control.RADIOS and way not in ("", ANSWERING, *WAYS_OUT):
        raise RuleViolation(ViolationCode.UNKNOWN_OPTION)
    if way not in WAYS_OUT:
        answer = kind.read(question, fields)
        return (None, None) if answer is None else (AnswerState.ANSWERED, answer)
    if kind.control is not Control.RADIOS:
        try:
            beside = kind.read(question, fields)
        except RuleViolation as violation:
            raise RuleViolation(ViolationCode.WAY_OUT_AND_ANSWER) from violation
        if beside is not None and beside != stored:
            raise RuleViolation(ViolationCode.WAY_OUT_AND_ANSWER)
    return WAYS_OUT[way], None
