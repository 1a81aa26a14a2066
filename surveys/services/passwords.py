"""Passwords of staff: set by a link in a mail, changed by their owner. Whoever sets one is not signed in by it."""

import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, select, update

from surveys.errors import RuleViolation
from surveys.models import AccountLink, Person, SignIn, StaffPassword, StaffRole
from surveys.rules.permissions import Actor
from surveys.rules.tokens import account_token, token_hash
from surveys.services.audit import record
from surveys.services.outbox import queue_message
from surveys.vocabulary import AccountLinkKind, Audience, AuditAction, MessageKind, ViolationCode

LASTS = {AccountLinkKind.INVITATION: timedelta(days=7), AccountLinkKind.FORGOTTEN: timedelta(hours=1)}
MAILS = {
    AccountLinkKind.INVITATION: MessageKind.ACCOUNT_INVITATION,
    AccountLinkKind.FORGOTTEN: MessageKind.PASSWORD_FORGOTTEN,
}
NOT_AGAIN_WITHIN = timedelta(minutes=5)


def send_link(session: Session, *, person: Person, kind: AccountLinkKind, secret_key: str, now: datetime) -> None:
    """Queue a mail with a link that sets a password once; earlier links of this person open nothing any more."""
    session.exec(
        update(AccountLink)
        .where(col(AccountLink.person_id) == person.id, col(AccountLink.used_at).is_(None))
        .values(used_at=now)
    )
    nonce = secrets.token_hex(16)
    token = account_token(secret_key=secret_key, kind=kind.value, person_id=person.id, nonce=nonce)
    link = AccountLink(
        person_id=person.id,
        kind=kind,
        nonce=nonce,
        token_hash=token_hash(token),
        created_at=now,
        expires_at=now + LASTS[kind],
    )
    session.add(link)
    session.flush()
    queue_message(session, kind=MAILS[kind], person=person, study_id=None, params={"link_id": link.id}, now=now)


def ask_for_password(session: Session, *, email: str, secret_key: str, now: datetime) -> None:
    """Send a link to the address if it is of staff; the caller is not told whether, and not twice in five minutes."""
    person = session.exec(
        select(Person)
        .join(StaffRole, col(StaffRole.person_id) == Person.id)
        .where(Person.email == email.strip().lower())
    ).first()
    if person is None:
        return
    recent = session.exec(
        select(AccountLink.id).where(
            AccountLink.person_id == person.id,
            col(AccountLink.used_at).is_(None),
            col(AccountLink.created_at) > now - NOT_AGAIN_WITHIN,
        )
    ).first()
    if recent is None:
        send_link(session, person=person, kind=AccountLinkKind.FORGOTTEN, secret_key=secret_key, now=now)


def find_account_link(session: Session, *, token: str, now: datetime) -> tuple[AccountLink, Person]:
    """The link behind a token and whose it is. Raises `account_link_over` for one unknown, used or run out."""
    row = session.exec(
        select(AccountLink, Person)
        .join(Person, col(Person.id) == AccountLink.person_id)
        .where(
            AccountLink.token_hash == token_hash(token),
            col(AccountLink.used_at).is_(None),
            col(AccountLink.expires_at) > now,
        )
        .with_for_update(of=AccountLink)
    ).first()
    if row is None:
        raise RuleViolation(ViolationCode.ACCOUNT_LINK_OVER)
    return row[0], row[1]


def set_password_by_link(session: Session, *, token: str, password_hash: str, now: datetime) -> None:
    """Set the password and use the link up. Every device is signed out; the second factor stays as it is.

    Raises
    ------
    RuleViolation
        `account_link_over`.
    """
    link, person = find_account_link(session, token=token, now=now)
    link.used_at = now
    session.add(link)
    actor = Actor(person_id=person.id, audience=Audience.STAFF)
    change_password(session, actor=actor, password_hash=password_hash, now=now)


def change_password(session: Session, *, actor: Actor, password_hash: str, now: datetime) -> None:
    """Set the actor's own password; every other device of theirs is signed out, and a mail says so."""
    person = session.get_one(Person, actor.person_id)
    session.merge(StaffPassword(person_id=person.id, password_hash=password_hash, changed_at=now))
    end_devices(session, person_id=person.id, now=now, but=actor.sign_in_id)
    record(session, AuditAction.PASSWORD_CHANGED, actor=actor, now=now, subject=f"person:{person.id}")
    tell(session, person_id=person.id, what="password", now=now)
    session.flush()


def end_devices(session: Session, *, person_id: int, now: datetime, but: int | None = None) -> None:
    """Sign a member of staff out everywhere, or everywhere `but` on one device."""
    session.exec(
        update(SignIn)
        .where(
            col(SignIn.person_id) == person_id,
            col(SignIn.audience) == Audience.STAFF,
            col(SignIn.ended_at).is_(None),
            col(SignIn.id) != (but or 0),
        )
        .values(ended_at=now)
    )


def tell(session: Session, *, person_id: int, what: str, now: datetime) -> None:
    """Queue a notice that something about the person's account changed."""
    person = session.get_one(Person, person_id)
    queue_message(
        session, kind=MessageKind.ACCOUNT_NOTICE, person=person, study_id=None, params={"what": what}, now=now
    )
