"""Who may run what: inviting by mail, giving and taking roles, ending devices. Somebody always administers."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Person, SignIn, StaffPassword, StaffRole, Study, TaskForce
from surveys.rules.addresses import clean_address
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.passwords import end_devices, send_link, tell
from surveys.services.staff import ensure_staff
from surveys.vocabulary import AccountLinkKind, Audience, AuditAction, Role, ViolationCode

OF_A_STUDY = (Role.SECRETARIAT, Role.OBSERVER)


def invite_staff(
    session: Session,
    *,
    actor: Actor,
    name: str,
    email: str,
    language: str,
    role: Role,
    study_id: int | None,
    task_force_id: int | None,
    secret_key: str,
    now: datetime,
) -> Person:
    """Give somebody a role; who has no password yet is sent a link to set their own, others a notice.

    Raises
    ------
    RuleViolation
        `role_not_yours` where the actor may not give it, or its study or task force is missing; `address_missing`,
        `text_empty` or `text_too_long` for the name of somebody new.
    """
    study, task_force = _ground(session, role=role, study_id=study_id, task_force_id=task_force_id)
    _ensure_theirs(actor, role=role, study_id=study.id if study else task_force.study_id if task_force else None)
    person = ensure_staff(
        session,
        name=name,
        email=clean_address(email),
        language=language,
        role=role,
        study=study,
        task_force=task_force,
        password_hash=None,
        actor=actor,
        now=now,
    )
    record(
        session,
        AuditAction.STAFF_INVITED,
        actor=actor,
        now=now,
        study_id=study.id if study else task_force.study_id if task_force else None,
        subject=f"person:{person.id}",
        role=role.value,
    )
    if session.get(StaffPassword, person.id) is None:
        send_link(session, person=person, kind=AccountLinkKind.INVITATION, secret_key=secret_key, now=now)
    else:
        tell(session, person_id=person.id, what="roles", now=now)
    session.flush()
    return person


def take_role(session: Session, *, actor: Actor, staff_role_id: int, now: datetime) -> None:
    """Take a role away; somebody without any is signed out everywhere.

    Raises
    ------
    RuleViolation
        `role_not_yours`; `last_administrator` where nobody else administers.
    """
    held = session.exec(select(StaffRole).where(StaffRole.id == staff_role_id).with_for_update()).first()
    if held is None:
        raise RuleViolation(ViolationCode.ROLE_NOT_YOURS)
    task_force = session.get(TaskForce, held.task_force_id) if held.task_force_id else None
    study_id = held.study_id or (task_force.study_id if task_force else None)
    _ensure_theirs(actor, role=held.role, study_id=study_id)
    if held.role is Role.ADMINISTRATOR:
        # Locked together: two administrators who demote each other at once must not both succeed.
        rows = session.exec(
            select(StaffRole).where(StaffRole.role == Role.ADMINISTRATOR).order_by(col(StaffRole.id)).with_for_update()
        ).all()
        if {row.person_id for row in rows} == {held.person_id}:
            raise RuleViolation(ViolationCode.LAST_ADMINISTRATOR)
    session.delete(held)
    session.flush()
    if session.exec(select(StaffRole.id).where(StaffRole.person_id == held.person_id)).first() is None:
        end_devices(session, person_id=held.person_id, now=now)
    record(
        session,
        AuditAction.ROLE_TAKEN,
        actor=actor,
        now=now,
        study_id=study_id,
        task_force_id=held.task_force_id,
        subject=f"person:{held.person_id}",
        role=held.role.value,
    )
    tell(session, person_id=held.person_id, what="roles", now=now)
    session.flush()


def end_device(session: Session, *, actor: Actor, sign_in_id: int, now: datetime) -> None:
    """Sign one of the actor's own devices out; ending one twice, or somebody else's, changes nothing."""
    mine = session.exec(
        select(SignIn).where(
            SignIn.id == sign_in_id,
            SignIn.person_id == actor.person_id,
            SignIn.audience == Audience.STAFF,
            col(SignIn.ended_at).is_(None),
        )
    ).first()
    if mine is None:
        return
    mine.ended_at = now
    session.add(mine)
    record(session, AuditAction.DEVICE_SIGNED_OUT, actor=actor, now=now)
    session.flush()


def _ground(
    session: Session, *, role: Role, study_id: int | None, task_force_id: int | None
) -> tuple[Study | None, TaskForce | None]:
    if role is Role.ADMINISTRATOR:
        return None, None
    if role in OF_A_STUDY and study_id is not None and (study := session.get(Study, study_id)) is not None:
        return study, None
    found = session.get(TaskForce, task_force_id) if role is Role.FACILITATOR and task_force_id else None
    if found is None:
        raise RuleViolation(ViolationCode.ROLE_NOT_YOURS)
    return None, found


def _ensure_theirs(actor: Actor, *, role: Role, study_id: int | None) -> None:
    if actor.administers or (role is not Role.ADMINISTRATOR and study_id in actor.oversees):
        return
    raise RuleViolation(ViolationCode.ROLE_NOT_YOURS)
