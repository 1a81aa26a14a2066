"""The consensus board of a closed rating round: every figure read from the frozen result, none computed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.models import (
    Category,
    IdeaPlacement,
    Round,
    RoundResult,
    Snapshot,
    Statement,
    StatementVersion,
)
from surveys.queries.questionnaire import AskedCriterion, criteria_of_study
from surveys.queries.statements import meanings
from surveys.rules.protocol import ProtocolSettings
from surveys.vocabulary import RoundKind, RoundStatus, StatementKind, ViolationCode


@dataclass(frozen=True, slots=True)
class Figures:
    """One statement on one criterion, as frozen. `report` has the keys of the published JSON format."""

    criterion: AskedCriterion
    result: RoundResult

    @property
    def report(self) -> dict[str, Any]:
        return self.result.report


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A statement in the wording that was rated, its figures, and those of the round before on the same wording."""

    statement_id: int
    code: str
    kind: StatementKind
    category: LocalizedText | None
    text: LocalizedText
    version_number: int
    parent_id: int | None
    n_ideas: int
    primary: Figures
    others: tuple[Figures, ...]
    earlier: RoundResult | None


@dataclass(frozen=True, slots=True)
class Board:
    """A closed round as its latest snapshot has it; rows by kind, then rank, then code."""

    round_id: int
    round_number: int
    task_force_id: int
    closed_at: datetime
    n_eligible: int
    n_answered: int
    digest: str
    settings: ProtocolSettings
    concordance: dict[str, Any]
    rows: tuple[BoardRow, ...]

    def kendall_w(self, kind: StatementKind) -> dict[str, Any] | None:
        """The frozen block on Kendall's W of the primary criterion among statements of `kind`."""
        codes = {row.primary.criterion.code for row in self.rows}
        found = (self.concordance.get(f"{code}:{kind}") for code in sorted(codes))
        block = next((one for one in found if one is not None), None)
        return None if block is None else dict(block["kendall_w"])


def latest_snapshot(session: Session, *, round_id: int) -> Snapshot | None:
    """The snapshot that counts: the last one taken."""
    return session.exec(
        select(Snapshot).where(Snapshot.round_id == round_id).order_by(col(Snapshot.number).desc())
    ).first()


def board_of(session: Session, *, round_id: int, study_id: int) -> Board:
    """The board of a round, in six statements to the database whatever its size.

    Raises
    ------
    NotFound
        A round of open questions has no board.
    RuleViolation
        `round_not_closed`: an open round shows no results to anyone.
    """
    round_ = session.get_one(Round, round_id)
    if round_.kind is not RoundKind.RATING:
        raise NotFound
    snapshot = latest_snapshot(session, round_id=round_id)
    if round_.status is not RoundStatus.CLOSED or round_.closed_at is None or snapshot is None:
        raise RuleViolation(ViolationCode.ROUND_NOT_CLOSED)
    criteria = {criterion.id: criterion for criterion in criteria_of_study(session, study_id=study_id)}
    found = session.exec(
        select(RoundResult, Statement, StatementVersion, Category)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .outerjoin(Category, col(Category.id) == Statement.category_id)
        .where(RoundResult.snapshot_id == snapshot.id)
    ).all()
    figures: dict[int, list[Figures]] = {}
    for result, statement, _, _ in found:
        figures.setdefault(statement.id, []).append(Figures(criterion=criteria[result.criterion_id], result=result))
    earlier = _earlier_results(session, round_=round_)
    n_ideas = count_ideas(session, task_force_id=round_.task_force_id)
    asks = meanings(session, task_force_ids=[round_.task_force_id])
    rows = []
    for result, statement, version, category in found:
        if not criteria[result.criterion_id].is_primary:
            continue
        before = earlier.get((statement.id, result.criterion_id))
        others = sorted(
            (one for one in figures[statement.id] if not one.criterion.is_primary),
            key=lambda one: list(criteria).index(one.criterion.id),
        )
        rows.append(
            BoardRow(
                statement_id=statement.id,
                code=statement.code,
                kind=statement.kind,
                category=category.name if category is not None else None,
                text=version.text,
                version_number=version.number,
                parent_id=statement.parent_id,
                n_ideas=n_ideas[statement.id],
                primary=Figures(criterion=criteria[result.criterion_id], result=result),
                others=tuple(others),
                earlier=before if before is not None and asks[before.version_id] == asks[version.id] else None,
            )
        )
    kinds = list(StatementKind)
    rows.sort(key=lambda row: (kinds.index(row.kind), _place(row.primary.result.rank), row.code))
    return Board(
        round_id=round_.id,
        round_number=round_.number,
        task_force_id=round_.task_force_id,
        closed_at=round_.closed_at,
        n_eligible=snapshot.n_eligible,
        n_answered=snapshot.n_answered,
        digest=snapshot.digest,
        settings=ProtocolSettings.from_json(snapshot.rule),
        concordance=snapshot.concordance,
        rows=tuple(rows),
    )


def count_ideas(session: Session, *, task_force_id: int) -> Counter[int]:
    """Statement id to the number of ideas in it."""
    rows = session.exec(
        select(IdeaPlacement.statement_id, func.count(col(IdeaPlacement.id)))
        .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
        .where(Statement.task_force_id == task_force_id, col(IdeaPlacement.undone_at).is_(None))
        .group_by(col(IdeaPlacement.statement_id))
    ).all()
    return Counter(dict(rows))


def _earlier_results(session: Session, *, round_: Round) -> dict[tuple[int, int], RoundResult]:
    """(statement id, criterion id) to its result in the latest closed round before this one that asked it."""
    rows = session.exec(
        select(RoundResult)
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(Round, col(Round.id) == Snapshot.round_id)
        .where(
            Round.task_force_id == round_.task_force_id,
            Round.number < round_.number,
            Round.status == RoundStatus.CLOSED,
        )
        .order_by(col(Round.number), col(Snapshot.number))
    ).all()
    return {(result.statement_id, result.criterion_id): result for result in rows}


def _place(rank: int | None) -> tuple[bool, int]:
    return rank is None, rank or 0
