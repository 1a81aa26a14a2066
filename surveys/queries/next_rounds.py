"""When the next round of a task force is meant to open: as that round says, else as the study's plan of dates says."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import PlannedRound, Round, TaskForce
from surveys.vocabulary import RoundStatus


def next_openings(session: Session, *, task_force_ids: Sequence[int], now: datetime) -> dict[int, datetime]:
    """Task force id to the moment, where one is planned that is still to come."""
    begun = dict.fromkeys(task_force_ids, 0)
    found: dict[int, datetime] = {}
    rounds = session.exec(
        select(Round)
        .where(col(Round.task_force_id).in_(task_force_ids), col(Round.trial_of_id).is_(None))
        .order_by(col(Round.number))
    ).all()
    for round_ in rounds:
        if round_.status is not RoundStatus.PLANNED:
            begun[round_.task_force_id] = round_.number
        elif round_.opens_at is not None:
            found.setdefault(round_.task_force_id, round_.opens_at)
    plan = session.exec(
        select(TaskForce.id, PlannedRound.number, PlannedRound.opens_at)
        .join(PlannedRound, col(PlannedRound.study_id) == TaskForce.study_id)
        .where(col(TaskForce.id).in_(task_force_ids))
    ).all()
    for task_force_id, number, opens_at in plan:
        if number == begun[task_force_id] + 1:
            found.setdefault(task_force_id, opens_at)
    return {task_force_id: opens_at for task_force_id, opens_at in found.items() if opens_at > now}


def later_closings(session: Session, *, study_id: int, round_: Round) -> tuple[datetime, ...]:
    """When the rounds behind `round_` are planned to close, as far as that lies behind its own deadline."""
    planned = session.exec(
        select(PlannedRound.closes_at)
        .where(PlannedRound.study_id == study_id, PlannedRound.number > round_.number)
        .order_by(col(PlannedRound.number))
    ).all()
    return tuple(each for each in planned if round_.deadline_at is not None and each > round_.deadline_at)
