"""Single changes to a panel: taking somebody out with a reason, a new link, an address that bounced."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.models import Invitation, OutboxMessage, Panellist, Person, Round, SignIn, TaskForce
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.rules.texts import REASON_LIMIT, clean_text
from surveys.services.audit import record
from surveys.services.outbox import queue_message
from surveys.services.sign_in import revoke_invitation
from surveys.vocabulary import (
    AuditAction,
    MembershipStatus,
    MessageKind,
    OutboxStatus,
    RoundStatus,
    ViolationCode,
)

WAITING = (OutboxStatus.QUEUED, OutboxStatus.FAILED)


def remove_panellist(
    session: Session, *, actor: Actor, task_force_id: int, panellist_id: int, reason: str, now: datetime
) -> None:
    """Take somebody out of the panel: they are asked nothing any more. What they answered stays as it was counted.

    Raises
    ------
    NotFound
        There is no such person in this task force.
    RuleViolation
        `reason_missing`, `text_too_long`.
    """
    panellist, _ = seat_of(session, task_force_id=task_force_id, panellist_id=panellist_id)
    said = clean_text(reason, limit=REASON_LIMIT)
    if not said:
        raise RuleViolation(ViolationCode.REASON_MISSING)
    panellist.status, panellist.decline_reason = MembershipStatus.REMOVED, said
    session.add(panellist)
    _log(session, AuditAction.PANELLIST_REMOVED, panellist, actor=actor, now=now, reason=said)


def restore_panellist(session: Session, *, actor: Actor, task_force_id: int, panellist_id: int, now: datetime) -> None:
    """Take somebody in again who was taken out; who left or declined comes back only by themselves."""
    panellist, _ = seat_of(session, task_force_id=task_force_id, panellist_id=panellist_id)
    if panellist.status is not MembershipStatus.REMOVED:
        return
    has_joined = panellist.consented_at is not None
    panellist.status = MembershipStatus.JOINED if has_joined else MembershipStatus.INVITED
    panellist.decline_reason = ""
    session.add(panellist)
    _log(session, AuditAction.PANELLIST_RESTORED, panellist, actor=actor, now=now)


def revoke_link(session: Session, *, actor: Actor, task_force_id: int, panellist_id: int, now: datetime) -> bool:
    """Make the personal link of somebody open nothing, and sign their devices out; False where there was none."""
    panellist, person = seat_of(session, task_force_id=task_force_id, panellist_id=panellist_id)
    study_id = session.get_one(TaskForce, panellist.task_force_id).study_id
    open_links = session.exec(
        select(Invitation).where(
            Invitation.person_id == person.id, Invitation.study_id == study_id, col(Invitation.revoked_at).is_(None)
        )
    ).all()
    for invitation in open_links:
        revoke_invitation(session, invitation=invitation, actor=actor, now=now)
    session.flush()
    return bool(open_links)


def renew_link(session: Session, *, actor: Actor, task_force_id: int, panellist_id: int, now: datetime) -> None:
    """Replace the personal link; the new one goes to the address on file, and is shown to nobody else."""
    revoke_link(session, actor=actor, task_force_id=task_force_id, panellist_id=panellist_id, now=now)
    panellist, person = seat_of(session, task_force_id=task_force_id, panellist_id=panellist_id)
    study_id = session.get_one(TaskForce, panellist.task_force_id).study_id
    queue_message(session, kind=MessageKind.NEW_LINK, person=person, study_id=study_id, params={}, now=now)
    _log(session, AuditAction.LINK_RENEWED, panellist, actor=actor, now=now)


def correct_address(
    session: Session, *, actor: Actor, task_force_id: int, panellist_id: int, email: str, now: datetime
) -> None:
    """Change an address that cannot be reached, and send what failed again. The link in the failed mail opens nothing.

    Only of somebody who never came in: whoever could change the address of a person with answers could read them.

    Raises
    ------
    NotFound
        There is no such person in this task force.
    RuleViolation
        `address_missing`, `text_too_long`, `address_in_use` where the person has come in by their link,
        `address_taken` where the address belongs to somebody else.
    """
    panellist, person = seat_of(session, task_force_id=task_force_id, panellist_id=panellist_id)
    address = clean_address(email)
    if address != person.email:
        came_in = session.exec(select(SignIn.id).where(SignIn.person_id == person.id).limit(1)).first()
        if came_in is not None:
            raise RuleViolation(ViolationCode.ADDRESS_IN_USE)
        if session.exec(select(Person.id).where(Person.email == address)).first() is not None:
            raise RuleViolation(ViolationCode.ADDRESS_TAKEN)
        person.email = address
        session.add(person)
        revoke_link(session, actor=actor, task_force_id=task_force_id, panellist_id=panellist_id, now=now)
    _send_again(session, panellist=panellist, person=person, now=now)
    _log(session, AuditAction.ADDRESS_CORRECTED, panellist, actor=actor, now=now)


def seat_of(session: Session, *, task_force_id: int, panellist_id: int) -> tuple[Panellist, Person]:
    """A panellist of this task force with the person. Raises NotFound, also once the two are no longer linked."""
    row = session.exec(
        select(Panellist, Person)
        .join(Person, col(Person.id) == Panellist.person_id)
        .where(Panellist.id == panellist_id, Panellist.task_force_id == task_force_id)
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def invite_newcomers(session: Session, *, task_force_id: int, person_ids: list[int], now: datetime) -> int:
    """Queue the invitation to people who were added while a round is open; none is sent without an open round."""
    round_ = session.exec(
        select(Round).where(Round.task_force_id == task_force_id, Round.status == RoundStatus.OPEN)
    ).first()
    if round_ is None or not person_ids:
        return 0
    study_id = session.get_one(TaskForce, task_force_id).study_id
    people = session.exec(select(Person).where(col(Person.id).in_(person_ids)).order_by(col(Person.id))).all()
    for person in people:
        queue_message(
            session,
            kind=MessageKind.INVITATION,
            person=person,
            study_id=study_id,
            params={"round_id": round_.id},
            now=now,
            due_at=round_.mails_leave_at,
        )
    session.flush()
    return len(people)


def _send_again(session: Session, *, panellist: Panellist, person: Person, now: datetime) -> None:
    """What failed or still waits of this study, once more to the corrected address; without any, the personal link."""
    study_id = session.get_one(TaskForce, panellist.task_force_id).study_id
    old = session.exec(
        select(OutboxMessage)
        .where(
            OutboxMessage.person_id == person.id,
            OutboxMessage.study_id == study_id,
            col(OutboxMessage.status).in_(WAITING),
        )
        .order_by(col(OutboxMessage.id).desc())
    ).all()
    newest = old[0] if old else None
    for message in old:
        if message.status is OutboxStatus.QUEUED:
            message.status = OutboxStatus.CANCELLED
            session.add(message)
    queue_message(
        session,
        kind=newest.kind if newest is not None else MessageKind.NEW_LINK,
        person=person,
        study_id=study_id,
        params=dict(newest.params) if newest is not None else {},
        now=now,
    )


def _log(
    session: Session, action: AuditAction, panellist: Panellist, *, actor: Actor, now: datetime, **details: str
) -> None:
    # Without the panellist's id: the log must not tie a name to anything.
    record(
        session,
        action,
        actor=actor,
        now=now,
        study_id=session.get_one(TaskForce, panellist.task_force_id).study_id,
        task_force_id=panellist.task_force_id,
        **details,
    )
    session.flush()
