"""What is left to do with the people of a task force: colleagues they suggested, and who stays for what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import ColleagueSuggestion, Panellist, Person


@dataclass(frozen=True, slots=True)
class SuggestedColleague:
    id: int
    name: str
    email: str
    suggested_by: str
    """Empty once the name of who suggested is removed."""
    suggested_at: datetime


@dataclass(frozen=True, slots=True)
class Stayer:
    """One panellist's answer to whether they stay for the implementation."""

    name: str
    stays_on: bool
    answered_at: datetime


def colleagues_to_ask(session: Session, *, task_force_id: int) -> Sequence[SuggestedColleague]:
    """Suggestions nobody has dealt with yet, oldest first."""
    rows = session.exec(
        select(ColleagueSuggestion, Person)
        .join(Panellist, col(Panellist.id) == ColleagueSuggestion.panellist_id)
        .outerjoin(Person, col(Person.id) == Panellist.person_id)
        .where(ColleagueSuggestion.task_force_id == task_force_id, col(ColleagueSuggestion.settled_at).is_(None))
        .order_by(col(ColleagueSuggestion.id))
    ).all()
    return [
        SuggestedColleague(
            id=one.id,
            name=one.name,
            email=one.email,
            suggested_by=person.name if person is not None else "",
            suggested_at=one.suggested_at,
        )
        for one, person in rows
    ]


def stayers(session: Session, *, task_force_id: int) -> Sequence[Stayer]:
    """Everybody who answered, by name."""
    rows = session.exec(
        select(Person.name, Panellist.stays_on, Panellist.reconfirmed_at)
        .join(Person, col(Person.id) == Panellist.person_id)
        .where(Panellist.task_force_id == task_force_id, col(Panellist.reconfirmed_at).is_not(None))
    ).all()
    found = [Stayer(name, bool(stays), at) for name, stays, at in rows if at is not None]
    return sorted(found, key=lambda stayer: stayer.name.casefold())


def stays_on(session: Session, *, panellist_id: int) -> bool | None:
    """What this panellist answered to whether they stay; None without an answer."""
    return session.exec(select(Panellist.stays_on).where(Panellist.id == panellist_id)).one()
