"""Words an attacker would try in somebody's password: who they are, and what they work on. And names of roles."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session, select

from surveys.models import Person, Study
from surveys.vocabulary import Role

ROLES: dict[Role, Any] = {
    Role.EXPERT: _l("Expert"),
    Role.FACILITATOR: _l("Facilitator"),
    Role.OBSERVER: _l("Observer"),
    Role.SECRETARIAT: _l("Secretariat"),
    Role.ADMINISTRATOR: _l("Administrator"),
}


def words_to_avoid(session: Session, *, person: Person) -> tuple[str, ...]:
    """The person's name and address, and the names of all studies in all their languages."""
    studies = session.exec(select(Study.slug, Study.name)).all()
    names = [text for slug, name in studies for text in (slug, *name.values())]
    return (person.name, person.email, *names)
