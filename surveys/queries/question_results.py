"""What a closed round's further questions brought: frozen figures, and under codes the texts that were read over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Round, Snapshot
from surveys.queries.answer_reviews import Decisions, decisions_on, reading_by
from surveys.queries.questions import (
    GivenAnswer,
    QuestionFigures,
    frozen_question_answers,
    question_figures,
    questions_of,
)
from surveys.rules.anonymity import display_codes
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.vocabulary import CommentReview, RoundStatus, ViolationCode


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text as others may read it, with its author's code in this round."""

    code: str
    text: LocalizedText
    is_paraphrased: bool


@dataclass(frozen=True, slots=True)
class QuestionOutcome:
    """One question with its frozen figures; `texts` is empty where answers are counted instead of read."""

    question: AskedQuestion
    figures: QuestionFigures
    texts: tuple[WrittenText, ...]
    n_unread: int = 0
    """Texts that nobody has read over yet: they are not among `texts`."""
    n_withheld: int = 0


def question_outcomes(session: Session, *, round_id: int) -> tuple[QuestionOutcome, ...]:
    """The questions of a closed round in their order, from its newest snapshot, in six statements.

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
    decisions = decisions_on(session, question_ids=[question.id for question in questions])
    return tuple(
        _outcome(question, figures[question.id], answers, codes=codes, decisions=decisions) for question in questions
    )


def _outcome(
    question: AskedQuestion,
    figures: QuestionFigures,
    answers: Sequence[GivenAnswer],
    *,
    codes: dict[int, str],
    decisions: Decisions,
) -> QuestionOutcome:
    if QUESTION_KINDS[question.kind].is_counted:
        return QuestionOutcome(question, figures, ())
    readings = [
        (codes[given[1]].replace("P-", "T-"), reading)
        for given in answers
        if given[0] == question.id and (reading := reading_by(decisions, given)) is not None
    ]
    texts = [
        WrittenText(code, reading.text, reading.is_paraphrased)
        for code, reading in readings
        if reading.review is CommentReview.SHARED
    ]
    reviews = [reading.review for _, reading in readings]
    return QuestionOutcome(
        question,
        figures,
        tuple(sorted(texts, key=lambda one: one.code)),
        n_unread=reviews.count(CommentReview.WAITING),
        n_withheld=reviews.count(CommentReview.WITHHELD),
    )
