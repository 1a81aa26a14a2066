"""What the account pages show, one frozen dataclass a page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from delphi.account.passkeys import host_of
from delphi.account.words import ROLES
from delphi.config import Settings
from surveys.localized import LocalizedText
from surveys.models import Authenticator, Passkey, Person, SignIn, StaffPassword, StaffRole, Study, TaskForce
from surveys.queries.actors import STAFF_MAY_REST
from surveys.rules.permissions import Actor
from surveys.services.second_factor import n_recovery_codes, passkeys_of
from surveys.vocabulary import Audience, Role


@dataclass(frozen=True, slots=True)
class Device:
    sign_in_id: int
    words: str
    since: datetime
    seen_at: datetime | None
    is_this: bool
    is_strong: bool


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role and where it holds: a study, one of its task forces, or everything."""

    staff_role_id: int
    words: Any
    study: LocalizedText | None
    task_force: str
    may_be_taken: bool = False


@dataclass(frozen=True, slots=True)
class AccountPage:
    name: str
    email: str
    roles: tuple[RoleLine, ...]
    password_since: datetime | None
    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    passkeys_possible: bool
    n_codes: int
    needs_factor: bool
    devices: tuple[Device, ...]

    @property
    def has_factor(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class Colleague:
    person_id: int
    name: str
    email: str
    has_password: bool
    has_factor: bool
    may_be_reset: bool
    """Whether the actor may take the second factor away, for somebody who lost phone and codes."""
    roles: tuple[RoleLine, ...]


@dataclass(frozen=True, slots=True)
class StaffPage:
    colleagues: tuple[Colleague, ...]
    choices: tuple[tuple[str, str], ...]
    """What may be given: a value for the form, and its words."""


def needs_factor(actor: Actor, *, settings: Settings) -> bool:
    """Whether this installation asks the actor's role for a second factor."""
    if settings.demo or settings.second_factor == "asked":
        return False
    return actor.administers or (settings.second_factor == "staff" and bool(actor.oversees))


def account_page(session: Session, *, actor: Actor, settings: Settings, now: datetime) -> AccountPage:
    person = session.get_one(Person, actor.person_id)
    password = session.get(StaffPassword, person.id)
    app = session.get(Authenticator, person.id)
    devices = session.exec(
        select(SignIn)
        .where(
            SignIn.person_id == person.id,
            SignIn.audience == Audience.STAFF,
            col(SignIn.ended_at).is_(None),
            col(SignIn.expires_at) > now,
            col(SignIn.seen_at) > now - STAFF_MAY_REST,
        )
        .order_by(col(SignIn.seen_at).desc())
    ).all()
    return AccountPage(
        name=person.name,
        email=person.email,
        roles=tuple(line for _, line in _role_lines(session, actor=actor, person_id=person.id)),
        password_since=password.changed_at if password else None,
        app_since=app.created_at if app else None,
        passkeys=passkeys_of(session, person_id=person.id),
        passkeys_possible=bool(host_of(settings)),
        n_codes=n_recovery_codes(session, person_id=person.id),
        needs_factor=needs_factor(actor, settings=settings),
        devices=tuple(
            Device(
                sign_in_id=one.id,
                words=one.device,
                since=one.created_at,
                seen_at=one.seen_at,
                is_this=one.id == actor.sign_in_id,
                is_strong=one.is_strong,
            )
            for one in devices
        ),
    )


def staff_page(session: Session, *, actor: Actor, language: str) -> StaffPage:
    """Everybody whose role the actor may take, with all those roles; the number of statements does not grow."""
    lines: dict[int, list[RoleLine]] = {}
    for person_id, line in _role_lines(session, actor=actor):
        if line.may_be_taken:
            lines.setdefault(person_id, []).append(line)
    people = session.exec(select(Person).where(col(Person.id).in_(lines))).all()
    with_password = set(session.exec(select(StaffPassword.person_id)).all())
    with_factor = set(session.exec(select(Authenticator.person_id)).all()) | set(
        session.exec(select(Passkey.person_id)).all()
    )
    colleagues = [
        Colleague(
            person_id=person.id,
            name=person.name,
            email=person.email,
            has_password=person.id in with_password,
            has_factor=person.id in with_factor,
            may_be_reset=actor.administers and person.id in with_factor and person.id != actor.person_id,
            roles=tuple(lines[person.id]),
        )
        for person in sorted(people, key=lambda one: (one.name.casefold(), one.id))
    ]
    return StaffPage(colleagues=tuple(colleagues), choices=_choices(session, actor=actor, language=language))


def _choices(session: Session, *, actor: Actor, language: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if actor.administers:
        found.append((Role.ADMINISTRATOR.value, str(ROLES[Role.ADMINISTRATOR])))
    query = select(Study).order_by(col(Study.id))
    studies = session.exec(query if actor.administers else query.where(col(Study.id).in_(actor.oversees))).all()
    task_forces: dict[int, list[TaskForce]] = {}
    for task_force in session.exec(select(TaskForce).order_by(TaskForce.code)).all():
        task_forces.setdefault(task_force.study_id, []).append(task_force)
    for study in studies:
        name = study.name.in_language(language)
        for role in (Role.SECRETARIAT, Role.OBSERVER):
            found.append((f"{role.value}-{study.id}", f"{ROLES[role]}: {name}"))
        for task_force in task_forces.get(study.id, []):
            words = f"{ROLES[Role.FACILITATOR]}: {task_force.code}, {name}"
            found.append((f"{Role.FACILITATOR.value}-{task_force.id}", words))
    return tuple(found)


def _role_lines(session: Session, *, actor: Actor, person_id: int | None = None) -> list[tuple[int, RoleLine]]:
    query = (
        select(StaffRole, TaskForce, Study)
        .outerjoin(TaskForce, col(TaskForce.id) == StaffRole.task_force_id)
        .outerjoin(Study, col(Study.id).in_((StaffRole.study_id, TaskForce.study_id)))
        .order_by(col(StaffRole.id))
    )
    if person_id is not None:
        query = query.where(StaffRole.person_id == person_id)
    found = []
    for held, task_force, study in session.exec(query).all():
        may = actor.administers or (
            held.role is not Role.ADMINISTRATOR and study is not None and study.id in actor.oversees
        )
        line = RoleLine(
            staff_role_id=held.id,
            words=ROLES[held.role],
            study=study.name if study is not None else None,
            task_force=task_force.code if task_force is not None else "",
            may_be_taken=may,
        )
        found.append((held.person_id, line))
    return found
