"""The statements of a task force in their newest wordings, and which wordings ask the same."""

from collections.abc import Iterable

from sqlalchemy import func
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.models import Statement, StatementVersion

MEANING = func.coalesce(col(StatementVersion.meaning_number), col(StatementVersion.number))
"""Versions of a statement that differ in a translation alone share it: what was said of one was said of the other."""


def meanings(session: Session, *, task_force_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Version id to what it asks; versions with the same value ask the same. One statement to the database."""
    rows = session.connection().execute(
        sa_select(col(StatementVersion.id), col(StatementVersion.statement_id), MEANING)
        .join(Statement, col(Statement.id) == StatementVersion.statement_id)
        .where(col(Statement.task_force_id).in_(list(task_force_ids)))
    )
    return {version: (statement, meaning) for version, statement, meaning in rows}


def current_versions(session: Session, *, task_force_id: int) -> dict[int, StatementVersion]:
    """Statement id to its newest wording, for every statement of the task force that is not retired."""
    newest = (
        select(StatementVersion.statement_id, func.max(StatementVersion.number).label("number"))
        .join(Statement, col(Statement.id) == StatementVersion.statement_id)
        .where(Statement.task_force_id == task_force_id, col(Statement.retired_at).is_(None))
        .group_by(col(StatementVersion.statement_id))
        .subquery()
    )
    versions = session.exec(
        select(StatementVersion).join(
            newest,
            (col(StatementVersion.statement_id) == newest.c.statement_id)
            & (col(StatementVersion.number) == newest.c.number),
        )
    ).all()
    return {version.statement_id: version for version in versions}
