"""Copies of one task force to try things on. A copy is a study of its own: no page, file or figure of another holds it.

Only copies are ever deleted; what belongs to a real study is not.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table as SqlTable
from sqlalchemy import delete, inspect, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    AuditEvent,
    College,
    Criterion,
    Goal,
    Objective,
    ObjectiveVersion,
    Panellist,
    Person,
    Protocol,
    Region,
    Scale,
    StaffRole,
    Statement,
    StatementVersion,
    Study,
    TaskForce,
    metadata,
)
from surveys.queries.statements import current_versions
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, Role, StudyKind, ViolationCode

NAMES = {
    StudyKind.PILOT: {"en": "Pilot: {}", "fr": "Pilote\u00a0: {}", "es": "Piloto: {}"},
    StudyKind.REHEARSAL: {"en": "Rehearsal: {}", "fr": "Répétition\u00a0: {}", "es": "Ensayo: {}"},
}
SLUG_ROOM = 44
Row = TypeVar("Row", bound=SQLModel)


def copy_task_force(
    session: Session, *, actor: Actor, task_force_id: int, kind: StudyKind, now: datetime
) -> tuple[TaskForce, dict[int, int]]:
    """A study with a copy of one task force: objective, protocol, scales, statements as worded now; nobody sits in it.

    The actor facilitates it. Returns the copy and the id of each statement's copy.
    """
    original = session.get_one(TaskForce, task_force_id)
    study = session.get_one(Study, original.study_id)
    name = {code: NAMES[kind].get(code, NAMES[kind]["en"]).format(words) for code, words in study.name.items()}
    earlier = session.exec(select(Study.id).where(Study.kind != StudyKind.STUDY)).all()
    slug = f"{study.slug[:SLUG_ROOM]}-{kind.value}-{max(earlier, default=0) + 1}"
    copied = copy_row(session, study, kind=kind, slug=slug, name=LocalizedText(name), created_at=now)
    for college in session.exec(select(College).where(College.study_id == study.id).order_by(col(College.id))).all():
        copy_row(session, college, study_id=copied.id)
    for region in session.exec(select(Region).where(Region.study_id == study.id).order_by(col(Region.id))).all():
        copy_row(session, region, study_id=copied.id)
    scales = {
        scale.id: copy_row(session, scale, study_id=copied.id).id
        for scale in session.exec(select(Scale).where(Scale.study_id == study.id)).all()
    }
    for criterion in session.exec(select(Criterion).where(Criterion.study_id == study.id)).all():
        copy_row(session, criterion, study_id=copied.id, scale_id=scales[criterion.scale_id])
    protocol = session.exec(
        select(Protocol).where(Protocol.study_id == study.id).order_by(col(Protocol.version).desc())
    ).first()
    if protocol is not None:
        copy_row(session, protocol, study_id=copied.id, version=1, locked_at=protocol.locked_at or now)
    task_force = _copy_objective(session, original, study_id=copied.id)
    if actor.person_id is not None:
        session.add(StaffRole(person_id=actor.person_id, role=Role.FACILITATOR, task_force_id=task_force.id))
    statements = _copy_statements(session, original, task_force_id=task_force.id)
    session.flush()
    return task_force, statements


def ensure_copy(session: Session, *, task_force_id: int) -> tuple[TaskForce, Study]:
    """The task force with its study. Raises `not_a_copy` for a real one, NotFound for none."""
    task_force = session.get(TaskForce, task_force_id)
    if task_force is None:
        raise NotFound
    study = session.get_one(Study, task_force.study_id)
    if study.kind is StudyKind.STUDY:
        raise RuleViolation(ViolationCode.NOT_A_COPY)
    return task_force, study


def discard_copy(
    session: Session, *, actor: Actor | None, task_force_id: int, now: datetime, problem: str = ""
) -> int | None:
    """Delete a pilot or a rehearsal with everything in it; the id of the task force it was copied from.

    `problem` says why it ended early; empty where somebody discarded it.

    Raises
    ------
    RuleViolation
        `not_a_copy`: a real study is never deleted.
    """
    task_force, study = ensure_copy(session, task_force_id=task_force_id)
    original_id = task_force.copy_of_id
    invented = _invented_people(session, study=study) if study.kind is StudyKind.REHEARSAL else set()
    doomed: dict[str, set[int]] = {"study": {study.id}, "person": invented}
    session.flush()
    for known in list(session):
        # What the log of other studies was told in this transaction is still to be linked into its chain.
        if not isinstance(known, AuditEvent) or known.study_id == study.id or known.task_force_id == task_force_id:
            session.expunge(known)
    connection = session.connection()
    conditions: dict[str, Any] = {}
    for table in metadata.sorted_tables:
        found = _condition(table, doomed)
        if found is not None:
            conditions[table.name] = found
            if "id" in table.c and table.name not in doomed:
                doomed[table.name] = set(connection.execute(sa_select(table.c.id).where(found)).scalars())
    for table in reversed(metadata.sorted_tables):
        if table.name in ("study", "person"):
            connection.execute(delete(table).where(table.c.id.in_(doomed[table.name])))
        elif table.name in conditions:
            connection.execute(delete(table).where(conditions[table.name]))
    if original_id is not None:
        record(
            session,
            AuditAction.COPY_DISCARDED,
            actor=actor,
            now=now,
            study_id=session.get_one(TaskForce, original_id).study_id,
            task_force_id=original_id,
            **({"problem": problem[:200]} if problem else {}),
        )
    session.flush()
    return original_id


def invented_address(number: int, *, study_id: int) -> str:
    """An address that can never exist (RFC 2606), for an invented expert of a rehearsal."""
    return f"expert{number}@rehearsal-{study_id}.invalid"


def _invented_people(session: Session, *, study: Study) -> set[int]:
    people = session.exec(
        select(Person)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study.id)
    ).all()
    # Compared here: addresses may be stored in a form that the database cannot search.
    return {person.id for person in people if person.email.endswith(f"@rehearsal-{study.id}.invalid")}


def _condition(table: SqlTable, doomed: Mapping[str, set[int]]) -> Any:
    """Rows that point at something to be deleted; None where the table points at nothing of it."""
    parts = [
        key.parent.in_(doomed[key.column.table.name])
        for key in table.foreign_keys
        if key.column.table.name in doomed and key.column.table.name != table.name and doomed[key.column.table.name]
    ]
    return or_(*parts) if parts else None


def copy_row(session: Session, row: Row, **changes: Any) -> Row:
    """The same row with a new id and some other values, stored."""
    columns = [attribute.key for attribute in inspect(type(row)).mapper.column_attrs if attribute.key != "id"]
    fresh = type(row)(**{**{key: getattr(row, key) for key in columns}, **changes})
    session.add(fresh)
    session.flush()
    return fresh


def _copy_objective(session: Session, original: TaskForce, *, study_id: int) -> TaskForce:
    objective = session.get_one(Objective, original.objective_id)
    goal = copy_row(session, session.get_one(Goal, objective.goal_id), study_id=study_id)
    fresh = copy_row(session, objective, study_id=study_id, goal_id=goal.id)
    version = session.exec(
        select(ObjectiveVersion)
        .where(ObjectiveVersion.objective_id == objective.id)
        .order_by(col(ObjectiveVersion.version).desc())
    ).first()
    if version is not None:
        copy_row(session, version, objective_id=fresh.id, version=1)
    return copy_row(session, original, study_id=study_id, objective_id=fresh.id, copy_of_id=original.id)


def _copy_statements(session: Session, original: TaskForce, *, task_force_id: int) -> dict[int, int]:
    versions = current_versions(session, task_force_id=original.id)
    statements = session.exec(
        select(Statement)
        .where(Statement.task_force_id == original.id, col(Statement.retired_at).is_(None))
        .order_by(col(Statement.id))
    ).all()
    fresh: dict[int, Statement] = {}
    for statement in statements:
        copied = copy_row(session, statement, task_force_id=task_force_id, parent_id=None, category_id=None)
        version: StatementVersion = versions[statement.id]
        copy_row(session, version, statement_id=copied.id, number=1)
        fresh[statement.id] = copied
    for statement in statements:
        parent = fresh.get(statement.parent_id) if statement.parent_id is not None else None
        if parent is not None:
            fresh[statement.id].parent_id = parent.id
            session.add(fresh[statement.id])
    return {statement_id: copied.id for statement_id, copied in fresh.items()}
