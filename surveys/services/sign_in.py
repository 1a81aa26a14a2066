"""Coming in and going out: by an expert's link, by a staff account."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from surveys.errors import RuleViolation
from surveys.models import Invitation, Person, SignIn, StaffPassword, StaffRole
from surveys.rules.permissions import Actor
from surveys.rules.tokens import invitation_token, new_sign_in_token, token_hash
from surveys.services.audit import record
from surveys.vocabulary import Audience, AuditAction, ViolationCode

EXPERT_SIGN_IN_LASTS = timedelta(days=30)
STAFF_SIGN_IN_LASTS = timedelta(days=30)
SEEN_AGAIN = timedelta(minutes=10)
"""How old the time a device was last seen may be before it is written anew."""


def ensure_invitation(
    session: Session, *, person_id: int, study_id: int, secret_key: str, now: datetime
) -> tuple[Invitation, str]:
    """The open invitation of a person to a study, made if there is none, and its token."""
    newest = session.exec(
        select(Invitation)
        .where(Invitation.person_id == person_id, Invitation.study_id == study_id)
        .order_by(col(Invitation.generation).desc())
    ).first()
    generation = 1 if newest is None else newest.generation + (newest.revoked_at is not None)
    token = invitation_token(secret_key=secret_key, person_id=person_id, study_id=study_id, generation=generation)
    if newest is not None and newest.revoked_at is None:
        return newest, token
    invitation = Invitation(
        person_id=person_id,
        study_id=study_id,
        generation=generation,
        token_hash=token_hash(token),
        created_at=now,
    )
    session.add(invitation)
    session.flush()
    return invitation, token


def revoke_invitation(session: Session, *, invitation: Invitation, actor: Actor, now: datetime) -> None:
    """The link opens nothing from now on, and every device that came by it is signed out."""
    invitation.revoked_at = now
    session.add(invitation)
    session.exec(
        update(SignIn)
        .where(col(SignIn.invitation_id) == invitation.id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )
    record(session, AuditAction.LINK_REVOKED, actor=actor, now=now, study_id=invitation.study_id)


def find_invitation(session: Session, *, token: str) -> tuple[Invitation, Person]:
    """The invitation behind a link, and whose it is.

    Raises
    ------
    RuleViolation
        `link_unknown` or `link_revoked`.
    """
    row = session.exec(
        select(Invitation, Person)
        .join(Person, col(Person.id) == Invitation.person_id)
        .where(Invitation.token_hash == token_hash(token))
    ).first()
    if row is None:
        raise RuleViolation(ViolationCode.LINK_UNKNOWN)
    if row[0].revoked_at is not None:
        raise RuleViolation(ViolationCode.LINK_REVOKED)
    return row[0], row[1]


def sign_in_by_link(session: Session, *, token: str, now: datetime) -> str:
    """Sign the owner of the link in on this device; the token of the new sign-in. The link stays usable."""
    invitation, person = find_invitation(session, token=token)
    return _sign_in(
        session,
        person_id=person.id,
        audience=Audience.EXPERT,
        lasts=EXPERT_SIGN_IN_LASTS,
        invitation_id=invitation.id,
        study_id=invitation.study_id,
        now=now,
    )


def find_staff(session: Session, *, email: str) -> tuple[Person, StaffPassword] | None:
    """The staff account of an address, or None. The caller checks the password (and hides which was wrong)."""
    return session.exec(
        select(Person, StaffPassword)
        .join(StaffPassword, col(StaffPassword.person_id) == Person.id)
        .where(Person.email == email.strip().lower())
    ).first()


def sign_in_staff(session: Session, *, person_id: int, now: datetime, device: str = "", is_strong: bool = False) -> str:
    """Sign a member of staff in whose identity has been established; the token of the new sign-in.

    `is_strong` says whether a second factor was given.

    Raises
    ------
    RuleViolation
        `person_unknown` where the person holds no staff role.
    """
    if session.exec(select(StaffRole.id).where(StaffRole.person_id == person_id)).first() is None:
        raise RuleViolation(ViolationCode.PERSON_UNKNOWN)
    token = _sign_in(session, person_id=person_id, audience=Audience.STAFF, lasts=STAFF_SIGN_IN_LASTS, now=now)
    session.exec(
        update(SignIn)
        .where(col(SignIn.token_hash) == token_hash(token))
        .values(seen_at=now, proven_at=now, is_strong=is_strong, device=device[:80])
    )
    return token


def note_seen(session: Session, *, actor: Actor, now: datetime) -> None:
    """Remember that a member of staff's device was used just now."""
    session.exec(update(SignIn).where(col(SignIn.id) == actor.sign_in_id).values(seen_at=now))


def note_proven(session: Session, *, actor: Actor, is_strong: bool, now: datetime) -> None:
    """Remember that who sits at this device has just proven who they are; a second factor makes it strong for good."""
    values: dict[str, object] = {"proven_at": now, "seen_at": now, **({"is_strong": True} if is_strong else {})}
    session.exec(update(SignIn).where(col(SignIn.id) == actor.sign_in_id).values(**values))


def sign_out(session: Session, *, actor: Actor, now: datetime) -> None:
    """End this device's sign-in on the server; its cookie opens nothing any more."""
    session.exec(update(SignIn).where(col(SignIn.id) == actor.sign_in_id).values(ended_at=now))
    record(session, AuditAction.SIGNED_OUT, actor=actor, now=now)


def _sign_in(
    session: Session,
    *,
    person_id: int,
    audience: Audience,
    lasts: timedelta,
    now: datetime,
    invitation_id: int | None = None,
    study_id: int | None = None,
) -> str:
    token = new_sign_in_token()
    session.add(
        SignIn(
            token_hash=token_hash(token),
            person_id=person_id,
            audience=audience,
            invitation_id=invitation_id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    record(
        session,
        AuditAction.SIGNED_IN,
        actor=Actor(person_id=person_id, audience=audience),
        now=now,
        study_id=study_id,
        audience=audience.value,
    )
    return token
