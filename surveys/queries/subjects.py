"""Which study and task force a page is about, from the ids in its address."""

from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.models import Consultation, OutboxMessage, Panellist, Round, Statement, TaskForce
from surveys.models.objective import Objective
from surveys.rules.permissions import Subject

# Asked at every request about a round: built once.
SUBJECT_OF_ROUND = (
    sa_select(col(TaskForce.study_id), col(TaskForce.id))
    .join(Round, col(Round.task_force_id) == TaskForce.id)
    .where(col(Round.id) == bindparam("round_id"))
)


def find_subject(session: Session, view_args: dict[str, Any], *, of_round: Subject | None = None) -> Subject | None:
    """The subject that `view_args` name, or None where there is no such thing.

    `of_round` is that of `round_id`, where it is known already.

    Knows `study_id`, `task_force_id`, `round_id`, `statement_id`, `panellist_id`, `objective_id` and `message_id`;
    ids that contradict each other (a statement of another task force) name nothing. Others are not looked at.
    """
    found: list[Subject] = []
    for name, value in view_args.items():
        subject = of_round if name == "round_id" and of_round else _find_one(session, name, value)
        if subject is None:
            return None
        found.append(subject)
    studies = {subject.study_id for subject in found} - {None}
    task_forces = {subject.task_force_id for subject in found} - {None}
    if len(studies) > 1 or len(task_forces) > 1:
        return None
    return Subject(study_id=next(iter(studies), None), task_force_id=next(iter(task_forces), None))


def _find_one(session: Session, name: str, value: Any) -> Subject | None:
    match name:
        case "study_id":
            return Subject(study_id=value)
        case "task_force_id":
            query = select(TaskForce.study_id, TaskForce.id).where(TaskForce.id == value)
        case "round_id":
            found = session.connection().execute(SUBJECT_OF_ROUND, {"round_id": value}).first()
            return None if found is None else Subject(study_id=found[0], task_force_id=found[1])
        case "statement_id":
            query = _task_force_of(Statement).where(Statement.id == value)
        case "panellist_id":
            query = _task_force_of(Panellist).where(Panellist.id == value)
        case "objective_id":
            study_id = session.exec(select(Objective.study_id).where(Objective.id == value)).first()
            return None if study_id is None else Subject(study_id=study_id)
        case "consultation_id":
            study_id = session.exec(select(Consultation.study_id).where(Consultation.id == value)).first()
            return None if study_id is None else Subject(study_id=study_id)
        case "message_id":
            study_id = session.exec(select(OutboxMessage.study_id).where(OutboxMessage.id == value)).first()
            return None if study_id is None else Subject(study_id=study_id)
        case _:
            return Subject()
    row = session.exec(query).first()
    return None if row is None else Subject(study_id=row[0], task_force_id=row[1])


def _task_force_of(table: type[Statement] | type[Panellist]) -> Any:
    return select(TaskForce.study_id, TaskForce.id).join(table, col(table.task_force_id) == TaskForce.id)
