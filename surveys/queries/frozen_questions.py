"""The further questions of every closed round of a study: frozen figures and the copied answers."""

from collections import defaultdict
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import FrozenQuestionAnswer, Question, QuestionResult, TaskForce
from surveys.queries.frozen_figures import sealed_rounds
from surveys.queries.questions import OwnAnswer, QuestionFigures, asked_from
from surveys.rules.questions import AskedQuestion


@dataclass(frozen=True, slots=True)
class FrozenQuestion:
    """A question of a closed round. `answers` are by panellist id, which never leaves the house."""

    task_force: str
    round_number: int
    question: AskedQuestion
    figures: QuestionFigures
    answers: dict[int, OwnAnswer]


def frozen_questions(session: Session, *, study_id: int) -> list[FrozenQuestion]:
    """By task force, round and position, from the newest snapshots: a fixed number of statements to the database."""
    codes = dict(session.exec(select(TaskForce.id, TaskForce.code).where(TaskForce.study_id == study_id)).all())
    sealed = {one.snapshot_id: one for one in sealed_rounds(session, task_force_ids=list(codes))}
    rows = session.exec(
        select(Question, QuestionResult)
        .join(QuestionResult, col(QuestionResult.question_id) == Question.id)
        .where(col(QuestionResult.snapshot_id).in_(list(sealed)))
    ).all()
    answers: dict[int, dict[int, OwnAnswer]] = defaultdict(dict)
    for one in session.exec(
        select(FrozenQuestionAnswer).where(col(FrozenQuestionAnswer.snapshot_id).in_(list(sealed)))
    ).all():
        answers[one.question_id][one.panellist_id] = OwnAnswer(one.state, one.answer, one.language)
    found = [
        FrozenQuestion(
            task_force=codes[sealed[result.snapshot_id].task_force_id],
            round_number=sealed[result.snapshot_id].number,
            question=asked_from(question),
            figures=QuestionFigures(result.n, result.n_outside_expertise, result.n_need_information, result.summary),
            answers=answers[question.id],
        )
        for question, result in rows
    ]
    return sorted(found, key=lambda one: (one.task_force, one.round_number, one.question.position))
