"""Reviewing comments before others read them: share, paraphrase, withhold, or mark as a principled objection."""

from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Comment, Round, Statement, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.texts import COMMENT_LIMIT
from surveys.services.audit import record
from surveys.services.paraphrases import paraphrased
from surveys.vocabulary import AuditAction, CommentReview, RoundStatus, ViolationCode


def share_comment(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    comment_id: int,
    paraphrase: LocalizedText | None = None,
    now: datetime,
) -> Comment:
    """Let experts read a comment, as written or paraphrased; the author's own text is never changed.

    Raises
    ------
    NotFound
        The comment is of another round.
    RuleViolation
        `round_not_closed`; `text_empty` or `text_too_long` where the paraphrase lacks one of the study's languages
        or is too long.
    """
    comment, round_ = _hold(session, round_id=round_id, comment_id=comment_id)
    shared = paraphrased(session, round_=round_, words=paraphrase, limit=COMMENT_LIMIT)
    before = _shown(comment)
    comment.review, comment.shared_text = CommentReview.SHARED, shared
    how = "paraphrased" if paraphrase is not None else "shared"
    return _store(session, comment, before=before, round_=round_, how=how, actor=actor, now=now)


def withhold_comment(session: Session, *, actor: Actor, round_id: int, comment_id: int, now: datetime) -> Comment:
    """Keep a comment from the experts. Raises as `share_comment`."""
    comment, round_ = _hold(session, round_id=round_id, comment_id=comment_id)
    before = _shown(comment)
    comment.review, comment.shared_text, comment.is_objection = CommentReview.WITHHELD, LocalizedText(), False
    return _store(session, comment, before=before, round_=round_, how="withheld", actor=actor, now=now)


def mark_objection(
    session: Session, *, actor: Actor, round_id: int, comment_id: int, is_objection: bool, now: datetime
) -> Comment:
    """Carry a comment with its statement into outcomes and plan as a principled objection, or no longer.

    It is carried in the words others read; withholding the comment later takes the mark back.

    Raises
    ------
    NotFound
        The comment is of another round.
    RuleViolation
        `round_not_closed`; `comment_not_shared` for a comment that others do not read.
    """
    comment, round_ = _hold(session, round_id=round_id, comment_id=comment_id)
    if is_objection and comment.review is not CommentReview.SHARED:
        raise RuleViolation(ViolationCode.COMMENT_NOT_SHARED)
    if comment.is_objection == is_objection:
        return comment
    comment.is_objection = is_objection
    session.add(comment)
    task_force = session.get_one(TaskForce, round_.task_force_id)
    record(
        session,
        AuditAction.OBJECTION_MARKED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"statement:{comment.statement_id}",
        statement=session.get_one(Statement, comment.statement_id).code,
        round=round_.number,
        is_objection=is_objection,
        before=not is_objection,
        after=is_objection,
    )
    session.flush()
    return comment


def _hold(session: Session, *, round_id: int, comment_id: int) -> tuple[Comment, Round]:
    round_ = session.get_one(Round, round_id)
    if round_.status is not RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    comment = session.exec(
        select(Comment).where(Comment.id == comment_id, Comment.round_id == round_id).with_for_update()
    ).first()
    if comment is None:
        raise NotFound
    return comment, round_


def _shown(comment: Comment) -> dict[str, object]:
    """How others see a comment. The expert's own text is not part of the log, which stays when texts are removed."""
    return {"review": comment.review.value, "paraphrase": comment.shared_text.as_json()}


def _store(
    session: Session,
    comment: Comment,
    *,
    before: dict[str, object],
    round_: Round,
    how: str,
    actor: Actor,
    now: datetime,
) -> Comment:
    session.add(comment)
    task_force = session.get_one(TaskForce, round_.task_force_id)
    record(
        session,
        AuditAction.COMMENT_REVIEWED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force.id,
        subject=f"comment:{comment.id}",
        round=round_.number,
        how=how,
        before=before,
        after=_shown(comment),
    )
    session.flush()
    return comment
