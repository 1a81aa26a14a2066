"""Taking answers: saved as they come, counted once, never after the close."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, tuple_
from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Comment, Idea, Panellist, Rating, RatingChange, Round, Submission
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.questions import own_question_answers
from surveys.rules.answers import (
    CommentAnswer,
    RatingAnswer,
    ensure_answerable,
    ensure_on_questionnaire,
)
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.rules.texts import COMMENT_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.bulk import upsert
from surveys.services.round_locks import share_round
from surveys.vocabulary import AnswerState, AuditAction, MembershipStatus, ViolationCode

RECEIPT_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def hold_round_open(session: Session, *, round_id: int, now: datetime) -> Round:
    """The round, held so that it cannot be closed before this transaction ends; refused unless it takes answers.

    On PostgreSQL the row is locked for share (the closer takes it for update); on SQLite the writing transaction
    holds the one write lock already.
    """
    share_round(session, round_id=round_id)
    round_ = session.exec(select(Round).where(Round.id == round_id).with_for_update(read=True)).one()
    ensure_answerable(
        status=round_.status,
        deadline_at=round_.deadline_at,
        grace_minutes=round_.grace_minutes,
        closed_at=round_.closed_at,
        now=now,
    )
    return round_


def panellist_of(session: Session, *, actor: Actor, task_force_id: int) -> Panellist:
    """The actor as a member of the task force; `not_a_panellist` otherwise."""
    panellist = session.exec(
        select(Panellist).where(Panellist.task_force_id == task_force_id, Panellist.person_id == actor.person_id)
    ).first()
    if panellist is None or panellist.status in (MembershipStatus.DECLINED, MembershipStatus.LEFT):
        raise RuleViolation(ViolationCode.NOT_A_PANELLIST)
    return panellist


def save_ratings(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    answers: Sequence[RatingAnswer],
    comments: Sequence[CommentAnswer] = (),
    language: str,
    now: datetime,
) -> Submission:
    """Store one page of answers. What was answered before on these cells is replaced and kept in the history.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`, `unknown_statement`,
        `value_off_scale`, `text_too_long`; then nothing is stored.
    """
    round_ = hold_round_open(session, round_id=round_id, now=now)
    panellist = panellist_of(session, actor=actor, task_force_id=round_.task_force_id)
    ensure_consent(panellist)
    questionnaire = questionnaire_of(session, round_id=round_id)
    ensure_on_questionnaire(answers, asked=questionnaire.cells())
    known = {statement.id for statement in questionnaire.statements}
    if any(comment.statement_id not in known for comment in comments):
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    texts = {comment.statement_id: clean_text(comment.text, limit=COMMENT_LIMIT) for comment in comments}

    submission = touch_submission(session, round_id=round_id, panellist_id=panellist.id, now=now)
    _store_ratings(session, round_id=round_id, panellist_id=panellist.id, answers=answers, now=now)
    _store_comments(
        session, round_id=round_id, panellist_id=panellist.id, comments=comments, texts=texts, language=language
    )
    return submission


def submit_answers(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Submission:
    """Declare one's answers complete; the receipt proves them. Pressing twice gives the same receipt.

    The receipt covers what is stored at this moment; answers changed later give a new one.
    """
    round_ = hold_round_open(session, round_id=round_id, now=now)
    panellist = panellist_of(session, actor=actor, task_force_id=round_.task_force_id)
    ensure_consent(panellist)
    submission = touch_submission(session, round_id=round_id, panellist_id=panellist.id, now=now)
    content = answers_of(session, round_id=round_id, panellist_id=panellist.id)
    nonce = submission.nonce or secrets.token_hex(16)
    digest = canonical_digest({"answers": content, "nonce": nonce})
    if submission.submitted_at is None or submission.digest != digest:
        submission.submitted_at = now
        submission.nonce, submission.digest = nonce, digest
        submission.receipt = receipt_code(digest)
        record(
            session,
            AuditAction.ANSWERS_SUBMITTED,
            actor=actor,
            now=now,
            task_force_id=round_.task_force_id,
            subject=f"round:{round_id}",
        )
    session.flush()
    return submission


def answers_of(session: Session, *, round_id: int, panellist_id: int) -> dict[str, Any]:
    """Everything one panellist has stored in a round, as plain JSON in a fixed order; the content of the receipt."""
    ratings = session.exec(
        select(Rating.statement_id, Rating.criterion_id, Rating.state, Rating.value).where(
            Rating.round_id == round_id, Rating.panellist_id == panellist_id
        )
    ).all()
    comments = session.exec(
        select(Comment.statement_id, Comment.stance, Comment.text).where(
            Comment.round_id == round_id, Comment.panellist_id == panellist_id
        )
    ).all()
    ideas = session.exec(
        select(Idea.slot, Idea.kind, Idea.text).where(Idea.round_id == round_id, Idea.panellist_id == panellist_id)
    ).all()
    questions = own_question_answers(session, round_id=round_id, panellist_id=panellist_id)
    return {
        "round": round_id,
        "ratings": sorted([statement, criterion, str(state), value] for statement, criterion, state, value in ratings),
        "comments": sorted([statement, str(stance), text] for statement, stance, text in comments),
        "ideas": sorted([slot, str(kind), text] for slot, kind, text in ideas),
        **content_of_questions({question: (own.state, own.answer) for question, own in questions.items()}),
    }


def content_of_questions(answers: Mapping[int, tuple[AnswerState, dict[str, Any] | None]]) -> dict[str, Any]:
    """The answers to questions in a receipt; a receipt without any is that of the other answers alone."""
    if not answers:
        return {}
    return {"questions": [[question, str(state), answer] for question, (state, answer) in sorted(answers.items())]}


def receipt_code(digest: str) -> str:
    """A digest as eight characters that can be read over the telephone, such as "7K3Q-9MFX"."""
    number = int(digest[:16], 16)
    letters = ""
    for _ in range(8):
        number, index = divmod(number, len(RECEIPT_ALPHABET))
        letters += RECEIPT_ALPHABET[index]
    return f"{letters[:4]}-{letters[4:]}"


def ensure_consent(panellist: Panellist) -> None:
    if panellist.consented_at is None:
        raise RuleViolation(ViolationCode.CONSENT_MISSING)


def touch_submission(session: Session, *, round_id: int, panellist_id: int, now: datetime) -> Submission:
    upsert(
        session,
        Submission,
        [
            {
                "round_id": round_id,
                "panellist_id": panellist_id,
                "started_at": now,
                "saved_at": now,
                "receipt": "",
                "nonce": "",
                "digest": "",
            }
        ],
        key=("round_id", "panellist_id"),
        replace=("saved_at",),
    )
    return session.exec(
        select(Submission)
        .where(Submission.round_id == round_id, Submission.panellist_id == panellist_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _store_ratings(
    session: Session, *, round_id: int, panellist_id: int, answers: Sequence[RatingAnswer], now: datetime
) -> None:
    latest = {(answer.statement_id, answer.criterion_id): answer for answer in answers}
    if not latest:
        return
    before = {
        (statement_id, criterion_id): (state, value)
        for statement_id, criterion_id, state, value in session.exec(
            select(Rating.statement_id, Rating.criterion_id, Rating.state, Rating.value).where(
                Rating.round_id == round_id, Rating.panellist_id == panellist_id
            )
        ).all()
    }
    changed = [
        answer for cell, answer in latest.items() if (answer.state, answer.value) != before.get(cell, (None, None))
    ]
    history = [
        {
            "round_id": round_id,
            "statement_id": answer.statement_id,
            "criterion_id": answer.criterion_id,
            "panellist_id": panellist_id,
            "old_state": before[answer.statement_id, answer.criterion_id][0],
            "old_value": before[answer.statement_id, answer.criterion_id][1],
            "changed_at": now,
        }
        for answer in changed
        if (answer.statement_id, answer.criterion_id) in before
    ]
    if history:
        session.connection().execute(insert(RatingChange), history)
    kept = [
        {
            "round_id": round_id,
            "statement_id": answer.statement_id,
            "criterion_id": answer.criterion_id,
            "panellist_id": panellist_id,
            "state": answer.state,
            "value": answer.value,
        }
        for answer in changed
        if answer.state is not None
    ]
    key = ("round_id", "statement_id", "criterion_id", "panellist_id")
    upsert(session, Rating, kept, key=key, replace=("state", "value"))
    emptied = [(answer.statement_id, answer.criterion_id) for answer in changed if answer.state is None]
    if emptied:
        session.connection().execute(
            delete(Rating).where(
                col(Rating.round_id) == round_id,
                col(Rating.panellist_id) == panellist_id,
                tuple_(col(Rating.statement_id), col(Rating.criterion_id)).in_(emptied),
            )
        )


def _store_comments(
    session: Session,
    *,
    round_id: int,
    panellist_id: int,
    comments: Sequence[CommentAnswer],
    texts: dict[int, str],
    language: str,
) -> None:
    rows = [
        {
            "round_id": round_id,
            "statement_id": comment.statement_id,
            "panellist_id": panellist_id,
            "stance": comment.stance,
            "text": texts[comment.statement_id],
            "language": language,
            "review": "waiting",
            "shared_text": {},
        }
        for comment in comments
        if texts[comment.statement_id]
    ]
    key = ("round_id", "statement_id", "panellist_id")
    upsert(session, Comment, rows, key=key, replace=("stance", "text", "language"))
    emptied = [statement_id for statement_id, text in texts.items() if not text]
    if emptied:
        session.connection().execute(
            delete(Comment).where(
                col(Comment.round_id) == round_id,
                col(Comment.panellist_id) == panellist_id,
                col(Comment.statement_id).in_(emptied),
            )
        )
