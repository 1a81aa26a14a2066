"""From a row of the outbox to the mail that leaves."""

from datetime import datetime
from email.message import EmailMessage

from sqlmodel import Session

from delphi.config import Settings
from delphi.mail.facts import gather_facts
from delphi.mail.messages import compose
from delphi.mail.sender import Envelope, as_message
from surveys.models import OutboxMessage, Person


def prepare(session: Session, *, queued: OutboxMessage, settings: Settings, now: datetime) -> EmailMessage:
    """The mail as it stands now. The same row gives the same Message-ID, date and link each time."""
    facts = gather_facts(session, message=queued, settings=settings, now=now)
    person = session.get_one(Person, queued.person_id)
    envelope = Envelope(
        name=person.name, email=person.email, message_id=queued.message_id, written_at=queued.created_at
    )
    return as_message(compose(queued.kind, facts), facts=facts, envelope=envelope, settings=settings)
