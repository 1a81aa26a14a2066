"""One question of a round at a time: what may be answered in one field, in one statement to the database."""

from sqlalchemy import select as sa_select
from sqlmodel import Session, col

from surveys.models import Criterion, Round, RoundStatement, Scale, Statement, TaskForce
from surveys.rules.answers import Asked


def asked_cell(session: Session, *, round_id: int, statement_id: int, criterion_id: int) -> Asked | None:
    """The scale on which a round asks one criterion of one statement; None where it does not."""
    row = (
        session.connection()
        .execute(
            sa_select(
                col(Statement.code), col(Statement.kind), col(Criterion.kinds), col(Scale.lower), col(Scale.upper)
            )
            .join(RoundStatement, col(RoundStatement.statement_id) == Statement.id)
            .join(Round, col(Round.id) == RoundStatement.round_id)
            .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
            .join(Criterion, col(Criterion.study_id) == TaskForce.study_id)
            .join(Scale, col(Scale.id) == Criterion.scale_id)
            .where(col(Round.id) == round_id, col(Statement.id) == statement_id, col(Criterion.id) == criterion_id)
        )
        .first()
    )
    if row is None or row[1] not in row[2]:
        return None
    code, _, _, lower, upper = row
    return Asked(code, lower, upper)


def is_asked(session: Session, *, round_id: int, statement_id: int) -> bool:
    """Whether a statement stands on a round's questionnaire."""
    found = session.connection().execute(
        sa_select(col(RoundStatement.statement_id)).where(
            col(RoundStatement.round_id) == round_id, col(RoundStatement.statement_id) == statement_id
        )
    )
    return found.first() is not None
