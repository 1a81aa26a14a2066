"""A lost personal link is asked for anew: the mail goes to the address on file, to nobody else."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.models import OutboxMessage, Panellist, Person, TaskForce
from surveys.queries.participation import IN_PANEL
from surveys.services.outbox import queue_message
from surveys.vocabulary import MessageKind, OutboxStatus

NOT_AGAIN_WITHIN = timedelta(minutes=5)
"""Whoever knows an address must not be able to fill its mailbox."""


def ask_for_link(session: Session, *, email: str, now: datetime) -> None:
    """Queue a mail with the personal link for each study in which the address is asked.

    Nothing happens for an unknown address, and the caller is not told: whether somebody sits on a panel is not for
    strangers to find out. A mail that still waits, or was queued a moment ago, is not queued twice.
    """
    person = session.exec(select(Person).where(Person.email == email.strip().lower())).first()
    if person is None:
        return
    studies = session.exec(
        select(TaskForce.study_id)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .where(Panellist.person_id == person.id, col(Panellist.status).in_(IN_PANEL))
        .distinct()
    ).all()
    waiting = session.exec(
        select(OutboxMessage.study_id).where(
            OutboxMessage.person_id == person.id,
            OutboxMessage.kind == MessageKind.NEW_LINK,
            (col(OutboxMessage.status) == OutboxStatus.QUEUED)
            | (col(OutboxMessage.created_at) > now - NOT_AGAIN_WITHIN),
        )
    ).all()
    for study_id in sorted(set(studies) - set(waiting)):
        queue_message(session, kind=MessageKind.NEW_LINK, person=person, study_id=study_id, params={}, now=now)
