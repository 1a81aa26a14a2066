"""People, panellists and staff from a panel file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.file_problems import FileProblem
from surveys.models import College, Panellist, Person, Region, StaffRole, TaskForce
from surveys.panel_files import PanelFile, PersonEntry
from surveys.rules.panel_checks import CheckedLine
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.panel_changes import invite_newcomers
from surveys.vocabulary import AuditAction, Role, ViolationCode


@dataclass(frozen=True, slots=True)
class ImportedPanel:
    """What was added; people and seats that were there already are not counted."""

    n_people: int
    n_panellists: int
    n_staff_roles: int
    seated: tuple[int, ...] = field(default=(), compare=False)
    """Ids of the people who got a seat."""


def import_panel(
    session: Session, *, study_id: int, panel: PanelFile, actor: Actor | None, now: datetime
) -> ImportedPanel:
    """Add everybody of the file to the study. Nobody is invited yet: opening a round does that.

    A person is known by the mail address; a known one keeps name and language, and a seat or role held already is
    left as it is. The same file twice adds nothing.

    Raises
    ------
    FileProblem
        `unknown_code` for a college, region or task force the study does not have; then nothing is added.
    """
    places = _Places(session, study_id=study_id, file=panel.file)
    for entry in panel.people:
        places.check(entry)
    known = {person.email: person for person in _known_people(session, (entry.email for entry in panel.people))}
    fresh = [
        Person(name=entry.name, email=entry.email, language=entry.language, created_at=now)
        for entry in panel.people
        if entry.email not in known
    ]
    session.add_all(fresh)
    session.flush()
    people = known | {person.email: person for person in fresh}
    seated = _add_panellists(session, panel=panel, people=people, places=places)
    n_staff = _add_staff(session, study_id=study_id, panel=panel, people=people, places=places)
    record(
        session,
        AuditAction.PANEL_IMPORTED,
        actor=actor,
        now=now,
        study_id=study_id,
        n_people=len(fresh),
        n_panellists=len(seated),
        n_staff_roles=n_staff,
    )
    session.flush()
    return ImportedPanel(
        n_people=len(fresh), n_panellists=len(seated), n_staff_roles=n_staff, seated=tuple(dict.fromkeys(seated))
    )


def import_lines(
    session: Session,
    *,
    actor: Actor,
    task_force_id: int,
    lines: Sequence[CheckedLine],
    invites: bool,
    now: datetime,
) -> int:
    """Give everybody of `lines` a seat in one task force, all of them in one go; how many seats were new.

    With `invites` those who are new get the invitation of the open round, if there is one.

    Raises
    ------
    RuleViolation
        `nobody_to_import` without a good line; a line with a problem is never stored.
    """
    good = [line for line in lines if line.is_good]
    if not good:
        raise RuleViolation(ViolationCode.NOBODY_TO_IMPORT)
    task_force = session.get_one(TaskForce, task_force_id)
    people = tuple(
        PersonEntry(
            name=line.name,
            email=line.email,
            language=line.language,
            college=line.college,
            region=line.region,
            task_forces=(task_force.code,),
            role=Role.EXPERT,
            line=line.number,
            expertise=line.expertise,
            interest=line.interest,
        )
        for line in good
    )
    panel = PanelFile(file="", people=people)
    imported = import_panel(session, study_id=task_force.study_id, panel=panel, actor=actor, now=now)
    if invites:
        invite_newcomers(session, task_force_id=task_force_id, person_ids=list(imported.seated), now=now)
    return imported.n_panellists


class _Places:
    """Codes of a study to ids; refuses what the study does not have."""

    def __init__(self, session: Session, *, study_id: int, file: str) -> None:
        self._file = file
        self.ids: dict[str, dict[str, int]] = {
            "college": dict(session.exec(select(College.code, College.id).where(College.study_id == study_id)).all()),
            "region": dict(session.exec(select(Region.code, Region.id).where(Region.study_id == study_id)).all()),
            "task_forces": dict(
                session.exec(select(TaskForce.code, TaskForce.id).where(TaskForce.study_id == study_id)).all()
            ),
        }

    def check(self, entry: PersonEntry) -> None:
        asked = [("college", entry.college), ("region", entry.region)]
        for column, code in [*asked, *(("task_forces", code) for code in entry.task_forces)]:
            if code and code not in self.ids[column]:
                known = ", ".join(sorted(self.ids[column]))
                raise FileProblem(
                    "unknown_code", file=self._file, line=entry.line, column=column, value=code, known=known
                )


def _known_people(session: Session, emails: Iterable[str]) -> list[Person]:
    return list(session.exec(select(Person).where(col(Person.email).in_(list(emails)))).all())


def _add_panellists(session: Session, *, panel: PanelFile, people: dict[str, Person], places: _Places) -> list[int]:
    taken = set(
        session.exec(
            select(Panellist.task_force_id, Panellist.person_id).where(
                col(Panellist.task_force_id).in_(places.ids["task_forces"].values())
            )
        ).all()
    )
    seats = [
        Panellist(
            task_force_id=places.ids["task_forces"][code],
            person_id=people[entry.email].id,
            college_id=places.ids["college"].get(entry.college),
            region_id=places.ids["region"].get(entry.region),
            language=people[entry.email].language,
            expertise=entry.expertise,
            interest=entry.interest,
        )
        for entry in panel.people
        if entry.role is Role.EXPERT
        for code in entry.task_forces
        if (places.ids["task_forces"][code], people[entry.email].id) not in taken
    ]
    session.add_all(seats)
    session.flush()
    return [seat.person_id for seat in seats if seat.person_id is not None]


def _add_staff(session: Session, *, study_id: int, panel: PanelFile, people: dict[str, Person], places: _Places) -> int:
    held = {
        (role.person_id, role.role, role.study_id, role.task_force_id) for role in session.exec(select(StaffRole)).all()
    }
    wanted: list[tuple[int, Role, int | None, int | None]] = []
    for entry in panel.people:
        person_id = people[entry.email].id
        match entry.role:
            case Role.FACILITATOR:
                wanted += [(person_id, entry.role, None, places.ids["task_forces"][code]) for code in entry.task_forces]
            case Role.SECRETARIAT:
                wanted.append((person_id, entry.role, study_id, None))
            case Role.ADMINISTRATOR:
                wanted.append((person_id, entry.role, None, None))
    fresh = [key for key in dict.fromkeys(wanted) if key not in held]
    session.add_all(
        StaffRole(person_id=person_id, role=role, study_id=study, task_force_id=task_force)
        for person_id, role, study, task_force in fresh
    )
    session.flush()
    return len(fresh)
