"""What the public pages show."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Invitation, ObjectiveVersion, Panellist, Person, Study, TaskForce
from surveys.queries.participation import IN_PANEL


@dataclass(frozen=True, slots=True)
class DoorPage:
    """What stands behind a personal link, for whoever opens it: no answer, no full name, no address."""

    token: str
    masked_name: str
    study_name: LocalizedText
    purpose: LocalizedText
    task_forces: tuple[tuple[str, LocalizedText], ...]
    """Code and objective of each task force the person is asked into."""
    contact_name: str
    contact_email: str


def masked_name(name: str) -> str:
    """ "J*** D***": enough for its owner to know it, too little for anybody else."""
    return " ".join(f"{part[0]}***" for part in name.split() if part)


def door_page(session: Session, *, invitation: Invitation, person: Person, token: str) -> DoorPage:
    study = session.get_one(Study, invitation.study_id)
    rows = session.exec(
        select(TaskForce, ObjectiveVersion)
        .join(Panellist, col(Panellist.task_force_id) == TaskForce.id)
        .join(ObjectiveVersion, col(ObjectiveVersion.objective_id) == TaskForce.objective_id)
        .where(
            Panellist.person_id == person.id,
            TaskForce.study_id == study.id,
            col(Panellist.status).in_(IN_PANEL),
        )
        .order_by(col(TaskForce.code), col(ObjectiveVersion.version))
    ).all()
    titles = {task_force.code: version.title for task_force, version in rows}
    return DoorPage(
        token=token,
        masked_name=masked_name(person.name),
        study_name=study.name,
        purpose=study.purpose,
        task_forces=tuple(titles.items()),
        contact_name=study.contact_name,
        contact_email=study.contact_email,
    )
