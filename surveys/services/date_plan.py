"""When the rounds of a study are meant to open and close: one plan for all its task forces."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, delete, select

from surveys.errors import RuleViolation
from surveys.models import PlannedRound, Study
from surveys.rules.date_plan import RoundDates, date_findings
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, ViolationCode


def plan_dates(
    session: Session, *, study_id: int, rounds: Sequence[RoundDates], actor: Actor | None, now: datetime
) -> None:
    """Replace the study's dates; `rounds` are in its own time zone, empty ones are left open.

    Raises `dates_impossible` where a round ends before it starts, starts before the one before has ended, or lacks a
    date between two that have theirs. What is only unwise is stored.
    """
    study = session.get_one(Study, study_id)
    zone = ZoneInfo(study.time_zone)
    if any(one.is_blocking for one in date_findings(rounds, today=now.astimezone(zone).date())):
        raise RuleViolation(ViolationCode.DATES_IMPOSSIBLE)
    before = [_as_json(one) for one in planned_rounds(session, study_id=study_id).values()]
    session.exec(delete(PlannedRound).where(col(PlannedRound.study_id) == study_id))
    planned = [
        PlannedRound(
            study_id=study_id,
            number=number,
            opens_at=one.opens.replace(tzinfo=zone).astimezone(UTC),
            closes_at=one.closes.replace(tzinfo=zone).astimezone(UTC),
        )
        for number, one in enumerate(rounds, start=1)
        if one.opens is not None and one.closes is not None
    ]
    session.add_all(planned)
    record(
        session,
        AuditAction.DATES_PLANNED,
        actor=actor,
        now=now,
        study_id=study_id,
        n_rounds=len(planned),
        before=before,
        after=[_as_json(one) for one in planned],
    )
    session.flush()


def _as_json(planned: PlannedRound) -> list[int | str]:
    return [planned.number, planned.opens_at.isoformat(), planned.closes_at.isoformat()]


def planned_rounds(session: Session, *, study_id: int) -> dict[int, PlannedRound]:
    """Round number to its dates."""
    rows = session.exec(
        select(PlannedRound).where(PlannedRound.study_id == study_id).order_by(col(PlannedRound.number))
    ).all()
    return {row.number: row for row in rows}


def dates_of_study(session: Session, *, study_id: int, n_rounds: int) -> tuple[RoundDates, ...]:
    """The plan in the study's own time, for rounds 1 to `n_rounds`."""
    zone = ZoneInfo(session.get_one(Study, study_id).time_zone)
    planned = planned_rounds(session, study_id=study_id)

    def local(moment: datetime) -> datetime:
        return moment.astimezone(zone).replace(tzinfo=None)

    return tuple(
        RoundDates(local(planned[number].opens_at), local(planned[number].closes_at))
        if number in planned
        else RoundDates(None, None)
        for number in range(1, n_rounds + 1)
    )
