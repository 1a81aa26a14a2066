"""Who sits on a panel and how far each has come: from the invitation in the outbox to the answers sent."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    College,
    Invitation,
    OutboxMessage,
    Panellist,
    Person,
    Region,
    Round,
    SignIn,
    Submission,
    TaskForce,
)
from surveys.rules.panel_checks import KnownPlaces
from surveys.rules.panel_columns import plain
from surveys.vocabulary import Audience, MembershipStatus, OutboxStatus, RoundStatus

NO_BOUNCE = "Not sent:"
"""How a mail that lost its reason before it left says so; such a mail did not bounce."""


class SeatState(StrEnum):
    """The furthest point somebody has reached. A link that was only fetched is no opening: a button was pressed."""

    NOT_INVITED = "not_invited"
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    OPENED = "opened"
    JOINED = "joined"
    ANSWERED = "answered"
    DECLINED = "declined"
    LEFT = "left"
    REMOVED = "removed"


AWAY = {
    MembershipStatus.DECLINED: SeatState.DECLINED,
    MembershipStatus.LEFT: SeatState.LEFT,
    MembershipStatus.REMOVED: SeatState.REMOVED,
}
OF_MAIL = {
    OutboxStatus.QUEUED: SeatState.QUEUED,
    OutboxStatus.LEASED: SeatState.QUEUED,
    OutboxStatus.HELD: SeatState.QUEUED,
    OutboxStatus.SENT: SeatState.SENT,
    OutboxStatus.FAILED: SeatState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that the address refused for good, with the words of its mail server."""

    message_id: int
    said: str


@dataclass(frozen=True, slots=True)
class PanelPerson:
    """One seat. Neither language nor answers: a lone speaker of a language would be named by their ideas."""

    panellist_id: int
    name: str
    email: str
    state: SeatState
    college: str | None
    region: str | None
    expertise: int | None
    interest: int | None
    reason: str
    """Why they declined, left or were taken out."""
    has_walked_in: bool
    bounce: Bounce | None

    @property
    def is_in_panel(self) -> bool:
        return self.state not in AWAY.values()


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: LocalizedText


def people_of_panel(session: Session, *, task_force_id: int) -> tuple[PanelPerson, ...]:
    """Everybody who was ever asked into the task force, by name; as many statements for three as for three hundred."""
    study_id = session.get_one(TaskForce, task_force_id).study_id
    rows = session.exec(
        select(Panellist, Person, College.code, Region.code)
        .join(Person, col(Person.id) == Panellist.person_id)
        .outerjoin(College, col(College.id) == Panellist.college_id)
        .outerjoin(Region, col(Region.id) == Panellist.region_id)
        .where(Panellist.task_force_id == task_force_id)
    ).all()
    people = select(Panellist.person_id).where(Panellist.task_force_id == task_force_id)
    mails: dict[int, OutboxMessage] = {
        mail.person_id: mail
        for mail in session.exec(
            select(OutboxMessage)
            .where(
                OutboxMessage.study_id == study_id,
                col(OutboxMessage.person_id).in_(people),
                OutboxMessage.status != OutboxStatus.CANCELLED,
            )
            .order_by(col(OutboxMessage.id))
        ).all()
        if not mail.problem.startswith(NO_BOUNCE)
    }
    opened = set(
        session.exec(
            select(SignIn.person_id)
            .join(Invitation, col(Invitation.id) == SignIn.invitation_id)
            .where(Invitation.study_id == study_id, SignIn.audience == Audience.EXPERT)
        ).all()
    )
    answered = _who_answered(session, task_force_id=task_force_id)
    found = []
    for panellist, person, college, region in rows:
        mail = mails.get(person.id)
        has_failed = mail is not None and mail.status is OutboxStatus.FAILED
        found.append(
            PanelPerson(
                panellist_id=panellist.id,
                name=person.name,
                email=person.email,
                state=_state(panellist, mail=mail, has_opened=person.id in opened, answered=answered),
                college=college,
                region=region,
                expertise=panellist.expertise,
                interest=panellist.interest,
                reason=panellist.decline_reason,
                has_walked_in=panellist.walked_in_at is not None,
                bounce=Bounce(message_id=mail.id, said=mail.problem) if mail is not None and has_failed else None,
            )
        )
    return tuple(sorted(found, key=lambda one: (plain(one.name), one.panellist_id)))


def _who_answered(session: Session, *, task_force_id: int) -> set[int]:
    """Panellists who have sent answers in the latest round that was opened."""
    latest = session.exec(
        select(Round.id)
        .where(Round.task_force_id == task_force_id, Round.status != RoundStatus.PLANNED)
        .order_by(col(Round.number).desc())
    ).first()
    query = select(Submission.panellist_id).where(
        Submission.round_id == latest, col(Submission.submitted_at).is_not(None)
    )
    return set(session.exec(query).all())


def _state(panellist: Panellist, *, mail: OutboxMessage | None, has_opened: bool, answered: set[int]) -> SeatState:
    if panellist.status in AWAY:
        return AWAY[panellist.status]
    if panellist.id in answered:
        return SeatState.ANSWERED
    if panellist.consented_at is not None:
        return SeatState.JOINED
    if has_opened:
        return SeatState.OPENED
    return SeatState.NOT_INVITED if mail is None else OF_MAIL.get(mail.status, SeatState.NOT_INVITED)


def colleges_of_study(session: Session, *, study_id: int) -> tuple[Place, ...]:
    rows = session.exec(select(College).where(College.study_id == study_id).order_by(col(College.id))).all()
    return tuple(Place(code=row.code, name=row.name) for row in rows)


def regions_of_study(session: Session, *, study_id: int) -> tuple[Place, ...]:
    rows = session.exec(select(Region).where(Region.study_id == study_id).order_by(col(Region.id))).all()
    return tuple(Place(code=row.code, name=row.name) for row in rows)


def known_places(colleges: tuple[Place, ...], regions: tuple[Place, ...]) -> KnownPlaces:
    """Codes and names in every language, as people write them."""

    def ways(places: tuple[Place, ...]) -> dict[str, str]:
        return {plain(word): place.code for place in places for word in (place.code, *place.name.values())}

    return KnownPlaces(colleges=ways(colleges), regions=ways(regions))


def addresses_on_panel(session: Session, *, task_force_id: int) -> frozenset[str]:
    query = (
        select(Person.email)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(Panellist.task_force_id == task_force_id)
    )
    return frozenset(session.exec(query).all())
