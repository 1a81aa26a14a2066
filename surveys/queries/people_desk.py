"""People at the data-protection desk: who is in whose reach, searching, and what a removal would do."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, or_, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    Comment,
    ConsentVersion,
    ErasureRequest,
    Idea,
    Invitation,
    OutboxMessage,
    Panellist,
    Person,
    Rating,
    Round,
    StaffRole,
    Study,
    TaskForce,
)
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.vocabulary import MembershipStatus, OutboxStatus, RoundStatus, StudyKind, ViolationCode

AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class FoundPerson:
    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class DeskSeat:
    """One seat as the desk may see it: membership and consent, never answers."""

    study_id: int
    study: LocalizedText
    task_force: str
    membership: MembershipStatus
    consented_at: datetime | None
    consent_language: str
    consent_number: int | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What a removal does, in numbers."""

    n_seats: int
    n_open_answers: int
    """Answers of open rounds: ratings, comments and ideas; deleted."""
    n_closed_answers: int
    """Ratings, comments and ideas of closed rounds: they stay under a code."""
    n_texts: int
    """Free texts of closed rounds that are listed for reading over."""
    n_mails: int
    """Mails that wait and are cancelled."""
    is_staff: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the preview; a removal carries that of the one its author saw."""
        return canonical_digest(asdict(self))


def studies_of(session: Session, *, person_id: int) -> set[int]:
    """Studies in which a person has a seat or a link; pilots and rehearsals are those of their facilitators."""
    seats = session.exec(
        select(TaskForce.study_id)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .where(Panellist.person_id == person_id)
    ).all()
    links = session.exec(select(Invitation.study_id).where(Invitation.person_id == person_id)).all()
    real = select(Study.id).where(col(Study.id).in_({*seats, *links}), Study.kind == StudyKind.STUDY)
    return set(session.exec(real).all())


def ensure_in_reach(session: Session, *, actor: Actor, person_id: int, whole: bool = True) -> None:
    """Refuse a person the actor has nothing to do with; with `whole`, also one who sits in studies of others.

    Raises
    ------
    NotFound
        The secretariat, and the person is in none of their studies.
    RuleViolation
        `person_elsewhere`.
    """
    if actor.administers:
        return
    studies = studies_of(session, person_id=person_id)
    if not studies & actor.oversees:
        raise NotFound
    if whole and not studies <= actor.oversees:
        raise RuleViolation(ViolationCode.PERSON_ELSEWHERE)


def find_people(session: Session, *, actor: Actor, words: str) -> list[FoundPerson]:
    """People in the actor's reach with exactly this address, or with this part in their name; by name.

    Names lie encrypted, so the database cannot search in them: they are read and compared here.
    """
    sought = " ".join(words.casefold().split())
    if not sought:
        return []
    query = select(Person.id, Person.name, Person.email).where(col(Person.erased_at).is_(None))
    if not actor.administers:
        own = sorted(actor.oversees)
        seated = (
            select(Panellist.person_id)
            .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
            .where(col(TaskForce.study_id).in_(own), col(Panellist.person_id).is_not(None))
        )
        linked = select(Invitation.person_id).where(col(Invitation.study_id).in_(own))
        query = query.where(or_(col(Person.id).in_(seated), col(Person.id).in_(linked)))
    if "@" in sought:
        return [FoundPerson(*row) for row in session.exec(query.where(Person.email == sought)).all()]
    found = [
        FoundPerson(*row)
        for row in session.exec(query.execution_options(yield_per=1000))
        if sought in " ".join(row[1].casefold().split())
    ]
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def person_at_desk(session: Session, *, actor: Actor, person_id: int) -> tuple[FoundPerson, list[DeskSeat]]:
    """A person with their seats, those of studies in the actor's reach. Raises NotFound."""
    person = session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise NotFound
    ensure_in_reach(session, actor=actor, person_id=person_id, whole=False)
    rows = session.exec(
        select(Study, TaskForce.code, Panellist, ConsentVersion)
        .join(TaskForce, col(TaskForce.study_id) == Study.id)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .outerjoin(ConsentVersion, col(ConsentVersion.id) == Panellist.consent_version_id)
        .where(Panellist.person_id == person_id)
        .order_by(col(Study.id), col(TaskForce.code))
    ).all()
    seats = [
        DeskSeat(
            study_id=study.id,
            study=study.name,
            task_force=code,
            membership=panellist.status,
            consented_at=panellist.consented_at,
            consent_language="" if version is None else version.language,
            consent_number=None if version is None else version.number,
            is_due=panellist.consent_is_due,
        )
        for study, code, panellist, version in rows
        if actor.administers or study.id in actor.oversees
    ]
    return FoundPerson(person.id, person.name, person.email), seats


def erasure_preview(session: Session, *, person_id: int) -> ErasurePreview:
    """Counts what a removal would delete, unlink and cancel."""
    seats = session.exec(select(Panellist.id).where(Panellist.person_id == person_id)).all()
    counts = {True: 0, False: 0}
    n_texts = 0
    for table in (Rating, Comment, Idea):
        for is_open in (True, False):
            query = (
                select(func.count())
                .select_from(table)
                .join(Round, col(Round.id) == table.round_id)
                .where(col(table.panellist_id).in_(seats), (col(Round.status) == RoundStatus.OPEN) == is_open)
            )
            n = session.exec(query).one()
            counts[is_open] += n
            n_texts += n if table is not Rating and not is_open else 0
    mails = select(func.count(col(OutboxMessage.id))).where(
        OutboxMessage.person_id == person_id, OutboxMessage.status == OutboxStatus.QUEUED
    )
    staff = session.exec(select(StaffRole.id).where(StaffRole.person_id == person_id).limit(1)).first()
    return ErasurePreview(
        n_seats=len(seats),
        n_open_answers=counts[True],
        n_closed_answers=counts[False],
        n_texts=n_texts,
        n_mails=session.exec(mails).one(),
        is_staff=staff is not None,
    )


def open_requests(session: Session, *, actor: Actor) -> list[tuple[FoundPerson, datetime]]:
    """Who asked for their name to be removed, the oldest first, in the actor's reach."""
    rows = session.exec(
        select(Person, ErasureRequest.asked_at)
        .join(ErasureRequest, col(ErasureRequest.person_id) == Person.id)
        .where(col(ErasureRequest.settled_at).is_(None))
        .order_by(col(ErasureRequest.asked_at))
    ).all()
    return [
        (FoundPerson(person.id, person.name, person.email), asked_at)
        for person, asked_at in rows
        if actor.administers or studies_of(session, person_id=person.id) & actor.oversees
    ]


def is_erasure_asked(session: Session, *, person_id: int) -> datetime | None:
    """When this person asked for their name to be removed; None where nothing is open."""
    return session.exec(
        select(ErasureRequest.asked_at).where(
            ErasureRequest.person_id == person_id, col(ErasureRequest.settled_at).is_(None)
        )
    ).first()
