"""One person as the desk shows them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session

from surveys.queries.people_desk import (
    DeskSeat,
    ErasurePreview,
    FoundPerson,
    erasure_preview,
    is_erasure_asked,
    person_at_desk,
)
from surveys.rules.permissions import Actor
from surveys.vocabulary import MembershipStatus

MEMBERSHIPS: dict[MembershipStatus, Any] = {
    MembershipStatus.INVITED: _l("invited"),
    MembershipStatus.JOINED: _l("takes part"),
    MembershipStatus.DECLINED: _l("declined"),
    MembershipStatus.LEFT: _l("left"),
    MembershipStatus.REMOVED: _l("taken out"),
}


@dataclass(frozen=True, slots=True)
class PersonPage:
    person: FoundPerson
    seats: tuple[tuple[DeskSeat, str], ...]
    """With the membership in words."""
    preview: ErasurePreview
    asked_at: datetime | None


def person_page(session: Session, *, actor: Actor, person_id: int) -> PersonPage:
    """Raises NotFound for somebody out of the actor's reach."""
    person, seats = person_at_desk(session, actor=actor, person_id=person_id)
    return PersonPage(
        person=person,
        seats=tuple((seat, str(MEMBERSHIPS[seat.membership])) for seat in seats),
        preview=erasure_preview(session, person_id=person_id),
        asked_at=is_erasure_asked(session, person_id=person_id),
    )
