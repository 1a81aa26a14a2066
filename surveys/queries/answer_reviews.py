"""Written answers to further questions at the desk, and the decisions on what others may read of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import AnswerReview, Question, Round, Snapshot, TaskForce
from surveys.queries.questions import GivenAnswer, frozen_question_answers, questions_of
from surveys.rules.questions import QUESTION_KINDS, AskedQuestion
from surveys.rules.questions.reading import Decision, Reading, reading_of, words_of
from surveys.vocabulary import CommentReview, RoundStatus

Decisions = Mapping[tuple[int, str], Decision]
"""(question id, name of the words) to the decision on them."""


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """Words as they were frozen, for the facilitator who reads them over; nothing says whose they are."""

    id: int
    """Of the decision."""
    text: str
    language: str
    n: int
    """How many wrote exactly these words."""
    review: CommentReview
    shared_text: LocalizedText
    reason: str


def decisions_on(session: Session, *, question_ids: Collection[int]) -> Decisions:
    """The decisions on answers to these questions: one statement to the database."""
    rows = session.exec(select(AnswerReview).where(col(AnswerReview.question_id).in_(question_ids))).all()
    return {(row.question_id, row.words): Decision(row.review, row.shared_text, row.nonce) for row in rows}


def reading_by(decisions: Decisions, given: GivenAnswer) -> Reading | None:
    """What others may read of one answer to a question that is not counted; None where nothing was written."""
    question_id, _, _, answer, language = given
    if answer is None:
        return None
    return reading_of(answer, language=language, decision=decisions.get((question_id, words_of(answer))))


def written_answers(session: Session, *, round_id: int) -> tuple[tuple[AskedQuestion, tuple[WrittenAnswer, ...]], ...]:
    """The text questions of a round with what its newest snapshot holds, in an order that says nothing of authors."""
    questions = [one for one in questions_of(session, round_id=round_id) if not QUESTION_KINDS[one.kind].is_counted]
    newest = select(func.max(Snapshot.id)).where(Snapshot.round_id == round_id)
    snapshot_id = session.exec(newest).one() if questions else None
    if snapshot_id is None:
        return ()
    rows = session.exec(
        select(AnswerReview).where(col(AnswerReview.question_id).in_([one.id for one in questions]))
    ).all()
    known = {(row.question_id, row.words): row for row in rows}
    texts: dict[tuple[int, str], tuple[str, str]] = {}
    counts: Counter[tuple[int, str]] = Counter()
    for question_id, _, _, answer, language in frozen_question_answers(session, snapshot_id=snapshot_id):
        if answer is not None and (key := (question_id, words_of(answer))) in known:
            texts[key] = str(answer["text"]), language
            counts[key] += 1
    by_question: dict[int, list[WrittenAnswer]] = defaultdict(list)
    for key in sorted(texts, key=lambda one: one[1]):
        row, (text, language) = known[key], texts[key]
        by_question[row.question_id].append(
            WrittenAnswer(row.id, text, language, counts[key], row.review, row.shared_text, row.reason)
        )
    return tuple((question, tuple(by_question[question.id])) for question in questions)


def n_unread_in(session: Session, *, round_ids: Collection[int]) -> dict[int, int]:
    """Round id to the number of texts that nobody has read over; rounds without any are left out."""
    rows = session.exec(
        select(Question.round_id, func.count(col(AnswerReview.id)))
        .join(Question, col(Question.id) == AnswerReview.question_id)
        .where(col(Question.round_id).in_(round_ids), AnswerReview.review == CommentReview.WAITING)
        .group_by(col(Question.round_id))
    ).all()
    return dict(rows)


def n_unread_in_study(session: Session, *, study_id: int) -> int:
    """How many texts of a study's closed rounds nobody has read over."""
    closed = session.exec(
        select(Round.id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.study_id == study_id, Round.status == RoundStatus.CLOSED)
    ).all()
    return sum(n_unread_in(session, round_ids=closed).values())
