"""What keeps a plan from being final: activities that nobody carries, and outcomes whose round is open again."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import FacilityDecision, Objective, Outcome, Statement, TaskForce
from surveys.vocabulary import OutcomeStatus, StatementKind

CARRIED = (OutcomeStatus.AGREED, OutcomeStatus.UNRESOLVED)
"""Outcomes that stand in the chapters of a plan; the others are set apart with their reason."""


@dataclass(frozen=True, slots=True)
class Uncarried:
    """An activity of the plan without a decision on its facility."""

    statement_id: int
    code: str
    objective_code: str


@dataclass(frozen=True, slots=True)
class PlanGaps:
    unassigned: tuple[Uncarried, ...]
    stale: tuple[str, ...]
    """Codes of objectives whose deciding round was reopened after they published."""

    @property
    def is_final(self) -> bool:
        return not self.unassigned and not self.stale


def plan_gaps(session: Session, *, study_id: int) -> PlanGaps:
    """In the order of the codes."""
    unassigned = session.exec(
        select(Statement.id, Statement.code, Objective.code)
        .join(Outcome, col(Outcome.statement_id) == Statement.id)
        .join(TaskForce, col(TaskForce.id) == Outcome.task_force_id)
        .join(Objective, col(Objective.id) == TaskForce.objective_id)
        .where(
            TaskForce.study_id == study_id,
            Statement.kind == StatementKind.ACTIVITY,
            col(Outcome.status).in_(CARRIED),
            col(Statement.id).not_in(
                select(FacilityDecision.statement_id).where(col(FacilityDecision.superseded_at).is_(None))
            ),
        )
        .order_by(col(Statement.code))
    ).all()
    return PlanGaps(
        unassigned=tuple(Uncarried(*row) for row in unassigned), stale=stale_objectives(session, study_id=study_id)
    )


def stale_objectives(session: Session, *, study_id: int) -> tuple[str, ...]:
    """Codes of objectives whose deciding round was reopened after they published."""
    return tuple(
        session.exec(
            select(Objective.code)
            .join(TaskForce, col(TaskForce.objective_id) == Objective.id)
            .join(Outcome, col(Outcome.task_force_id) == TaskForce.id)
            .where(TaskForce.study_id == study_id, col(Outcome.stale_since).is_not(None))
            .distinct()
            .order_by(col(Objective.code))
        ).all()
    )
