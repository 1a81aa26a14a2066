"""The further questions of every closed round of a study: frozen figures and the copied answers.

Of what people wrote only what a facilitator has read over and shared leaves this place.
"""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import FrozenQuestionAnswer, Question, QuestionResult, TaskForce
from surveys.queries.answer_reviews import decisions_on, reading_by
from surveys.queries.frozen_figures import sealed_rounds
from surveys.queries.questions import OwnAnswer, QuestionFigures, asked_from
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.reading import Reading
from surveys.vocabulary import CommentReview


@dataclass(frozen=True, slots=True)
class FrozenQuestion:
    """A question of a closed round. `answers` are by panellist id, which never leaves the house."""

    task_force: str
    round_number: int
    question: AskedQuestion
    figures: QuestionFigures
    answers: dict[int, OwnAnswer]
    """To a question that asks for a text without the answer itself: that is in `texts`, where it is shared."""
    texts: tuple[LocalizedText, ...] = ()
    n_unread: int = 0
    n_withheld: int = 0


def frozen_questions(session: Session, *, study_id: int) -> list[FrozenQuestion]:
    """By task force, round and position, from the newest snapshots: a fixed number of statements to the database."""
    codes = dict(session.exec(select(TaskForce.id, TaskForce.code).where(TaskForce.study_id == study_id)).all())
    sealed = {one.snapshot_id: one for one in sealed_rounds(session, task_force_ids=list(codes))}
    rows = session.exec(
        select(Question, QuestionResult)
        .join(QuestionResult, col(QuestionResult.question_id) == Question.id)
        .where(col(QuestionResult.snapshot_id).in_(list(sealed)))
    ).all()
    kinds = {question.id: question.kind for question, _ in rows}
    decisions = decisions_on(session, question_ids=list(kinds))
    answers: dict[int, dict[int, OwnAnswer]] = defaultdict(dict)
    readings: dict[int, list[Reading]] = defaultdict(list)
    for one in session.exec(
        select(FrozenQuestionAnswer).where(col(FrozenQuestionAnswer.snapshot_id).in_(list(sealed)))
    ).all():
        is_counted = QUESTION_KINDS[kinds[one.question_id]].is_counted
        answers[one.question_id][one.panellist_id] = OwnAnswer(
            one.state, one.answer if is_counted else None, one.language
        )
        given = (one.question_id, one.panellist_id, one.state, one.answer, one.language)
        if not is_counted and (reading := reading_by(decisions, given)) is not None:
            readings[one.question_id].append(reading)
    found = [
        FrozenQuestion(
            task_force=codes[sealed[result.snapshot_id].task_force_id],
            round_number=sealed[result.snapshot_id].number,
            question=asked_from(question),
            figures=QuestionFigures(result.n, result.n_outside_expertise, result.n_need_information, result.summary),
            answers=answers[question.id],
            texts=tuple(one.text for one in readings[question.id] if one.review is CommentReview.SHARED),
            n_unread=sum(one.review is CommentReview.WAITING for one in readings[question.id]),
            n_withheld=sum(one.review is CommentReview.WITHHELD for one in readings[question.id]),
        )
        for question, result in rows
    ]
    return sorted(found, key=lambda one: (one.task_force, one.round_number, one.question.position))
