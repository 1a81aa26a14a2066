"""Staff accounts: who may run what, and the hash of the password that proves it."""

from datetime import datetime

from sqlmodel import Session, col, select, update

from surveys.models import Person, SignIn, StaffPassword, StaffRole, Study, TaskForce
from surveys.rules.permissions import Actor
from surveys.rules.texts import NAME_LIMIT, require_text
from surveys.services.audit import record
from surveys.vocabulary import Audience, AuditAction, Role


def ensure_staff(
    session: Session,
    *,
    name: str,
    email: str,
    language: str,
    role: Role,
    study: Study | None = None,
    task_force: TaskForce | None = None,
    password_hash: str | None,
    actor: Actor | None,
    now: datetime,
) -> Person:
    """Give a person (made if the address is new) a staff role, and a password where one is passed.

    A new password ends every staff sign-in of the person. Name and language of a known person stay as they are.
    Raises `text_empty` or `text_too_long` for the name.
    """
    address = email.strip().lower()
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None:
        person = Person(name=require_text(name, limit=NAME_LIMIT), email=address, language=language, created_at=now)
        session.add(person)
        session.flush()
    study_id, task_force_id = study.id if study else None, task_force.id if task_force else None
    give_role(session, person_id=person.id, role=role, study_id=study_id, task_force_id=task_force_id)
    if password_hash is not None:
        session.merge(StaffPassword(person_id=person.id, password_hash=password_hash, changed_at=now))
        session.exec(
            update(SignIn)
            .where(
                col(SignIn.person_id) == person.id,
                col(SignIn.audience) == Audience.STAFF,
                col(SignIn.ended_at).is_(None),
            )
            .values(ended_at=now)
        )
    record(
        session,
        AuditAction.ACCOUNT_CHANGED,
        actor=actor,
        now=now,
        study_id=study_id,
        task_force_id=task_force_id,
        subject=f"person:{person.id}",
        role=role.value,
        new_password=password_hash is not None,
    )
    session.flush()
    return person


def give_role(
    session: Session, *, person_id: int, role: Role, study_id: int | None = None, task_force_id: int | None = None
) -> None:
    """Give a role once; holding it already changes nothing."""
    held = session.exec(
        select(StaffRole.id).where(
            StaffRole.person_id == person_id,
            StaffRole.role == role,
            col(StaffRole.study_id).is_not_distinct_from(study_id),
            col(StaffRole.task_force_id).is_not_distinct_from(task_force_id),
        )
    ).first()
    if held is None:
        session.add(StaffRole(person_id=person_id, role=role, study_id=study_id, task_force_id=task_force_id))
        session.flush()


def give_study_to_administrators(session: Session, *, study_id: int) -> int:
    """Make every administrator secretariat of a new study, so that somebody can open it; how many."""
    people = session.exec(select(StaffRole.person_id).where(StaffRole.role == Role.ADMINISTRATOR).distinct()).all()
    for person_id in people:
        give_role(session, person_id=person_id, role=Role.SECRETARIAT, study_id=study_id)
    return len(people)
