"""A person's rights at the desk: correct, remove; and the request that starts it."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, delete, select, update

from surveys.errors import NotFound, RuleViolation
from surveys.models import (
    AccountLink,
    Authenticator,
    ErasureRequest,
    Invitation,
    OutboxMessage,
    Panellist,
    Passkey,
    Person,
    RecoveryCode,
    SignIn,
    StaffPassword,
    StaffRole,
)
from surveys.queries.people_desk import ensure_in_reach, erasure_preview
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.rules.texts import NAME_LIMIT, REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.unlinking import cancel_mails, unlink_seats
from surveys.vocabulary import AuditAction, ViolationCode

NOBODY = "–"
"""The name of somebody who was removed."""
OF_AN_ACCOUNT = (AccountLink, Authenticator, Passkey, RecoveryCode, StaffPassword)


def ask_for_erasure(session: Session, *, actor: Actor, now: datetime) -> bool:
    """An expert asks for their name to be removed; False where the desk has this request already."""
    if actor.person_id is None:
        raise NotFound
    open_one = select(ErasureRequest.id).where(
        ErasureRequest.person_id == actor.person_id, col(ErasureRequest.settled_at).is_(None)
    )
    if session.exec(open_one).first() is not None:
        return False
    session.add(ErasureRequest(person_id=actor.person_id, asked_at=now))
    record(session, AuditAction.ERASURE_ASKED, actor=actor, now=now)
    session.flush()
    return True


def correct_person(
    session: Session, *, actor: Actor, person_id: int, name: str, email: str, reason: str, now: datetime
) -> None:
    """Mend name and address. A new address ends every link and device: who holds it cannot open what is there.

    Raises
    ------
    NotFound
        There is no such person in the actor's reach.
    RuleViolation
        `person_elsewhere`, `name_missing`, `address_missing`, `address_taken`, `reason_missing`, `still_staff`
        where a member of staff is given another address, `text_too_long`, `nothing_changed`.
    """
    person = _person(session, actor=actor, person_id=person_id)
    said = _reason(reason)
    new_name = clean_text(name, limit=NAME_LIMIT)
    if not new_name:
        raise RuleViolation(ViolationCode.NAME_MISSING)
    address = clean_address(email)
    changed = [
        what for what, differs in (("name", new_name != person.name), ("address", address != person.email)) if differs
    ]
    if not changed:
        raise RuleViolation(ViolationCode.NOTHING_CHANGED)
    if "address" in changed:
        _ensure_no_staff(session, person_id=person_id)
        if session.exec(select(Person.id).where(Person.email == address)).first() is not None:
            raise RuleViolation(ViolationCode.ADDRESS_TAKEN)
        _end_doors(session, person_id=person_id, now=now)
    person.name, person.email = new_name, address
    session.add(person)
    # What it was and is stays out of the log: nobody could be erased from there.
    record(
        session,
        AuditAction.PERSON_CORRECTED,
        actor=actor,
        now=now,
        person=f"person {person_id}",
        changed=changed,
        reason=said,
    )
    session.flush()


def erase_person(session: Session, *, actor: Actor, person_id: int, digest: str, reason: str, now: datetime) -> None:
    """Remove a person: name and address at once, answers of open rounds deleted, those of closed rounds unlinked.

    `digest` is that of the preview the actor saw. Rows the log and the votes of the study point at stay, without name.

    Raises
    ------
    NotFound
        There is no such person in the actor's reach.
    RuleViolation
        `person_elsewhere`, `still_staff`, `reason_missing`, `text_too_long`, `preview_outdated`.
    """
    person = _person(session, actor=actor, person_id=person_id)
    said = _reason(reason)
    _ensure_no_staff(session, person_id=person_id)
    if erasure_preview(session, person_id=person_id).digest != digest:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    seats = session.exec(select(Panellist).where(Panellist.person_id == person_id).with_for_update()).all()
    overwrite_person(session, person=person, seats=list(seats), now=now)
    # The entry names no seat: the log must not lead from the person to answers.
    record(session, AuditAction.PERSON_ERASED, actor=actor, now=now, person=f"person {person_id}", reason=said)
    session.flush()


def overwrite_person(session: Session, *, person: Person, seats: list[Panellist], now: datetime) -> None:
    """Unlink `seats`, close every door of the person, overwrite name and address."""
    unlink_seats(session, seats=seats, now=now)
    cancel_mails(session, person_id=person.id)
    connection = session.connection()
    connection.execute(delete(SignIn).where(col(SignIn.person_id) == person.id))
    connection.execute(delete(Invitation).where(col(Invitation.person_id) == person.id))
    connection.execute(
        delete(OutboxMessage).where(col(OutboxMessage.person_id) == person.id, col(OutboxMessage.study_id).is_(None))
    )
    for table in OF_AN_ACCOUNT:
        connection.execute(delete(table).where(col(table.person_id) == person.id))
    person.name, person.email = NOBODY, f"erased-{secrets.token_hex(12)}@erased.invalid"
    person.erased_at = now
    session.add(person)
    for request in session.exec(
        select(ErasureRequest).where(ErasureRequest.person_id == person.id, col(ErasureRequest.settled_at).is_(None))
    ):
        request.settled_at = now
        session.add(request)
    session.flush()


def _person(session: Session, *, actor: Actor, person_id: int) -> Person:
    person = session.exec(select(Person).where(Person.id == person_id).with_for_update()).first()
    if person is None or person.erased_at is not None:
        raise NotFound
    ensure_in_reach(session, actor=actor, person_id=person_id)
    return person


def _reason(reason: str) -> str:
    said = clean_text(reason, limit=REASON_LIMIT)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    return said


def _ensure_no_staff(session: Session, *, person_id: int) -> None:
    if session.exec(select(StaffRole.id).where(StaffRole.person_id == person_id).limit(1)).first() is not None:
        raise RuleViolation(ViolationCode.STILL_STAFF)


def _end_doors(session: Session, *, person_id: int, now: datetime) -> None:
    """Links open nothing any more, devices are signed out."""
    connection = session.connection()
    connection.execute(
        update(SignIn).where(col(SignIn.person_id) == person_id, col(SignIn.ended_at).is_(None)).values(ended_at=now)
    )
    # Revoked, not deleted: a link that is made again after a deletion would be the old one.
    connection.execute(
        update(Invitation)
        .where(col(Invitation.person_id) == person_id, col(Invitation.revoked_at).is_(None))
        .values(revoked_at=now)
    )
