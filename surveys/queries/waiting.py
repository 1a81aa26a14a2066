"""What experts have handed to the facilitator and nobody has answered yet, by task force."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.models import ColleagueSuggestion, Idea, IdeaFlag, Round


@dataclass(frozen=True, slots=True)
class Waiting:
    """Remarks that an idea is missing or distorted, and colleagues whom somebody suggested."""

    n_remarks: int = 0
    n_colleagues: int = 0


def waiting_in(session: Session, *, task_force_ids: Collection[int]) -> dict[int, Waiting]:
    """Task force id to what waits there; in two statements, and without those where nothing does."""
    remarks = dict(
        session.exec(
            select(Round.task_force_id, func.count(col(IdeaFlag.id)))
            .join(Idea, col(Idea.round_id) == Round.id)
            .join(IdeaFlag, col(IdeaFlag.idea_id) == Idea.id)
            .where(col(Round.task_force_id).in_(task_force_ids), col(IdeaFlag.resolved_at).is_(None))
            .group_by(col(Round.task_force_id))
        ).all()
    )
    colleagues = dict(
        session.exec(
            select(ColleagueSuggestion.task_force_id, func.count(col(ColleagueSuggestion.id)))
            .where(
                col(ColleagueSuggestion.task_force_id).in_(task_force_ids),
                col(ColleagueSuggestion.settled_at).is_(None),
            )
            .group_by(col(ColleagueSuggestion.task_force_id))
        ).all()
    )
    return {
        task_force_id: Waiting(remarks.get(task_force_id, 0), colleagues.get(task_force_id, 0))
        for task_force_id in remarks.keys() | colleagues.keys()
    }
