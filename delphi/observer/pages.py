"""What observers see: how far each task force is, and its published activities."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Study
from surveys.queries.activities import RankedStatement, of_kind, ranked_statements
from surveys.queries.programme import programme_of
from surveys.vocabulary import RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class ObservedTaskForce:
    """One task force without a figure of an open round and without a name."""

    objective: str
    title: LocalizedText
    round_number: int | None
    round_status: RoundStatus | None
    closes_at: datetime | None
    is_published: bool


@dataclass(frozen=True, slots=True)
class ObservedBoard:
    study_id: int
    name: LocalizedText
    time_zone: str
    rows: tuple[ObservedTaskForce, ...]


@dataclass(frozen=True, slots=True)
class ObservedActivities:
    study_id: int
    name: LocalizedText
    rows: tuple[RankedStatement, ...]


def observed_studies(session: Session, *, study_ids: frozenset[int]) -> tuple[Study, ...]:
    return tuple(session.exec(select(Study).where(col(Study.id).in_(study_ids)).order_by(col(Study.id))).all())


def board_page(session: Session, *, study_id: int, now: datetime) -> ObservedBoard:
    study = session.get_one(Study, study_id)
    return ObservedBoard(
        study_id=study.id,
        name=study.name,
        time_zone=study.time_zone,
        rows=tuple(
            ObservedTaskForce(
                objective=row.objective.code,
                title=row.objective.title,
                round_number=row.round_.number if row.round_ else None,
                round_status=row.round_.status if row.round_ else None,
                closes_at=row.round_.deadline_at if row.round_ else None,
                is_published=row.is_published,
            )
            for row in programme_of(session, study_id=study_id, now=now)
        ),
    )


def activities_page(session: Session, *, study_id: int) -> ObservedActivities:
    study = session.get_one(Study, study_id)
    return ObservedActivities(
        study_id=study.id,
        name=study.name,
        rows=tuple(of_kind(ranked_statements(session, study_id=study_id), StatementKind.ACTIVITY)),
    )
