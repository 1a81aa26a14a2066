"""Names that were asked for: for those who decide, and as numbers for those whose names they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from surveys.models import Idea, NameLookup, Person, Round, TaskForce


@dataclass(frozen=True, slots=True)
class LookupLine:
    """One wish to know a name; the name itself is not here."""

    id: int
    task_force: str
    number: int
    code: str
    reason: str
    asked_by_id: int
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    is_allowed: bool | None
    shown_at: datetime | None
    is_over: bool


def lookups_of_study(session: Session, *, study_id: int, now: datetime, open_for: timedelta) -> tuple[LookupLine, ...]:
    """All of a study, the newest first."""
    rows = session.exec(
        select(NameLookup, Round.number, TaskForce.code)
        .join(Round, col(Round.id) == NameLookup.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(NameLookup.study_id == study_id)
        .order_by(col(NameLookup.id).desc())
    ).all()
    ids = {person for row, _, _ in rows for person in (row.asked_by_id, row.decided_by_id)}
    names = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids - {None}))).all())
    return tuple(
        LookupLine(
            id=row.id,
            task_force=code,
            number=number,
            code=row.code,
            reason=row.reason,
            asked_by_id=row.asked_by_id,
            asked_by=names.get(row.asked_by_id, ""),
            asked_at=row.asked_at,
            decided_by=names.get(row.decided_by_id or 0, ""),
            decided_at=row.decided_at,
            is_allowed=row.is_allowed,
            shown_at=row.shown_at,
            is_over=now > (row.decided_at or row.asked_at) + open_for,
        )
        for row, number, code in rows
    )


def rounds_with_codes(session: Session, *, study_id: int) -> tuple[tuple[int, str, int], ...]:
    """Round id, task force and number of every round in which people appear under codes."""
    rows = session.exec(
        select(Round.id, TaskForce.code, Round.number)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.study_id == study_id, col(Round.id).in_(select(Idea.round_id)))
        .order_by(TaskForce.code, col(Round.number))
    ).all()
    return tuple((round_id, code, number) for round_id, code, number in rows)


def n_shown(session: Session, *, task_force_ids: Sequence[int]) -> int:
    """How many names of these task forces were looked up so far."""
    return session.exec(
        select(func.count())
        .select_from(NameLookup)
        .join(Round, col(Round.id) == NameLookup.round_id)
        .where(col(Round.task_force_id).in_(task_force_ids), col(NameLookup.shown_at).is_not(None))
    ).one()
