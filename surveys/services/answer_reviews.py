"""Reading written answers over before they leave the desk: share, paraphrase, withhold with a reason, take back."""

import secrets
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import AnswerReview, FrozenQuestionAnswer, Question, Round, Snapshot, TaskForce
from surveys.queries.questions import asked_from
from surveys.rules.permissions import Actor
from surveys.rules.questions.reading import words_of
from surveys.rules.questions.texts import LONG_LIMIT
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.paraphrases import paraphrased
from surveys.vocabulary import AuditAction, CommentReview, RoundStatus, ViolationCode


def share_answer(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    answer_id: int,
    paraphrase: LocalizedText | None = None,
    now: datetime,
) -> AnswerReview:
    """Let others read a written answer, as written or paraphrased; the frozen words are never changed.

    Raises
    ------
    NotFound
        The answer is of another round, or nobody holds to it since the round was reopened.
    RuleViolation
        `round_not_closed`; `text_empty` or `text_too_long` where the paraphrase lacks one of the study's languages
        or is too long.
    """
    review, question, round_ = _hold(session, round_id=round_id, answer_id=answer_id)
    shared = paraphrased(session, round_=round_, words=paraphrase, limit=LONG_LIMIT)
    before = _shown(review)
    review.review, review.shared_text, review.reason = CommentReview.SHARED, shared, ""
    how = "shared" if paraphrase is None else "paraphrased"
    return _store(session, review, question, round_, before=before, how=how, actor=actor, now=now)


def withhold_answer(
    session: Session, *, actor: Actor, round_id: int, answer_id: int, reason: str, now: datetime
) -> AnswerReview:
    """Keep a written answer in the house. Raises as `share_answer`; `reason_missing` without a reason."""
    review, question, round_ = _hold(session, round_id=round_id, answer_id=answer_id)
    cleaned = clean_text(reason, limit=REASON_LIMIT)
    if not cleaned:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    before = _shown(review)
    review.review, review.shared_text, review.reason = CommentReview.WITHHELD, LocalizedText(), cleaned
    return _store(session, review, question, round_, before=before, how="withheld", actor=actor, now=now)


def take_back_decision(session: Session, *, actor: Actor, round_id: int, answer_id: int, now: datetime) -> AnswerReview:
    """Undo a decision: the answer counts as unread again, and nobody else reads it. Raises as `share_answer`."""
    review, question, round_ = _hold(session, round_id=round_id, answer_id=answer_id)
    if review.review is CommentReview.WAITING:
        return review
    before = _shown(review)
    review.review, review.shared_text, review.reason = CommentReview.WAITING, LocalizedText(), ""
    return _store(session, review, question, round_, before=before, how="taken_back", actor=actor, now=now)


def _hold(session: Session, *, round_id: int, answer_id: int) -> tuple[AnswerReview, Question, Round]:
    round_ = session.get_one(Round, round_id)
    if round_.status is not RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    found = session.exec(
        select(AnswerReview, Question)
        .join(Question, col(Question.id) == AnswerReview.question_id)
        .where(AnswerReview.id == answer_id, Question.round_id == round_id)
        .with_for_update(of=AnswerReview)
    ).first()
    if found is None or not _is_held(session, review=found[0], round_id=round_id):
        raise NotFound
    return (*found, round_)


def _is_held(session: Session, *, review: AnswerReview, round_id: int) -> bool:
    """Whether the newest snapshot has these words: after a reopening somebody may have written others."""
    newest = select(func.max(Snapshot.id)).where(Snapshot.round_id == round_id).scalar_subquery()
    answers = session.exec(
        select(FrozenQuestionAnswer.answer).where(
            FrozenQuestionAnswer.snapshot_id == newest, FrozenQuestionAnswer.question_id == review.question_id
        )
    ).all()
    return any(answer is not None and words_of(answer) == review.words for answer in answers)


def _shown(review: AnswerReview) -> dict[str, object]:
    """How others see an answer. What was written is not part of the log, which everybody on the staff may read."""
    return {"review": review.review.value, "paraphrase": review.shared_text.as_json()}


def _store(
    session: Session,
    review: AnswerReview,
    question: Question,
    round_: Round,
    *,
    before: dict[str, object],
    how: str,
    actor: Actor,
    now: datetime,
) -> AnswerReview:
    review.nonce = review.nonce or secrets.token_hex(16)
    session.add(review)
    task_force = session.get_one(TaskForce, round_.task_force_id)
    record(
        session,
        AuditAction.ANSWER_REVIEWED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"answer_review:{review.id}",
        round=round_.number,
        question=asked_from(question).code,
        how=how,
        reason=review.reason,
        before=before,
        after=_shown(review),
    )
    session.flush()
    return review
