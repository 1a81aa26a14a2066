"""One round with everything its pages say around the questions: task force, objective, study."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Objective, ObjectiveVersion, Panellist, Round, Study, TaskForce
from surveys.vocabulary import MembershipStatus, RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class PanelContext:
    """A task force with its objective in its newest version, and its study."""

    task_force_id: int
    code: str
    title: LocalizedText
    description: LocalizedText
    baseline_2020: LocalizedText
    target_2030: LocalizedText
    target_2050: LocalizedText
    study_id: int
    study_name: LocalizedText
    purpose: LocalizedText
    consent: LocalizedText
    perspective: LocalizedText
    time_zone: str
    contact_name: str
    contact_email: str


@dataclass(frozen=True, slots=True)
class AskedRound:
    id: int
    number: int
    kind: RoundKind
    status: RoundStatus
    deadline_at: datetime | None
    closed_at: datetime | None
    grace_minutes: int
    min_group_size: int
    shows_feedback: bool
    order_seed: int
    panel: PanelContext

    def takes_answers(self, *, now: datetime) -> bool:
        """Whether an answer sent at `now` would be stored."""
        return takes_answers(
            status=self.status, deadline_at=self.deadline_at, grace_minutes=self.grace_minutes, now=now
        )


@dataclass(frozen=True, slots=True)
class Membership:
    """One person's seat in a task force."""

    panellist_id: int
    status: MembershipStatus
    consented_at: datetime | None


def takes_answers(*, status: RoundStatus, deadline_at: datetime | None, grace_minutes: int, now: datetime) -> bool:
    """Whether a round is open and its deadline with its grace is not reached."""
    if status is not RoundStatus.OPEN:
        return False
    return deadline_at is None or now < deadline_at + timedelta(minutes=grace_minutes)


def panel_context(session: Session, *, task_force_id: int) -> PanelContext:
    """The task force of a page, in one statement."""
    task_force, study, version = session.exec(
        select(TaskForce, Study, ObjectiveVersion)
        .join(Study, col(Study.id) == TaskForce.study_id)
        .join(Objective, col(Objective.id) == TaskForce.objective_id)
        .join(ObjectiveVersion, col(ObjectiveVersion.objective_id) == Objective.id)
        .where(TaskForce.id == task_force_id)
        .order_by(col(ObjectiveVersion.version).desc())
        .limit(1)
    ).one()
    return PanelContext(
        task_force_id=task_force.id,
        code=task_force.code,
        title=version.title,
        description=version.description,
        baseline_2020=version.baseline_2020,
        target_2030=version.target_2030,
        target_2050=version.target_2050,
        study_id=study.id,
        study_name=study.name,
        purpose=study.purpose,
        consent=study.consent,
        perspective=study.perspective,
        time_zone=study.time_zone,
        contact_name=study.contact_name,
        contact_email=study.contact_email,
    )


def time_zone_of_round(session: Session, *, round_id: int) -> str:
    """The time zone in which a round's study tells the time."""
    return session.exec(
        select(Study.time_zone)
        .join(TaskForce, col(TaskForce.study_id) == Study.id)
        .join(Round, col(Round.task_force_id) == TaskForce.id)
        .where(Round.id == round_id)
    ).one()


def asked_round(session: Session, *, round_id: int) -> AskedRound:
    """A round with its context, in two statements."""
    round_ = session.get_one(Round, round_id)
    return AskedRound(
        id=round_.id,
        number=round_.number,
        kind=round_.kind,
        status=round_.status,
        deadline_at=round_.deadline_at,
        closed_at=round_.closed_at,
        grace_minutes=round_.grace_minutes,
        min_group_size=round_.min_group_size,
        shows_feedback=round_.shows_feedback,
        order_seed=round_.order_seed,
        panel=panel_context(session, task_force_id=round_.task_force_id),
    )


def membership_of(session: Session, *, person_id: int | None, task_force_id: int) -> Membership:
    """The person's seat in a task force of which the guard has found them a member."""
    panellist = session.exec(
        select(Panellist).where(Panellist.task_force_id == task_force_id, Panellist.person_id == person_id)
    ).one()
    return Membership(panellist_id=panellist.id, status=panellist.status, consented_at=panellist.consented_at)
