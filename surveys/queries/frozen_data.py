"""Everything frozen of a study: closed rounds, the figures of every statement in them, and the copied answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import (
    Criterion,
    FrozenRating,
    Panellist,
    Round,
    RoundResult,
    Snapshot,
    Statement,
    StatementVersion,
    TaskForce,
)
from surveys.queries.frozen_figures import Figures, SealedRound, figures_of_rounds, sealed_rounds
from surveys.vocabulary import RatingState, RoundKind, StatementKind


@dataclass(frozen=True, slots=True)
class FrozenStatement:
    """A statement as it was rated in one round, with its figures on one criterion."""

    task_force: str
    code: str
    kind: StatementKind
    text: LocalizedText
    version_number: int
    figures: Figures


@dataclass(frozen=True, slots=True)
class FrozenRound:
    task_force: str
    kind: RoundKind
    sealed: SealedRound
    concordance: dict[str, Any]
    """Criterion and kind, as `importance:activity`, to the frozen concordance block."""


@dataclass(frozen=True, slots=True)
class FrozenAnswer:
    """One copied answer. `panellist_id` never leaves the house: exports put a code in its place."""

    task_force: str
    round_number: int
    code: str
    criterion_code: str
    panellist_id: int
    state: RatingState
    value: int | None


@dataclass(frozen=True, slots=True)
class FrozenData:
    rounds: tuple[FrozenRound, ...]
    statements: tuple[FrozenStatement, ...]


def frozen_data(session: Session, *, study_id: int) -> FrozenData:
    """The newest snapshot of every closed round, by task force, round, statement and criterion."""
    task_forces = _task_forces(session, study_id=study_id)
    sealed = sealed_rounds(session, task_force_ids=list(task_forces))
    extra = session.exec(
        select(Snapshot.id, Snapshot.concordance, Round.kind)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(col(Snapshot.id).in_([one.snapshot_id for one in sealed]))
    ).all()
    by_snapshot = {snapshot_id: (concordance, kind) for snapshot_id, concordance, kind in extra}
    rounds = [
        FrozenRound(
            task_force=task_forces[one.task_force_id],
            kind=RoundKind(by_snapshot[one.snapshot_id][1]),
            sealed=one,
            concordance=dict(by_snapshot[one.snapshot_id][0]),
        )
        for one in sealed
    ]
    return FrozenData(
        rounds=tuple(sorted(rounds, key=lambda one: (one.task_force, one.sealed.number))),
        statements=tuple(_statements(session, sealed=sealed, task_forces=task_forces)),
    )


def _statements(
    session: Session, *, sealed: Sequence[SealedRound], task_forces: dict[int, str]
) -> list[FrozenStatement]:
    rated = session.exec(
        select(RoundResult.id, Statement, StatementVersion)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .where(col(RoundResult.snapshot_id).in_([one.snapshot_id for one in sealed]))
    ).all()
    by_result = {result_id: (statement, version) for result_id, statement, version in rated}
    found = []
    for figures in figures_of_rounds(session, sealed=sealed):
        statement, version = by_result[figures.result_id]
        found.append(
            FrozenStatement(
                task_force=task_forces[statement.task_force_id],
                code=statement.code,
                kind=statement.kind,
                text=version.text,
                version_number=version.number,
                figures=figures,
            )
        )
    # The sort is stable: criteria stay in the order of the protocol.
    return sorted(found, key=lambda one: (one.task_force, one.figures.sealed.number, one.figures.statement_id))


def frozen_answers(session: Session, *, study_id: int) -> list[FrozenAnswer]:
    """Every copied answer of the newest snapshots, in no order that tells who is who."""
    task_forces = _task_forces(session, study_id=study_id)
    sealed = {one.snapshot_id: one for one in sealed_rounds(session, task_force_ids=list(task_forces))}
    rows = session.connection().execute(
        sa_select(
            col(FrozenRating.snapshot_id),
            col(Statement.code),
            col(Criterion.code),
            col(FrozenRating.panellist_id),
            col(FrozenRating.state),
            col(FrozenRating.value),
        )
        .join(Statement, col(Statement.id) == FrozenRating.statement_id)
        .join(Criterion, col(Criterion.id) == FrozenRating.criterion_id)
        .where(col(FrozenRating.snapshot_id).in_(list(sealed)))
    )
    return [
        FrozenAnswer(
            task_force=task_forces[sealed[snapshot_id].task_force_id],
            round_number=sealed[snapshot_id].number,
            code=code,
            criterion_code=criterion_code,
            panellist_id=panellist_id,
            state=state,
            value=value,
        )
        for snapshot_id, code, criterion_code, panellist_id, state, value in rows
    ]


def has_people(session: Session, *, study_id: int) -> bool:
    """Whether any panellist of the study is still linked to a person; false for imported ratings."""
    query = (
        select(Panellist.id)
        .join(TaskForce, col(TaskForce.id) == Panellist.task_force_id)
        .where(TaskForce.study_id == study_id, col(Panellist.person_id).is_not(None))
    )
    return session.exec(query.limit(1)).first() is not None


def _task_forces(session: Session, *, study_id: int) -> dict[int, str]:
    rows = session.exec(select(TaskForce.id, TaskForce.code).where(TaskForce.study_id == study_id)).all()
    return dict(rows)
