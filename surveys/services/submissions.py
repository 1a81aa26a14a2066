"""Taking answers: saved as they come, counted once, never after the close."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import Comment, Idea, Panellist, Rating, Round, Submission
from surveys.queries.my_answers import own_answers
from surveys.queries.participation import IN_PANEL
from surveys.queries.questionnaire import Questionnaire, questionnaire_of
from surveys.queries.questions import own_question_answers
from surveys.rules.answers import (
    CommentAnswer,
    RatingAnswer,
    ensure_answerable,
    ensure_on_questionnaire,
)
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.services.answer_rows import store_comments, store_ratings
from surveys.services.audit import record
from surveys.services.field_writes import drop_among, note_page
from surveys.services.outlook import advance_outlook
from surveys.services.round_locks import share_round
from surveys.services.seats import note_saving, take_seat, touch_seat
from surveys.vocabulary import AnswerState, AuditAction, ViolationCode

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
    if panellist is None or panellist.status not in IN_PANEL:
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
    client: str = "",
    sequence: int = 0,
    fields: Sequence[str] = (),
    questionnaire: Questionnaire | None = None,
) -> None:
    """Store one page of answers. What was answered before on these cells is replaced and kept in the history.

    `client` names the opened page that sends them, `sequence` its last change; drafts of its `fields` are dropped.
    `questionnaire` is what the same request has read already of the round while it was open: then its statements and
    its questions are fixed.

    Raises
    ------
    RuleViolation
        `round_not_open`, `round_closed`, `not_a_panellist`, `consent_missing`, `unknown_statement`,
        `value_off_scale`, `text_too_long`; then nothing is stored.
    """
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    asked = questionnaire or questionnaire_of(session, round_id=round_id)
    ensure_on_questionnaire(answers, asked=asked.cells)
    if any(comment.statement_id not in asked.by_id for comment in comments):
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    touch_seat(session, seat=seat, now=now)
    own = own_answers(session, round_id=round_id, panellist_id=seat.panellist_id)
    store_ratings(session, seat=seat, answers=answers, before=own.ratings, now=now)
    store_comments(session, seat=seat, comments=comments, language=language, client=client, now=now)
    drop_among(session, seat=seat, drafts=own.drafts.keys() & set(fields))
    if client:
        note_page(session, seat=seat, client=client, sequence=sequence, now=now)


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
    is_first = submission.submitted_at is None
    if is_first or submission.digest != digest:
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
    if is_first:
        advance_outlook(session, round_=round_, now=now)
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
    if panellist.consented_at is None or panellist.consent_is_due:
        raise RuleViolation(ViolationCode.CONSENT_MISSING)


def touch_submission(session: Session, *, round_id: int, panellist_id: int, now: datetime) -> Submission:
    note_saving(session, round_id=round_id, panellist_id=panellist_id, now=now)
    return session.exec(
        select(Submission)
        .where(Submission.round_id == round_id, Submission.panellist_id == panellist_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
