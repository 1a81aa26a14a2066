"""One round with everything its pages say around the questions: task force, objective, study."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, exists, func
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Objective, ObjectiveVersion, Panellist, Question, Round, Study, Submission, TaskForce
from surveys.queries.prepared import Prepared
from surveys.queries.written import as_written, text_of
from surveys.vocabulary import MembershipStatus, RoundKind, RoundStatus


@dataclass(frozen=True, slots=True, eq=False)
class PanelContext:
    """A task force with its objective in its newest version, and its study. Equal content is the same object."""

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
    glossary: list[dict[str, str]]
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
    asks_reason: bool
    order_seed: int
    has_earlier: bool
    """Whether a rating round of the task force was closed before this one."""
    n_questions: int
    """Further questions beside the ratings."""
    minutes: int | None
    """Measured in the pilot; None where there was none."""
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


# Every page of the experts reads these: the statements are built once, and rows are not mapped to objects.
OF_PANEL: Any = (
    col(TaskForce.id),
    col(TaskForce.code),
    as_written(ObjectiveVersion.title),
    as_written(ObjectiveVersion.description),
    as_written(ObjectiveVersion.baseline_2020),
    as_written(ObjectiveVersion.target_2030),
    as_written(ObjectiveVersion.target_2050),
    col(Study.id),
    as_written(Study.name),
    as_written(Study.purpose),
    as_written(Study.consent),
    as_written(Study.perspective),
    as_written(Study.glossary),
    col(Study.time_zone),
    col(Study.contact_name),
    col(Study.contact_email),
)
BEFORE = aliased(Round)
OF_ROUND: Any = (
    col(Round.id),
    col(Round.number),
    col(Round.kind),
    col(Round.status),
    col(Round.deadline_at),
    col(Round.closed_at),
    col(Round.grace_minutes),
    col(Round.min_group_size),
    col(Round.shows_feedback),
    col(Round.asks_reason),
    col(Round.order_seed),
    exists(
        sa_select(col(BEFORE.id)).where(
            col(BEFORE.task_force_id) == col(Round.task_force_id),
            col(BEFORE.number) < col(Round.number),
            col(BEFORE.kind) == RoundKind.RATING,
            col(BEFORE.status) == RoundStatus.CLOSED,
        )
    ),
    sa_select(func.count(col(Question.id))).where(col(Question.round_id) == col(Round.id)).scalar_subquery(),
    col(Round.minutes),
)
OF_SEAT: Any = (
    col(Panellist.id),
    col(Panellist.status),
    # Somebody whose consent is due again is before the same door as somebody who never agreed.
    case((col(Panellist.consent_is_due), None), else_=col(Panellist.consented_at)),
)


def _with_panel(statement: Any) -> Any:
    """`statement` about a task force, joined with its study and its objective in the newest version."""
    return (
        statement.join(Study, col(Study.id) == TaskForce.study_id)
        .join(Objective, col(Objective.id) == TaskForce.objective_id)
        .join(ObjectiveVersion, col(ObjectiveVersion.objective_id) == Objective.id)
        .order_by(col(ObjectiveVersion.version).desc())
        .limit(1)
    )


PANEL: Any = _with_panel(sa_select(*OF_PANEL).select_from(TaskForce)).where(
    col(TaskForce.id) == bindparam("task_force")
)
ROUND: Any = _with_panel(
    sa_select(*OF_ROUND, *OF_PANEL).select_from(Round).join(TaskForce, col(TaskForce.id) == Round.task_force_id)
).where(col(Round.id) == bindparam("round_id"))
SEAT: Any = sa_select(*OF_SEAT).where(
    col(Panellist.task_force_id) == bindparam("task_force"), col(Panellist.person_id) == bindparam("person")
)
ROUND_AND_SEAT = Prepared(
    ROUND.join(
        Panellist,
        (col(Panellist.task_force_id) == TaskForce.id) & (col(Panellist.person_id) == bindparam("person")),
    )
    .outerjoin(Submission, (col(Submission.round_id) == Round.id) & (col(Submission.panellist_id) == Panellist.id))
    .add_columns(*OF_SEAT, col(Submission.saved_at))
)
MOST_KEPT = 256
"""Task forces of which the context is kept, under the row it was made of: an edit is another row (decision 7)."""


def panel_context(session: Session, *, task_force_id: int) -> PanelContext:
    """The task force of a page, in one statement."""
    return _context(tuple(session.connection().execute(PANEL, {"task_force": task_force_id}).one()))


@lru_cache(maxsize=MOST_KEPT)
def _context(row: tuple[Any, ...]) -> PanelContext:
    task_force_id, code, title, description, baseline, target_2030, target_2050, *of_study = row
    study_id, name, purpose, consent, perspective, glossary, time_zone, contact_name, contact_email = of_study
    return PanelContext(
        task_force_id=task_force_id,
        code=code,
        title=text_of(title),
        description=text_of(description),
        baseline_2020=text_of(baseline),
        target_2030=text_of(target_2030),
        target_2050=text_of(target_2050),
        study_id=study_id,
        study_name=text_of(name),
        purpose=text_of(purpose),
        consent=text_of(consent),
        perspective=text_of(perspective),
        glossary=json.loads(glossary),
        time_zone=time_zone,
        contact_name=contact_name,
        contact_email=contact_email,
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
    """A round with its context, in one statement."""
    return _asked(tuple(session.connection().execute(ROUND, {"round_id": round_id}).one()))


def _asked(row: tuple[Any, ...]) -> AskedRound:
    return AskedRound(*(*row[: len(OF_ROUND)], _context(row[len(OF_ROUND) :])))


def membership_of(session: Session, *, person_id: int | None, task_force_id: int) -> Membership:
    """The person's seat in a task force of which the guard has found them a member."""
    row = session.connection().execute(SEAT, {"task_force": task_force_id, "person": person_id}).one()
    return Membership(*row)


def round_and_seat(
    session: Session, *, round_id: int, person_id: int | None
) -> tuple[AskedRound, Membership, datetime | None]:
    """`asked_round`, `membership_of`, and when the person last saved an answer to the round, in one statement."""
    (row,) = ROUND_AND_SEAT.rows(session, round_id=round_id, person=person_id)
    *of_round, panellist_id, status, consented_at, saved_at = row
    return _asked(tuple(of_round)), Membership(panellist_id, status, consented_at), saved_at
