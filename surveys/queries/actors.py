"""Who is behind a signed-in device, read anew at each request so that a revocation takes effect at once."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from surveys.models import Invitation, Panellist, Person, SignIn, StaffRole
from surveys.rules.permissions import STRANGER, Actor
from surveys.rules.tokens import token_hash
from surveys.vocabulary import Audience, MembershipStatus, Role


def actor_of_sign_in(session: Session, *, token: str, now: datetime) -> Actor:
    """The actor of a sign-in token: a stranger where it is unknown, ended, expired or its link was revoked."""
    query = (
        select(SignIn, Person)
        .join(Person, col(Person.id) == SignIn.person_id)
        .outerjoin(Invitation, col(Invitation.id) == SignIn.invitation_id)
        .where(
            SignIn.token_hash == token_hash(token),
            col(SignIn.ended_at).is_(None),
            SignIn.expires_at > now,
            or_(col(Invitation.id).is_(None), col(Invitation.revoked_at).is_(None)),
        )
    )
    row = session.exec(query).first()
    if row is None:
        return STRANGER
    sign_in, person = row
    if sign_in.audience is Audience.EXPERT:
        panels = session.exec(
            select(Panellist.task_force_id).where(
                Panellist.person_id == person.id,
                col(Panellist.status).in_([MembershipStatus.INVITED, MembershipStatus.JOINED]),
            )
        ).all()
        return Actor(
            person_id=person.id,
            name=person.name,
            language=person.language,
            audience=Audience.EXPERT,
            sign_in_id=sign_in.id,
            panels=frozenset(panels),
        )
    roles = session.exec(select(StaffRole).where(StaffRole.person_id == person.id)).all()
    return Actor(
        person_id=person.id,
        name=person.name,
        language=person.language,
        audience=Audience.STAFF,
        sign_in_id=sign_in.id,
        facilitates=frozenset(r.task_force_id for r in roles if r.role is Role.FACILITATOR and r.task_force_id),
        oversees=frozenset(r.study_id for r in roles if r.role is Role.SECRETARIAT and r.study_id),
        administers=any(r.role is Role.ADMINISTRATOR for r in roles),
    )
