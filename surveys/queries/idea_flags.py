"""Remarks of experts on what became of their ideas: by idea for the expert, by display code for the facilitator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import Idea, IdeaFlag, Round


@dataclass(frozen=True, slots=True)
class Remark:
    """One remark with its answer; both texts as written. Who wrote it is known by the idea alone."""

    id: int
    idea_id: int
    text: str
    created_at: datetime
    resolved_at: datetime | None
    resolution: str


def remarks_on(session: Session, *, idea_ids: Sequence[int]) -> dict[int, list[Remark]]:
    """Idea id to its remarks in the order they were made: one statement, however many ideas."""
    rows = session.exec(select(IdeaFlag).where(col(IdeaFlag.idea_id).in_(idea_ids)).order_by(col(IdeaFlag.id))).all()
    found: dict[int, list[Remark]] = {}
    for flag in rows:
        found.setdefault(flag.idea_id, []).append(_remark(flag))
    return found


def remarks_of_task_force(session: Session, *, task_force_id: int) -> list[Remark]:
    """Every remark in a task force: those without an answer first, then the newest answers."""
    rows = session.exec(
        select(IdeaFlag)
        .join(Idea, col(Idea.id) == IdeaFlag.idea_id)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Round.task_force_id == task_force_id)
        .order_by(col(IdeaFlag.resolved_at).is_not(None), col(IdeaFlag.resolved_at).desc(), col(IdeaFlag.id))
    ).all()
    return [_remark(flag) for flag in rows]


def _remark(flag: IdeaFlag) -> Remark:
    return Remark(
        id=flag.id,
        idea_id=flag.idea_id,
        text=flag.text,
        created_at=flag.created_at,
        resolved_at=flag.resolved_at,
        resolution=flag.resolution,
    )
