"""People, panellists and staff from a panel file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.file_problems import FileProblem
from surveys.models import College, Panellist, Person, Region, StaffRole, TaskForce
from surveys.panel_files import PanelFile, PersonEntry
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, Role


@dataclass(frozen=True, slots=True)
class ImportedPanel:
    """What was added; people and seats that were there already are not counted."""

    n_people: int
    n_panellists: int
    n_staff_roles: int


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
    n_panellists = _add_panellists(session, panel=panel, people=people, places=places)
    n_staff = _add_staff(session, study_id=study_id, panel=panel, people=people, places=places)
    record(
        session,
        AuditAction.PANEL_IMPORTED,
        actor=actor,
        now=now,
        study_id=study_id,
        n_people=len(fresh),
        n_panellists=n_panellists,
        n_staff_roles=n_staff,
    )
    session.flush()
    return ImportedPanel(n_people=len(fresh), n_panellists=n_panellists, n_staff_roles=n_staff)


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


def _add_panellists(session: Session, *, panel: PanelFile, people: dict[str, Person], places: _Places) -> int:
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
        )
        for entry in panel.people
        if entry.role is Role.EXPERT
        for code in entry.task_forces
        if (places.ids["task_forces"][code], people[entry.email].id) not in taken
    ]
    session.add_all(seats)
    session.flush()
    return len(seats)


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
