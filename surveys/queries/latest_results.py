"""The latest frozen result of each statement on the criterion that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.models import Criterion, Round, RoundResult, Snapshot, Statement
from surveys.vocabulary import RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class LatestResult:
    """One statement's frozen result on the primary criterion in the latest closed round that asked it."""

    result: RoundResult
    task_force_id: int
    kind: StatementKind
    code: str
    round_number: int
    earlier_verdict: str | None = None
    """Of the round before that asked the same wording; None where there was none."""


def latest_results(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, LatestResult]:
    """Statement id to its latest result, for every statement that was ever rated: one statement to the database."""
    newest = (
        select(Snapshot.round_id, func.max(Snapshot.number).label("number")).group_by(col(Snapshot.round_id)).subquery()
    )
    rows = session.exec(
        select(RoundResult, Statement, Round.number)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(newest, (newest.c.round_id == Snapshot.round_id) & (newest.c.number == Snapshot.number))
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .where(
            col(Round.task_force_id).in_(task_force_ids),
            Round.status == RoundStatus.CLOSED,
            col(Criterion.is_primary).is_(True),
        )
        .order_by(col(Round.number), col(RoundResult.statement_id))
    ).all()
    found: dict[int, LatestResult] = {}
    for result, statement, number in rows:
        before = found.get(statement.id)
        same = before is not None and before.result.version_id == result.version_id
        found[statement.id] = LatestResult(
            result=result,
            task_force_id=statement.task_force_id,
            kind=statement.kind,
            code=statement.code,
            round_number=number,
            earlier_verdict=before.result.verdict if before is not None and same else None,
        )
    return found
