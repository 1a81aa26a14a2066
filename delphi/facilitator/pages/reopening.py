"""What opening a closed round again does, shown before it is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from delphi.facilitator.forms import ReopenForm
from delphi.facilitator.pages.place import Place, place_of
from surveys.models import Outcome, Round, RoundResult, Snapshot
from surveys.queries.participation import eligible_panellists
from surveys.rules.permissions import Actor
from surveys.services.reopening import REOPEN_WITHIN, ensure_can_be_reopened
from surveys.vocabulary import RoundStatus


@dataclass(frozen=True, slots=True)
class ReopeningPage:
    place: Place
    round_id: int
    number: int
    snapshot_number: int
    n_people: int
    has_planned_round: bool
    n_outcomes: int
    until: datetime
    form: ReopenForm
    problem: str


def reopening_page(
    session: Session, *, round_id: int, actor: Actor, form: ReopenForm, now: datetime, problem: str = ""
) -> ReopeningPage:
    """Raises the violations of `ensure_can_be_reopened`."""
    round_ = session.get_one(Round, round_id)
    ensure_can_be_reopened(session, round_=round_, now=now)
    numbers = session.exec(select(Snapshot.number).where(Snapshot.round_id == round_id)).all()
    planned = session.exec(
        select(Round.id).where(Round.task_force_id == round_.task_force_id, Round.status == RoundStatus.PLANNED)
    ).first()
    n_outcomes = session.exec(
        select(func.count(col(Outcome.id)))
        .join(RoundResult, col(RoundResult.id) == Outcome.result_id)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .where(Snapshot.round_id == round_id)
    ).one()
    return ReopeningPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        snapshot_number=max(numbers, default=0),
        n_people=len(eligible_panellists(session, task_force_id=round_.task_force_id)),
        has_planned_round=planned is not None,
        n_outcomes=n_outcomes,
        until=(round_.closed_at or now) + REOPEN_WITHIN,
        form=form,
        problem=problem,
    )
