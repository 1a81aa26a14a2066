"""What a mail about a staff account says, and whether its link still opens anything."""

from datetime import datetime
from email.utils import parseaddr

from sqlmodel import Session

from delphi.config import Settings
from delphi.mail.consultation import NoLongerDue
from delphi.mail.messages import MailFacts
from surveys.localized import LocalizedText
from surveys.models import AccountLink, OutboxMessage, Person
from surveys.rules.tokens import account_token

PROGRAM = LocalizedText(en="Delphi", fr="Delphi")


def account_facts(session: Session, *, message: OutboxMessage, settings: Settings) -> MailFacts:
    """The facts of a mail to a member of staff. Its link is made now, so that none lies in the database."""
    person = session.get_one(Person, message.person_id)
    base = settings.base_url.rstrip("/")
    address = f"{base}/account/"
    if "link_id" in message.params:
        link = session.get_one(AccountLink, message.params["link_id"])
        token = account_token(
            secret_key=settings.secret_key, kind=link.kind.value, person_id=link.person_id, nonce=link.nonce
        )
        address = f"{base}/account/password/{token}"
    return MailFacts(
        name=person.name,
        language=message.language,
        study=PROGRAM,
        time_zone="UTC",
        link=address,
        sender_name=parseaddr(settings.mail_sender)[0] or "Delphi",
        reply_to=parseaddr(settings.mail_sender)[1],
        note=str(message.params.get("what", "")),
        is_about_account=True,
    )


def ensure_link_is_due(session: Session, *, message: OutboxMessage, now: datetime) -> None:
    """Refuse (`NoLongerDue`) a link that was used, replaced or has run out since the mail was queued."""
    link = session.get_one(AccountLink, message.params["link_id"])
    if link.used_at is not None or link.expires_at <= now:
        raise NoLongerDue("the link opens nothing any more")
