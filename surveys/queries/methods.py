"""What a methods report is filled from: the study's own record of who took part, what was asked, what became of it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from analysis.participation import Attrition
from surveys.localized import LocalizedText
from surveys.models import (
    Idea,
    IdeaPlacement,
    Outcome,
    Round,
    RoundStatement,
    Snapshot,
    Statement,
    StatementVersion,
    Study,
    Submission,
    TaskForce,
)
from surveys.queries.leavers import compare_leavers
from surveys.queries.protocols import ProtocolRecord, protocol_record
from surveys.queries.questionnaire import AskedCriterion, criteria_of_study
from surveys.queries.taking_part import TakingPart, taking_part
from surveys.vocabulary import IdeaStatus, OutcomeStatus, RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class RoundFlow:
    """All closed rounds of one number together; seats in panels, not people."""

    number: int
    kinds: tuple[RoundKind, ...]
    n_panels: int
    opened_at: datetime | None
    closed_at: datetime | None
    n_asked: int
    n_started: int
    n_answered: int
    n_submitted: int
    n_statements: int


@dataclass(frozen=True, slots=True)
class StatementFlow:
    """From ideas to outcomes; counts of ideas, then of statements that were rated."""

    n_ideas: int
    n_placed: int
    n_parked: int
    n_waiting: int
    n_statements: int
    n_withdrawn: int
    """Made and taken back before anybody rated them."""
    n_rated: int
    n_reworded: int
    """In more than one wording."""
    n_settled_early: int
    """Not on the last questionnaire of their panel: their answer stood before."""
    outcomes: dict[OutcomeStatus, int]
    n_unpublished: int


@dataclass(frozen=True, slots=True)
class AttritionCheck:
    """Leavers against stayers of one panel, on the rating round before they left."""

    task_force: str
    round_number: int
    n_stayed: int
    n_left: int
    found: Attrition | None
    """None where one side is empty: nothing can be compared."""


@dataclass(frozen=True, slots=True)
class MethodsRecord:
    slug: str
    name: LocalizedText
    purpose: LocalizedText
    languages: tuple[str, ...]
    time_zone: str
    contact: str
    protocol: ProtocolRecord
    criteria: tuple[AskedCriterion, ...]
    people: TakingPart
    n_panels: int
    n_published: int
    n_open: int
    rounds: tuple[RoundFlow, ...]
    statements: StatementFlow
    attrition: tuple[AttritionCheck, ...]
    engine: tuple[str, ...]
    """Versions of the libraries that computed the figures."""


def methods_record(session: Session, *, study_id: int) -> MethodsRecord:
    """Everything the record tells, from closed rounds only."""
    study = session.get_one(Study, study_id)
    codes = dict(session.exec(select(TaskForce.id, TaskForce.code).where(TaskForce.study_id == study_id)).all())
    rounds = session.exec(
        select(Round)
        .where(col(Round.task_force_id).in_(list(codes)))
        .order_by(col(Round.task_force_id), col(Round.number))
    ).all()
    closed = [one for one in rounds if one.status is RoundStatus.CLOSED]
    snapshots = _newest(session, rounds=closed)
    published = set(
        session.exec(select(Outcome.task_force_id).where(col(Outcome.task_force_id).in_(list(codes)))).all()
    )
    return MethodsRecord(
        slug=study.slug,
        name=study.name,
        purpose=study.purpose,
        languages=tuple(study.languages),
        time_zone=study.time_zone,
        contact=study.contact_name,
        protocol=protocol_record(session, study_id=study_id),
        criteria=criteria_of_study(session, study_id=study_id),
        people=taking_part(session, study_id=study_id),
        n_panels=len(codes),
        n_published=len(published),
        n_open=sum(one.status is RoundStatus.OPEN for one in rounds),
        rounds=_round_flows(session, rounds=closed, snapshots=snapshots),
        statements=_statement_flow(session, task_force_ids=list(codes), rounds=closed),
        attrition=_attrition(session, codes=codes, rounds=closed, snapshots=snapshots),
        engine=tuple(
            sorted(
                {
                    f"{name} {one.engine[name]}"
                    for one in snapshots.values()
                    for name in ("numpy", "scipy")
                    if name in one.engine
                }
            )
        ),
    )


def _newest(session: Session, *, rounds: Sequence[Round]) -> dict[int, Snapshot]:
    """Round id to its snapshot in force."""
    found = session.exec(
        select(Snapshot).where(col(Snapshot.round_id).in_([one.id for one in rounds])).order_by(col(Snapshot.number))
    ).all()
    return {one.round_id: one for one in found}


def _round_flows(session: Session, *, rounds: Sequence[Round], snapshots: dict[int, Snapshot]) -> tuple[RoundFlow, ...]:
    ids = [one.id for one in rounds]
    started = Counter(session.exec(select(Submission.round_id).where(col(Submission.round_id).in_(ids))).all())
    asked = Counter(session.exec(select(RoundStatement.round_id).where(col(RoundStatement.round_id).in_(ids))).all())
    by_number: dict[int, list[Round]] = defaultdict(list)
    for one in rounds:
        by_number[one.number].append(one)
    return tuple(
        RoundFlow(
            number=number,
            kinds=tuple(sorted({one.kind for one in own})),
            n_panels=len(own),
            opened_at=min((one.opened_at for one in own if one.opened_at), default=None),
            closed_at=max((one.closed_at for one in own if one.closed_at), default=None),
            n_asked=sum(snapshots[one.id].n_eligible for one in own),
            n_started=sum(started[one.id] for one in own),
            n_answered=sum(snapshots[one.id].n_answered for one in own),
            n_submitted=sum(snapshots[one.id].n_submitted for one in own),
            n_statements=sum(asked[one.id] for one in own),
        )
        for number, own in sorted(by_number.items())
    )


def _statement_flow(session: Session, *, task_force_ids: Sequence[int], rounds: Sequence[Round]) -> StatementFlow:
    ids = [one.id for one in rounds]
    ideas = Counter(session.exec(select(Idea.status).where(col(Idea.round_id).in_(ids))).all())
    placed = session.exec(
        select(IdeaPlacement.idea_id)
        .join(Idea, col(Idea.id) == IdeaPlacement.idea_id)
        .where(col(Idea.round_id).in_(ids), col(IdeaPlacement.undone_at).is_(None))
        .distinct()
    ).all()
    statements = session.exec(select(Statement).where(col(Statement.task_force_id).in_(task_force_ids))).all()
    on_paper = session.exec(
        select(RoundStatement.statement_id, RoundStatement.round_id).where(col(RoundStatement.round_id).in_(ids))
    ).all()
    last = {one.task_force_id: one.id for one in sorted(rounds, key=lambda one: one.number)}
    rated = {statement_id for statement_id, _ in on_paper}
    on_last = {statement_id for statement_id, round_id in on_paper if round_id in last.values()}
    wordings = Counter(
        session.exec(select(StatementVersion.statement_id).where(col(StatementVersion.statement_id).in_(rated))).all()
    )
    outcomes = Counter(session.exec(select(Outcome.status).where(col(Outcome.statement_id).in_(rated))).all())
    return StatementFlow(
        n_ideas=sum(ideas.values()),
        n_placed=len(placed),
        n_parked=ideas[IdeaStatus.PARKED],
        n_waiting=ideas[IdeaStatus.WAITING],
        n_statements=len(statements),
        n_withdrawn=sum(one.retired_at is not None and one.id not in rated for one in statements),
        n_rated=len(rated),
        n_reworded=sum(n > 1 for n in wordings.values()),
        n_settled_early=len(rated - on_last),
        outcomes={status: outcomes[status] for status in OutcomeStatus},
        n_unpublished=len(rated) - sum(outcomes.values()),
    )


def _attrition(
    session: Session, *, codes: dict[int, str], rounds: Sequence[Round], snapshots: dict[int, Snapshot]
) -> tuple[AttritionCheck, ...]:
    """Each panel's first rating round, split by who answered the rating round after it."""
    by_panel: dict[int, list[Round]] = defaultdict(list)
    for one in rounds:
        if one.kind is RoundKind.RATING:
            by_panel[one.task_force_id].append(one)
    found = []
    for task_force_id, own in by_panel.items():
        if len(own) > 1:
            first, second = (snapshots[one.id] for one in own[:2])
            found.append(_compared(session, code=codes[task_force_id], round_=own[0], first=first, second=second))
    return tuple(sorted(found, key=lambda one: one.task_force))


def _compared(session: Session, *, code: str, round_: Round, first: Snapshot, second: Snapshot) -> AttritionCheck:
    check = compare_leavers(session, before=first, after=second)
    return AttritionCheck(
        task_force=code,
        round_number=round_.number,
        n_stayed=check.n_stayed,
        n_left=check.n_left,
        found=check.found,
    )
