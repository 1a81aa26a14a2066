"""What a closed round's further questions brought: frozen figures, and the texts under codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Round, Snapshot
from surveys.queries.questions import (
    GivenAnswer,
    QuestionFigures,
    frozen_question_answers,
    question_figures,
    questions_of,
)
from surveys.rules.anonymity import display_codes
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.vocabulary import RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text with its author's code in this round."""

    code: str
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question with its frozen figures; `texts` is empty where answers are counted instead of read."""

    question: AskedQuestion
    figures: QuestionFigures
    texts: tuple[WrittenText, ...]


def question_outcomes(session: Session, *, round_id: int) -> tuple[QuestionOutcome, ...]:
    """The questions of a closed round in their order, from its newest snapshot, in five statements.

    Raises
    ------
    RuleViolation
        `round_not_closed`: an open round shows no results to anyone.
    """
    round_ = session.get_one(Round, round_id)
    snapshot = session.exec(
        select(Snapshot).where(Snapshot.round_id == round_id).order_by(col(Snapshot.number).desc())
    ).first()
    if round_.status is not RoundStatus.CLOSED or snapshot is None:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    questions = questions_of(session, round_id=round_id)
    figures = question_figures(session, snapshot_id=snapshot.id)
    answers = frozen_question_answers(session, snapshot_id=snapshot.id)
    # Their own seed and letter: a code of an idea of this round must not seem to be the same person.
    codes = display_codes(sorted({given[1] for given in answers}), seed=round_.order_seed + 1)
    return tuple(
        QuestionOutcome(question, figures[question.id], _texts(question, answers, codes=codes))
        for question in questions
    )


def _texts(
    question: AskedQuestion, answers: Sequence[GivenAnswer], *, codes: dict[int, str]
) -> tuple[WrittenText, ...]:
    if QUESTION_KINDS[question.kind].is_counted:
        return ()
    texts = [
        WrittenText(codes[panellist_id].replace("P-", "T-"), answer["text"], language)
        for question_id, panellist_id, _, answer, language in answers
        if question_id == question.id and answer is not None
    ]
    return tuple(sorted(texts, key=lambda one: one.code))
