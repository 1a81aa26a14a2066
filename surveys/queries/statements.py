"""The statements of a task force in their newest wordings."""

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.models import Statement, StatementVersion


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
