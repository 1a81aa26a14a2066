"""How many experts: one number for each fixed definition, counted as people and as seats in panels."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.models import Panellist, Round, Submission, TaskForce
from surveys.vocabulary import RoundStatus


@dataclass(frozen=True, slots=True)
class Head:
    """`people` counts everybody once, `seats` once a panel."""

    people: int
    seats: int


@dataclass(frozen=True, slots=True)
class TakingPart:
    invited: Head
    """Everybody who ever had a seat in a panel."""
    joined: Head
    """Agreed to take part, also if they left later."""
    started: Head
    """Saved something in at least one round."""
    submitted_once: Head
    """Sent the answers of at least one closed round."""
    submitted_every: Head
    """Sent the answers of every closed round of the panel."""


def taking_part(session: Session, *, study_id: int) -> TakingPart:
    panellists = session.exec(
        select(Panellist)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study_id)
    ).all()
    closed: dict[int, set[int]] = defaultdict(set)
    started: set[int] = set()
    submitted: dict[int, set[int]] = defaultdict(set)
    for task_force_id, round_id, status in session.exec(
        select(Round.task_force_id, Round.id, Round.status)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.study_id == study_id)
    ).all():
        if status is RoundStatus.CLOSED:
            closed[task_force_id].add(round_id)
    for panellist_id, round_id, submitted_at in session.exec(
        select(Submission.panellist_id, Submission.round_id, Submission.submitted_at)
        .join(Round, col(Round.id) == Submission.round_id)
        .join(TaskForce, col(TaskForce.id) == Round.task_force_id)
        .where(TaskForce.study_id == study_id)
    ).all():
        started.add(panellist_id)
        if submitted_at is not None:
            submitted[panellist_id].add(round_id)

    def head(seats: list[Panellist]) -> Head:
        # A seat whose link to its person was destroyed counts as a person of its own.
        people: set[Hashable] = {one.person_id if one.person_id is not None else ("seat", one.id) for one in seats}
        return Head(people=len(people), seats=len(seats))

    sent = [one for one in panellists if submitted[one.id] & closed[one.task_force_id]]
    return TakingPart(
        invited=head(list(panellists)),
        joined=head([one for one in panellists if one.consented_at is not None]),
        started=head([one for one in panellists if one.id in started]),
        submitted_once=head(sent),
        submitted_every=head([one for one in sent if closed[one.task_force_id] <= submitted[one.id]]),
    )
