"""Cutting the tie between a person and their answers, so that nothing stored leads from one to the other.

What is deleted with the tie are the rows whose times would give it away again: sign-ins and receipts by mail.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, or_, select, update

from surveys.models import (
    ColleagueSuggestion,
    Comment,
    Idea,
    Invitation,
    OutboxMessage,
    Panellist,
    SignIn,
    TaskForce,
    TextReview,
)
from surveys.queries.participation import IN_PANEL
from surveys.services.membership import delete_open_answers
from surveys.vocabulary import MembershipStatus, MessageKind, OutboxStatus

BLANKED = "[…]"
"""What stands where a text gave its author away."""


def unlink_seats(session: Session, *, seats: Sequence[Panellist], now: datetime) -> int:
    """Delete the answers of open rounds, cut the seats off from their persons, list free texts for reading over.

    Answers of closed rounds stay under their codes: their figures are kept. Returns how many texts were listed.
    """
    n_texts = 0
    for panellist in seats:
        delete_open_answers(session, panellist=panellist)
        study_id = session.get_one(TaskForce, panellist.task_force_id).study_id
        n_texts += _list_texts(session, panellist_id=panellist.id, study_id=study_id, now=now)
        _forget_contacts(session, person_id=panellist.person_id, study_id=study_id, now=now)
        session.connection().execute(
            update(ColleagueSuggestion)
            .where(col(ColleagueSuggestion.panellist_id) == panellist.id)
            .values(name="", email="", settled_at=now)
        )
        panellist.person_id, panellist.decline_reason = None, ""
        if panellist.status in IN_PANEL:
            panellist.status = MembershipStatus.LEFT
        session.add(panellist)
    session.flush()
    return n_texts


def _list_texts(session: Session, *, panellist_id: int, study_id: int, now: datetime) -> int:
    # The month only: the second would lead from the log's entry about a removal to the texts of that person.
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    listed = set(session.exec(select(TextReview.kind, TextReview.row_id).where(TextReview.study_id == study_id)).all())
    n = 0
    for table in (Comment, Idea):
        rows = session.exec(select(table.id).where(table.panellist_id == panellist_id, col(table.text) != "")).all()
        for row_id in rows:
            if (table.__tablename__, row_id) not in listed:
                session.add(TextReview(study_id=study_id, kind=table.__tablename__, row_id=row_id, listed_at=month))
                n += 1
    return n


def _forget_contacts(session: Session, *, person_id: int | None, study_id: int, now: datetime) -> None:
    """Take away links, devices and mails of one person in one study."""
    connection = session.connection()
    links = select(Invitation.id).where(Invitation.person_id == person_id, Invitation.study_id == study_id)
    connection.execute(delete(SignIn).where(col(SignIn.invitation_id).in_(links)))
    # Revoked, not deleted: a link that is made again after a deletion would be the old one.
    connection.execute(
        update(Invitation)
        .where(
            col(Invitation.person_id) == person_id,
            col(Invitation.study_id) == study_id,
            col(Invitation.revoked_at).is_(None),
        )
        .values(revoked_at=now)
    )
    mails = (col(OutboxMessage.person_id) == person_id, col(OutboxMessage.study_id) == study_id)
    connection.execute(delete(OutboxMessage).where(*mails, col(OutboxMessage.kind) == MessageKind.RECEIPT))
    cancel_mails(session, person_id=person_id, study_id=study_id)
    connection.execute(update(OutboxMessage).where(*mails).values(params={}))


def cancel_mails(session: Session, *, person_id: int | None, study_id: int | None = None) -> None:
    """Cancel what waits for one person, in one study or everywhere."""
    waiting = col(OutboxMessage.status).in_((OutboxStatus.QUEUED, OutboxStatus.LEASED, OutboxStatus.HELD))
    everywhere = study_id is None
    session.connection().execute(
        update(OutboxMessage)
        .where(
            col(OutboxMessage.person_id) == person_id,
            waiting,
            or_(col(OutboxMessage.study_id) == study_id, everywhere),
        )
        .values(status=OutboxStatus.CANCELLED)
    )
