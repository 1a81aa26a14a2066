"""What every closed rating round of a task force said of every statement, on the criterion that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Criterion, Round, RoundResult, Snapshot, Statement, StatementVersion
from surveys.rules.protocol import CriterionRule, ProtocolSettings
from surveys.vocabulary import RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class Stage:
    """One statement in one closed round, as frozen in the round's newest snapshot."""

    round_id: int
    round_number: int
    statement_id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    version_id: int
    rule: CriterionRule
    verdict: str
    consensus_class: str
    n: int
    agreement_k: int
    agreement_n: int
    iqr: float | None

    @property
    def share(self) -> float | None:
        """Share (0 to 1) in agreement; None where nobody rated."""
        return self.agreement_k / self.agreement_n if self.agreement_n else None


def stages_of(session: Session, *, task_force_id: int) -> list[Stage]:
    """Every stage by round, kind and code, in one statement to the database."""
    newest = (
        select(Snapshot.round_id, func.max(Snapshot.number).label("number")).group_by(col(Snapshot.round_id)).subquery()
    )
    rows = session.exec(
        select(RoundResult, Snapshot, Round, Statement, StatementVersion.text, Criterion.code)  # type: ignore[call-overload]
        .join(Snapshot, col(Snapshot.id) == RoundResult.snapshot_id)
        .join(newest, (newest.c.round_id == Snapshot.round_id) & (newest.c.number == Snapshot.number))
        .join(Round, col(Round.id) == Snapshot.round_id)
        .join(Statement, col(Statement.id) == RoundResult.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == RoundResult.version_id)
        .join(Criterion, col(Criterion.id) == RoundResult.criterion_id)
        .where(
            Round.task_force_id == task_force_id,
            Round.status == RoundStatus.CLOSED,
            col(Criterion.is_primary).is_(True),
        )
    ).all()
    kinds = list(StatementKind)
    found = [
        Stage(
            round_id=round_.id,
            round_number=round_.number,
            statement_id=statement.id,
            code=statement.code,
            kind=statement.kind,
            text=text,
            version_id=result.version_id,
            rule=ProtocolSettings.from_json(snapshot.rule).criteria[criterion],
            verdict=result.verdict,
            consensus_class=result.consensus_class,
            n=result.n,
            agreement_k=result.agreement_k,
            agreement_n=result.agreement_n,
            iqr=result.iqr,
        )
        for result, snapshot, round_, statement, text, criterion in rows
    ]
    return sorted(found, key=lambda one: (one.round_number, kinds.index(one.kind), one.code))


def courses_of(stages: Sequence[Stage]) -> list[tuple[Stage, ...]]:
    """The stages of each statement in the wording that was rated last: answers to other words are not compared."""
    by_statement: dict[int, list[Stage]] = {}
    for stage in stages:
        by_statement.setdefault(stage.statement_id, []).append(stage)
    return [tuple(stage for stage in own if stage.version_id == own[-1].version_id) for own in by_statement.values()]
