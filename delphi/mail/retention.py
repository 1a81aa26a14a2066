"""What the mail says that warns the secretariat of the day on which names are unlinked."""

from datetime import date

from sqlmodel import Session

from delphi.config import Settings
from delphi.i18n import written_date
from delphi.mail.messages import MailFacts, mail_language
from surveys.models import OutboxMessage, Person, Study


def retention_facts(session: Session, *, message: OutboxMessage, settings: Settings) -> MailFacts:
    """The facts of one warning; its note is the day, in the language of the mail."""
    person = session.get_one(Person, message.person_id)
    study = session.get_one(Study, message.study_id)
    language = mail_language(message.language)
    day = date.fromisoformat(message.params["unlinked_on"])
    return MailFacts(
        name=person.name,
        language=message.language,
        study=study.name,
        time_zone=study.time_zone,
        link=f"{settings.base_url.rstrip('/')}/data-protection/studies/{study.id}",
        sender_name=study.contact_name or study.name.in_language(language),
        reply_to=study.contact_email,
        note=written_date(day, "d MMMM y", language),
    )
