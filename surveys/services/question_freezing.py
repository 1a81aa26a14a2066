"""Freezing the answers to questions: copied, summarised once, part of the round's seal; texts go to the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, literal
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from analysis.types import Quantile
from surveys.localized import LocalizedText
from surveys.models import AnswerReview, FrozenQuestionAnswer, QuestionAnswer, QuestionResult, Snapshot
from surveys.queries.questions import GivenAnswer, frozen_question_answers, questions_of
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.reading import words_of
from surveys.vocabulary import AnswerState, CommentReview


@dataclass(frozen=True, slots=True)
class FrozenQuestions:
    """The questions of a round with the copied answers, both in the order of their keys."""

    questions: tuple[AskedQuestion, ...]
    answers: tuple[GivenAnswer, ...]

    def as_json(self) -> dict[str, Any]:
        """The part of the seal: empty for a round without questions, whose seal is that of its ratings alone."""
        if not self.questions:
            return {}
        return {
            "questions": sorted(question.as_json() for question in self.questions),
            "question_answers": [
                [question, panellist, state.value, answer, language]
                for question, panellist, state, answer, language in self.answers
            ],
        }


def frozen_questions_of(session: Session, *, snapshot: Snapshot) -> FrozenQuestions:
    """What a snapshot holds of the questions, read back from its frozen copy."""
    return FrozenQuestions(
        questions=questions_of(session, round_id=snapshot.round_id),
        answers=tuple(frozen_question_answers(session, snapshot_id=snapshot.id)),
    )


def copy_question_answers(session: Session, *, snapshot: Snapshot) -> None:
    """Copy the round's answers as they stand into the snapshot."""
    columns = ("question_id", "panellist_id", "state", "answer", "language")
    source = sa_select(literal(snapshot.id), *(col(getattr(QuestionAnswer, name)) for name in columns)).where(
        col(QuestionAnswer.round_id) == snapshot.round_id
    )
    session.connection().execute(insert(FrozenQuestionAnswer).from_select(["snapshot_id", *columns], source))


def list_written_answers(session: Session, *, frozen: FrozenQuestions) -> None:
    """Put the texts a snapshot holds on the facilitator's desk. Words that were read over before stay so.

    Words of an earlier snapshot that nobody has read and nobody holds to any longer are taken off.
    """
    texts = {question.id for question in frozen.questions if not QUESTION_KINDS[question.kind].is_counted}
    if not texts:
        return
    rows = session.exec(select(AnswerReview).where(col(AnswerReview.question_id).in_(texts))).all()
    known = {(row.question_id, row.words): row for row in rows}
    found = {
        (question_id, words_of(answer))
        for question_id, _, _, answer, _ in frozen.answers
        if question_id in texts and answer is not None
    }
    gone = [row.id for key, row in known.items() if key not in found and row.review is CommentReview.WAITING]
    connection = session.connection()
    if gone:
        connection.execute(delete(AnswerReview).where(col(AnswerReview.id).in_(gone)))
    # By their words: neither the order nor the ids follow the authors or the times of writing.
    new: list[dict[str, Any]] = [
        {
            "question_id": question_id,
            "words": words,
            "review": CommentReview.WAITING,
            "shared_text": LocalizedText(),
            "reason": "",
            "nonce": "",
        }
        for question_id, words in sorted(found - known.keys(), key=lambda key: key[::-1])
    ]
    if new:
        connection.execute(insert(AnswerReview), new)


def store_question_results(
    session: Session, *, snapshot: Snapshot, frozen: FrozenQuestions, quantile: Quantile
) -> None:
    rows = question_result_rows(frozen, snapshot_id=snapshot.id, quantile=quantile)
    if rows:
        session.connection().execute(insert(QuestionResult), rows)


def question_result_rows(frozen: FrozenQuestions, *, snapshot_id: int, quantile: Quantile) -> list[dict[str, Any]]:
    """One row of `question_result` a question; answers enter in the order of their panellists."""
    rows = []
    for question in frozen.questions:
        given = [answer for answer in frozen.answers if answer[0] == question.id]
        valid = [answer for _, _, _, answer, _ in given if answer is not None]
        rows.append(
            {
                "snapshot_id": snapshot_id,
                "question_id": question.id,
                "n": len(valid),
                "n_outside_expertise": _count(given, AnswerState.OUTSIDE_EXPERTISE),
                "n_need_information": _count(given, AnswerState.NEED_INFORMATION),
                "summary": QUESTION_KINDS[question.kind].summarise(question, valid, quantile=quantile),
            }
        )
    return rows


def _count(given: Sequence[GivenAnswer], state: AnswerState) -> int:
    return sum(one[2] is state for one in given)
