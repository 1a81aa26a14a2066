"""Publishing where each statement ended: status and final rank, from frozen results only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from analysis.ranking import RankKey, rank_items
from surveys.errors import RuleViolation
from surveys.models import Outcome, Panellist, Person, Round, RoundResult, Statement, TaskForce
from surveys.queries.latest_results import LatestResult, latest_results
from surveys.rules.permissions import Actor
from surveys.rules.protocol import canonical_digest
from surveys.rules.settling import outcome_status
from surveys.services.audit import record
from surveys.services.bulk import upsert
from surveys.services.next_round import hold_task_force
from surveys.services.outbox import queue_message
from surveys.vocabulary import (
    AuditAction,
    MembershipStatus,
    MessageKind,
    OutcomeStatus,
    RoundKind,
    RoundStatus,
    StatementKind,
    ViolationCode,
)


@dataclass(frozen=True, slots=True)
class FinalOutcome:
    """One statement's outcome as it would be published."""

    latest: LatestResult
    status: OutcomeStatus
    rank: int | None


@dataclass(frozen=True, slots=True)
class PublishPreview:
    outcomes: tuple[FinalOutcome, ...]
    digest: str


def preview_outcomes(session: Session, *, task_force_id: int) -> PublishPreview:
    """What publishing now would store.

    Raises
    ------
    RuleViolation
        `round_not_closed` while a round is open or before the first rating round was closed.
    """
    rounds = session.exec(select(Round.kind, Round.status).where(Round.task_force_id == task_force_id)).all()
    is_open = any(status is RoundStatus.OPEN for _, status in rounds)
    if is_open or (RoundKind.RATING, RoundStatus.CLOSED) not in [tuple(row) for row in rounds]:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    latest = latest_results(session, task_force_ids=[task_force_id])
    ranks = ranks_by_kind({statement_id: (one.kind, one.result) for statement_id, one in latest.items()})
    outcomes = tuple(
        FinalOutcome(latest=one, status=outcome_status(one.result.verdict), rank=ranks[statement_id])
        for statement_id, one in sorted(latest.items())
    )
    digest = canonical_digest([[one.latest.result.id, one.status.value, one.rank] for one in outcomes])
    return PublishPreview(outcomes=outcomes, digest=digest)


def publish_outcomes(
    session: Session,
    *,
    actor: Actor | None,
    task_force_id: int,
    now: datetime,
    digest: str | None = None,
    notify: bool = True,
) -> list[Outcome]:
    """Store one outcome for every statement that was ever rated; publishing again replaces them.

    The first time, everybody in the panel who agreed to take part gets a mail of thanks. Once every task force of the
    study has outcomes, each also gets its rank across the study.

    Raises
    ------
    RuleViolation
        `round_not_closed`, or `preview_outdated` where `digest` is not that of `preview_outcomes`.
    """
    task_force = hold_task_force(session, task_force_id=task_force_id)
    preview = preview_outcomes(session, task_force_id=task_force_id)
    if digest is not None and digest != preview.digest:
        raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
    is_first = session.exec(select(Outcome.id).where(Outcome.task_force_id == task_force_id).limit(1)).first() is None
    rows = [
        {
            "task_force_id": task_force_id,
            "statement_id": one.latest.result.statement_id,
            "result_id": one.latest.result.id,
            "status": one.status,
            "rank": one.rank,
            "overall_rank": None,
            "published_at": now,
            "stale_since": None,
        }
        for one in preview.outcomes
    ]
    upsert(
        session,
        Outcome,
        rows,
        key=("statement_id",),
        replace=("task_force_id", "result_id", "status", "rank", "overall_rank", "published_at", "stale_since"),
    )
    if notify and is_first:
        _thank(session, task_force=task_force, now=now)
    is_whole = _rank_across_study(session, study_id=task_force.study_id)
    counts = {status.value: sum(one.status is status for one in preview.outcomes) for status in OutcomeStatus}
    record(
        session,
        AuditAction.OUTCOMES_PUBLISHED,
        actor=actor,
        now=now,
        study_id=task_force.study_id,
        task_force_id=task_force_id,
        subject=f"task_force:{task_force_id}",
        digest=preview.digest,
        n_statements=len(rows),
        completes_study=is_whole,
        **counts,
    )
    session.flush()
    return list(
        session.exec(
            select(Outcome).where(Outcome.task_force_id == task_force_id).order_by(col(Outcome.statement_id))
        ).all()
    )


def _thank(session: Session, *, task_force: TaskForce, now: datetime) -> None:
    last_round = session.exec(
        select(Round.id)
        .where(Round.task_force_id == task_force.id, Round.kind == RoundKind.RATING, Round.status == RoundStatus.CLOSED)
        .order_by(col(Round.number).desc())
    ).first()
    people = session.exec(
        select(Person)
        .join(Panellist, col(Panellist.person_id) == Person.id)
        .where(Panellist.task_force_id == task_force.id, Panellist.status == MembershipStatus.JOINED)
        .order_by(col(Person.id))
    ).all()
    for person in people:
        queue_message(
            session,
            kind=MessageKind.THANKS,
            person=person,
            study_id=task_force.study_id,
            params={"round_id": last_round},
            now=now,
        )


def ranks_by_kind(results: Mapping[int, tuple[StatementKind, RoundResult]]) -> dict[int, int | None]:
    """Statement id to its competition rank among its kind; None where too few answered for a verdict."""
    ranks: dict[int, int | None] = {}
    for kind in {kind for kind, _ in results.values()}:
        ids = sorted(statement_id for statement_id, (own, _) in results.items() if own is kind)
        found = rank_items([rank_key(results[statement_id][1]) for statement_id in ids])
        ranks.update(zip(ids, found, strict=True))
    return ranks


def rank_key(result: RoundResult) -> RankKey | None:
    """What a frozen result is ranked on; None where it has no verdict."""
    share, sd = result.report["agreement"]["share"], result.report["sd"]
    if outcome_status(result.verdict) is OutcomeStatus.INSUFFICIENT:
        return None
    if result.median is None or result.iqr is None or result.mean is None or share is None or sd is None:
        return None
    return RankKey(median=result.median, iqr=result.iqr, agreement_share=share, mean=result.mean, sd=sd)


def _rank_across_study(session: Session, *, study_id: int) -> bool:
    """Give every outcome its overall rank if all task forces have published; otherwise none has one."""
    task_forces = session.exec(select(TaskForce.id).where(TaskForce.study_id == study_id)).all()
    rows = session.exec(
        select(Outcome, RoundResult, Statement)
        .join(RoundResult, col(RoundResult.id) == Outcome.result_id)
        .join(Statement, col(Statement.id) == Outcome.statement_id)
        .where(col(Outcome.task_force_id).in_(task_forces))
        .execution_options(populate_existing=True)
    ).all()
    is_whole = {outcome.task_force_id for outcome, _, _ in rows} == set(task_forces)
    ranks: dict[int, int | None] = {}
    if is_whole:
        ranks = ranks_by_kind({outcome.statement_id: (statement.kind, result) for outcome, result, statement in rows})
    for outcome, _, _ in rows:
        outcome.overall_rank = ranks.get(outcome.statement_id)
        session.add(outcome)
    session.flush()
    return is_whole
