"""Sending one's answers in: the receipt on the screen and its copy by mail."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import Person, Round, Submission, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.services.outbox import queue_message
from surveys.services.seats import take_seat, touch_seat
from surveys.services.submissions import answers_of, submit_answers
from surveys.vocabulary import MessageKind


def send_answers(session: Session, *, actor: Actor, round_id: int, now: datetime) -> Submission:
    """Submit what is stored and queue its receipt; sending the same answers again gives the same one, and no mail.

    Raises the violations of `submit_answers`.
    """
    # The receipt is read behind the lock: of twenty at once on PostgreSQL, only the first finds another one.
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    touch_seat(session, seat=seat, now=now)
    before = session.exec(
        select(Submission.receipt).where(Submission.round_id == round_id, Submission.panellist_id == seat.panellist_id)
    ).first()
    submission = submit_answers(session, actor=actor, round_id=round_id, now=now)
    if submission.receipt != before:
        person = session.get_one(Person, actor.person_id)
        study_id = session.exec(
            select(TaskForce.study_id).join(Round, col(Round.task_force_id) == TaskForce.id).where(Round.id == round_id)
        ).one()
        queue_message(
            session,
            kind=MessageKind.RECEIPT,
            person=person,
            study_id=study_id,
            params={"round_id": round_id, "receipt": submission.receipt},
            now=now,
        )
    return submission


def is_receipt_current(session: Session, *, submission: Submission) -> bool:
    """Whether the receipt still covers what is stored: False once an answer was changed after sending."""
    if submission.submitted_at is None:
        return False
    content = answers_of(session, round_id=submission.round_id, panellist_id=submission.panellist_id)
    return canonical_digest({"answers": content, "nonce": submission.nonce}) == submission.digest
