"""What is known of somebody in one task force before they say a word: their college and their region."""

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import College, Panellist, Region


def places_of(session: Session, *, panellist_id: int) -> tuple[LocalizedText, ...]:
    """The names of the college and the region that are known, in this order."""
    found = session.exec(
        select(College.name, Region.name)
        .select_from(Panellist)
        .outerjoin(College, col(College.id) == Panellist.college_id)
        .outerjoin(Region, col(Region.id) == Panellist.region_id)
        .where(Panellist.id == panellist_id)
    ).one()
    return tuple(LocalizedText(name) for name in found if name)
