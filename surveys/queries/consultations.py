"""Consultations: the document, the members, their votes by name."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound
from surveys.localized import LocalizedText
from surveys.models import Consultation, ConsultationDocument, ConsultationMember, Person, Vote
from surveys.rules.consultation import CastVote, Tally, counted_vote, late_vote, tally
from surveys.rules.tokens import token_hash


@dataclass(frozen=True, slots=True)
class SealedDocument:
    language: str
    name: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class MemberVote:
    member_id: int
    person_id: int
    name: str
    organisation: str
    language: str
    votes: tuple[CastVote, ...]

    @property
    def counted(self) -> CastVote | None:
        return counted_vote(self.votes)

    @property
    def late(self) -> CastVote | None:
        return late_vote(self.votes)


@dataclass(frozen=True, slots=True)
class ConsultationSheet:
    id: int
    study_id: int
    title: LocalizedText
    question: LocalizedText
    quorum: int
    closes_at: datetime
    opened_at: datetime | None
    documents: tuple[SealedDocument, ...]
    members: tuple[MemberVote, ...]

    @property
    def tally(self) -> Tally:
        return tally([member.votes for member in self.members], quorum=self.quorum)

    def is_open(self, now: datetime) -> bool:
        return self.opened_at is not None and now < self.closes_at

    def is_closed(self, now: datetime) -> bool:
        return self.opened_at is not None and now >= self.closes_at


def consultation_sheet(session: Session, *, consultation_id: int) -> ConsultationSheet:
    """The consultation with all members and votes, members by name. NotFound where there is none."""
    found = session.get(Consultation, consultation_id)
    if found is None:
        raise NotFound(f"consultation {consultation_id}")
    documents = session.exec(
        select(ConsultationDocument)
        .where(ConsultationDocument.consultation_id == consultation_id)
        .order_by(col(ConsultationDocument.language))
    ).all()
    votes: dict[int, tuple[CastVote, ...]] = {}
    for vote in session.exec(
        select(Vote)
        .join(ConsultationMember, col(ConsultationMember.id) == Vote.member_id)
        .where(ConsultationMember.consultation_id == consultation_id)
        .order_by(col(Vote.id))
    ).all():
        cast = CastVote(vote.choice, vote.comment, vote.cast_at, vote.is_late)
        votes[vote.member_id] = (*votes.get(vote.member_id, ()), cast)
    people = session.exec(
        select(ConsultationMember, Person)
        .join(Person, col(Person.id) == ConsultationMember.person_id)
        .where(ConsultationMember.consultation_id == consultation_id)
    ).all()
    members = [
        MemberVote(
            member_id=member.id,
            person_id=person.id,
            name=person.name,
            organisation=member.organisation,
            language=person.language,
            votes=votes.get(member.id, ()),
        )
        for member, person in people
    ]
    return ConsultationSheet(
        id=found.id,
        study_id=found.study_id,
        title=found.title,
        question=found.question,
        quorum=found.quorum,
        closes_at=found.closes_at,
        opened_at=found.opened_at,
        documents=tuple(SealedDocument(one.language, one.name, one.digest, len(one.content)) for one in documents),
        members=tuple(sorted(members, key=lambda one: one.name.casefold())),
    )


def consultations_of(session: Session, *, study_id: int) -> list[Consultation]:
    return list(
        session.exec(
            select(Consultation).where(Consultation.study_id == study_id).order_by(col(Consultation.id).desc())
        ).all()
    )


def sealed_bytes(session: Session, *, consultation_id: int, language: str) -> tuple[str, bytes]:
    """Name and bytes of the document. NotFound where it does not exist in this language."""
    found = session.exec(
        select(ConsultationDocument).where(
            ConsultationDocument.consultation_id == consultation_id, ConsultationDocument.language == language
        )
    ).first()
    if found is None:
        raise NotFound(f"document of consultation {consultation_id} in {language}")
    return found.name, found.content


def member_behind(session: Session, *, token: str) -> ConsultationMember:
    """The member whose link this is, of a consultation that was opened. NotFound otherwise."""
    found = session.exec(
        select(ConsultationMember)
        .join(Consultation, col(Consultation.id) == ConsultationMember.consultation_id)
        .where(ConsultationMember.token_hash == token_hash(token), col(Consultation.opened_at).is_not(None))
    ).first()
    if found is None:
        raise NotFound("member")
    return found
