"""All task forces of a study side by side: panel, round, response, agreement so far, and what each waits for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.models import (
    Criterion,
    FacilityDecision,
    Idea,
    Outcome,
    Panellist,
    Person,
    Round,
    RoundResult,
    Snapshot,
    StaffRole,
    Statement,
    Submission,
    TaskForce,
)
from surveys.queries.finality import stale_objectives
from surveys.queries.objectives import ObjectiveTitle, objective_titles
from surveys.queries.participation import IN_PANEL
from surveys.rules.blockers import Finding, PanelState, find_blocker
from surveys.vocabulary import IdeaStatus, OutcomeStatus, Role, RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class AgreementSoFar:
    """Statements by their latest frozen verdict on the primary criterion."""

    round_id: int
    """The latest closed round with ratings."""
    n_agreed: int
    n_dropped: int
    n_rated: int


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """One task force. Of an open round only who responded is known here, never an answer."""

    task_force_id: int
    objective: ObjectiveTitle
    facilitators: tuple[str, ...]
    n_panel: int
    round_: Round | None
    n_asked: int
    n_started: int
    n_responded: int
    """Open round: submitted. Closed round: answered, as frozen."""
    n_ideas_waiting: int
    n_uncategorised: int
    n_unassigned: int
    is_published: bool
    is_stale: bool
    """Published, and the round that decided it was reopened since."""
    agreement: AgreementSoFar | None
    """None before the first rating round is closed."""
    finding: Finding


def programme_of(session: Session, *, study_id: int, now: datetime) -> tuple[ProgrammeRow, ...]:
    """One row a task force in the order of the framework; the number of statements sent does not depend on them."""
    titles = objective_titles(session, study_id=study_id)
    task_forces = session.exec(select(TaskForce).where(TaskForce.study_id == study_id)).all()
    ids = [task_force.id for task_force in task_forces]
    facilitators = _facilitators(session, task_force_ids=ids)
    panels = _panel_sizes(session, task_force_ids=ids)
    rounds = _latest_rounds(session, task_force_ids=ids)
    round_ids = [round_.id for round_ in rounds.values()]
    live, frozen = _live_response(session, round_ids=round_ids), _frozen_response(session, round_ids=round_ids)
    waiting = _ideas_waiting(session, round_ids=round_ids)
    agreement = _agreement(session, task_force_ids=ids)
    published = _published(session, task_force_ids=ids)
    stale = set(stale_objectives(session, study_id=study_id))
    rows = []
    for task_force in task_forces:
        round_ = rounds.get(task_force.id)
        n_panel = panels.get(task_force.id, 0)
        n_started, n_responded, n_asked = _response(round_, n_panel=n_panel, live=live, frozen=frozen)
        n_waiting = 0 if round_ is None else waiting.get(round_.id, 0)
        uncategorised, unassigned = published.get(task_force.id, (0, 0))
        state = PanelState(
            n_facilitators=len(facilitators.get(task_force.id, ())),
            n_panel=n_panel,
            round_kind=None if round_ is None else round_.kind,
            round_status=None if round_ is None else round_.status,
            deadline_at=None if round_ is None else round_.deadline_at,
            closed_at=None if round_ is None else round_.closed_at,
            n_responded=n_responded,
            n_ideas_waiting=n_waiting,
            is_published=task_force.id in published,
            n_uncategorised=uncategorised,
            n_unassigned=unassigned,
            is_stale=titles[task_force.objective_id].code in stale,
        )
        rows.append(
            ProgrammeRow(
                task_force_id=task_force.id,
                objective=titles[task_force.objective_id],
                facilitators=facilitators.get(task_force.id, ()),
                n_panel=n_panel,
                round_=round_,
                n_asked=n_asked,
                n_started=n_started,
                n_responded=n_responded,
                n_ideas_waiting=n_waiting,
                n_uncategorised=uncategorised,
                n_unassigned=unassigned,
                is_published=task_force.id in published,
                is_stale=state.is_stale,
                agreement=agreement.get(task_force.id),
                finding=find_blocker(state, now=now),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.objective.position, row.task_force_id)))


def _response(
    round_: Round | None,
    *,
    n_panel: int,
    live: dict[int, tuple[int, int]],
    frozen: dict[int, tuple[int, int]],
) -> tuple[int, int, int]:
    """(started, responded, asked) of a round: from its snapshot once closed."""
    if round_ is None:
        return 0, 0, n_panel
    if round_.id in frozen:
        answered, eligible = frozen[round_.id]
        return answered, answered, eligible
    started, submitted = live.get(round_.id, (0, 0))
    return started, submitted, n_panel


def _facilitators(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    rows = session.exec(
        select(StaffRole.task_force_id, Person.name)
        .join(Person, col(Person.id) == StaffRole.person_id)
        .where(StaffRole.role == Role.FACILITATOR, col(StaffRole.task_force_id).in_(task_force_ids))
    ).all()
    found: dict[int, tuple[str, ...]] = {}
    for task_force_id, name in sorted(rows, key=lambda row: row[1].casefold()):
        if task_force_id is not None:
            found[task_force_id] = (*found.get(task_force_id, ()), name)
    return found


def _panel_sizes(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, int]:
    rows = session.exec(
        select(Panellist.task_force_id, func.count())
        .where(col(Panellist.task_force_id).in_(task_force_ids), col(Panellist.status).in_(IN_PANEL))
        .group_by(col(Panellist.task_force_id))
    ).all()
    return dict(rows)


def _latest_rounds(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, Round]:
    rows = session.exec(
        select(Round).where(col(Round.task_force_id).in_(task_force_ids)).order_by(col(Round.number))
    ).all()
    return {round_.task_force_id: round_ for round_ in rows}


def _live_response(session: Session, *, round_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Round id to (started, submitted), counted now."""
    rows = session.exec(
        select(Submission.round_id, func.count(col(Submission.id)), func.count(col(Submission.submitted_at)))
        .where(col(Submission.round_id).in_(round_ids))
        .group_by(col(Submission.round_id))
    ).all()
    return {round_id: (started, submitted) for round_id, started, submitted in rows}


def _frozen_response(session: Session, *, round_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Round id to (answered, eligible) of its newest snapshot."""
    rows = session.exec(
        select(Snapshot.round_id, Snapshot.n_answered, Snapshot.n_eligible)
        .where(col(Snapshot.round_id).in_(round_ids))
        .order_by(col(Snapshot.number))
    ).all()
    return {round_id: (answered, eligible) for round_id, answered, eligible in rows}


def _ideas_waiting(session: Session, *, round_ids: Sequence[int]) -> dict[int, int]:
    rows = session.exec(
        select(Idea.round_id, func.count())
        .where(col(Idea.round_id).in_(round_ids), Idea.status == IdeaStatus.WAITING)
        .group_by(col(Idea.round_id))
    ).all()
    return dict(rows)


def _agreement(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, AgreementSoFar]:
    rows = session.exec(
        select(Round.task_force_id, Round.id, RoundResult.statement_id, RoundResult.verdict)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .where(
            col(Round.task_force_id).in_(task_force_ids),
            Round.status == RoundStatus.CLOSED,
            col(Criterion.is_primary).is_(True),
        )
        .order_by(col(Round.number), col(Snapshot.number))
    ).all()
    latest = {(task_force_id, statement_id): verdict for task_force_id, _, statement_id, verdict in rows}
    last_round = {task_force_id: round_id for task_force_id, round_id, _, _ in rows}
    counts = Counter((task_force_id, verdict) for (task_force_id, _), verdict in latest.items())
    rated = Counter(task_force_id for task_force_id, _ in latest)
    return {
        task_force_id: AgreementSoFar(
            round_id=last_round[task_force_id],
            n_agreed=counts[task_force_id, "in"],
            n_dropped=counts[task_force_id, "out"],
            n_rated=n_rated,
        )
        for task_force_id, n_rated in rated.items()
    }


def _published(session: Session, *, task_force_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Task force id to its published activities without (category, facility); absent where nothing is published."""
    rows = session.exec(
        select(Outcome.task_force_id, Statement.category_id, func.min(FacilityDecision.id))
        .join(Statement, col(Statement.id) == Outcome.statement_id)
        .outerjoin(
            FacilityDecision,
            (col(FacilityDecision.statement_id) == Outcome.statement_id)
            & col(FacilityDecision.superseded_at).is_(None),
        )
        .where(
            col(Outcome.task_force_id).in_(task_force_ids),
            Statement.kind == StatementKind.ACTIVITY,
            Outcome.status != OutcomeStatus.DROPPED,
        )
        .group_by(col(Outcome.task_force_id), col(Statement.id), col(Statement.category_id))
    ).all()
    published = session.exec(
        select(Outcome.task_force_id).where(col(Outcome.task_force_id).in_(task_force_ids)).distinct()
    ).all()
    found = dict.fromkeys(published, (0, 0))
    for task_force_id, category_id, decision_id in rows:
        bare, homeless = found[task_force_id]
        found[task_force_id] = (bare + (category_id is None), homeless + (decision_id is None))
    return found
