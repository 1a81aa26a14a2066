"""What a mail about a consultation says, and whether it still has a reason."""

from sqlmodel import Session, col, select

from delphi.config import Settings
from delphi.mail.messages import ConsultationFacts, MailFacts, mail_language
from surveys.models import Consultation, ConsultationMember, OutboxMessage, Person, Study, Vote
from surveys.rules.tokens import voting_token
from surveys.vocabulary import MessageKind


class NoLongerDue(Exception):
    """The mail has lost its reason since it was queued; the message says why."""


def consultation_facts(session: Session, *, message: OutboxMessage, settings: Settings) -> MailFacts:
    person = session.get_one(Person, message.person_id)
    study = session.get_one(Study, message.study_id)
    consultation = session.get_one(Consultation, message.params["consultation_id"])
    token = voting_token(secret_key=settings.secret_key, consultation_id=consultation.id, person_id=person.id)
    return MailFacts(
        name=person.name,
        language=message.language,
        study=study.name,
        time_zone=study.time_zone,
        link=f"{settings.base_url.rstrip('/')}/vote/{token}",
        sender_name=study.contact_name or study.name.in_language(mail_language(message.language)),
        reply_to=study.contact_email,
        consultation=ConsultationFacts(consultation.title, consultation.closes_at),
    )


def ensure_vote_is_due(session: Session, *, message: OutboxMessage) -> None:
    """Refuse (`NoLongerDue`) a reminder to somebody who has voted since it was queued."""
    if message.kind is not MessageKind.CONSULTATION_REMINDER:
        return
    voted = session.exec(
        select(Vote.id)
        .join(ConsultationMember, col(ConsultationMember.id) == Vote.member_id)
        .where(
            ConsultationMember.consultation_id == message.params["consultation_id"],
            ConsultationMember.person_id == message.person_id,
        )
    ).first()
    if voted is not None:
        raise NoLongerDue("the vote was cast meanwhile")
