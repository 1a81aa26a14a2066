"""The way of an idea into the plan, from either end: idea, statement, its wordings, its outcome, who carries it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Facility, FacilityDecision, Idea, IdeaPlacement, Outcome, Round, Statement, StatementVersion
from surveys.queries.desk import codes_of
from surveys.vocabulary import IdeaStatus, OutcomeStatus, PlacementAction, StatementKind


@dataclass(frozen=True, slots=True)
class LineIdea:
    id: int
    code: str
    kind: StatementKind
    text: str
    language: str
    status: IdeaStatus
    parked_reason: str


@dataclass(frozen=True, slots=True)
class LineWording:
    number: int
    text: LocalizedText
    reason: str
    is_translation: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LineStatement:
    """A statement with its wordings, where it ended, and who carries it."""

    id: int
    code: str
    kind: StatementKind
    is_retired: bool
    wordings: tuple[LineWording, ...]
    outcome: OutcomeStatus | None
    rank: int | None
    facilities: tuple[tuple[str, LocalizedText], ...]
    """Code and name of each facility it is assigned to now."""

    @property
    def text(self) -> LocalizedText:
        return self.wordings[-1].text


@dataclass(frozen=True, slots=True)
class Thread:
    """An idea went into a statement; undone threads stay."""

    idea_id: int
    statement_id: int
    action: PlacementAction
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    ideas: tuple[LineIdea, ...]
    statements: tuple[LineStatement, ...]
    threads: tuple[Thread, ...]


def lineage_of_statement(session: Session, *, statement_id: int) -> Lineage:
    """A statement with every idea that is or was in it."""
    return _lineage(session, statement_ids=[statement_id])


def lineage_of_idea(session: Session, *, idea_id: int) -> Lineage:
    """An idea with every statement it is or was in; its reason where it was set aside."""
    placed = session.exec(select(IdeaPlacement.statement_id).where(IdeaPlacement.idea_id == idea_id)).all()
    return _lineage(session, statement_ids=sorted(set(placed)), idea_id=idea_id)


def _lineage(session: Session, *, statement_ids: Sequence[int], idea_id: int | None = None) -> Lineage:
    """Eight statements to the database at most, whatever hangs together."""
    placements = session.exec(
        select(IdeaPlacement)
        .where(
            col(IdeaPlacement.statement_id).in_(statement_ids) if idea_id is None else IdeaPlacement.idea_id == idea_id
        )
        .order_by(col(IdeaPlacement.id))
    ).all()
    idea_ids = dict.fromkeys([*([idea_id] if idea_id is not None else []), *(one.idea_id for one in placements)])
    # The last word on a pair counts: an idea taken out and put back is in.
    threads = {(one.idea_id, one.statement_id): one for one in placements}
    return Lineage(
        ideas=_ideas(session, list(idea_ids)),
        statements=_statements(session, statement_ids),
        threads=tuple(
            Thread(one.idea_id, one.statement_id, one.action, is_undone=one.undone_at is not None)
            for one in threads.values()
        ),
    )


def _ideas(session: Session, idea_ids: Sequence[int]) -> tuple[LineIdea, ...]:
    ideas = session.exec(select(Idea).where(col(Idea.id).in_(idea_ids)).order_by(col(Idea.id))).all()
    rounds = {idea.round_id for idea in ideas}
    seeds = dict(session.exec(select(Round.id, Round.order_seed).where(col(Round.id).in_(rounds))).all())
    codes = codes_of(session.exec(select(Idea).where(col(Idea.round_id).in_(rounds))).all(), seeds=seeds)
    return tuple(
        LineIdea(
            id=idea.id,
            code=codes[idea.id],
            kind=idea.kind,
            text=idea.text,
            language=idea.language,
            status=idea.status,
            parked_reason=idea.parked_reason,
        )
        for idea in ideas
    )


def _statements(session: Session, statement_ids: Sequence[int]) -> tuple[LineStatement, ...]:
    versions: dict[int, list[StatementVersion]] = {}
    for version in session.exec(
        select(StatementVersion)
        .where(col(StatementVersion.statement_id).in_(statement_ids))
        .order_by(col(StatementVersion.number))
    ).all():
        versions.setdefault(version.statement_id, []).append(version)
    outcomes = {
        one.statement_id: one
        for one in session.exec(select(Outcome).where(col(Outcome.statement_id).in_(statement_ids))).all()
    }
    carried: dict[int, list[tuple[str, LocalizedText]]] = {}
    for statement_id, code, name in session.exec(
        select(FacilityDecision.statement_id, Facility.code, Facility.name)
        .join(Facility, col(Facility.id) == FacilityDecision.facility_id)
        .where(col(FacilityDecision.statement_id).in_(statement_ids), col(FacilityDecision.superseded_at).is_(None))
        .order_by(col(Facility.code))
    ).all():
        carried.setdefault(statement_id, []).append((code, LocalizedText(name)))
    rows = session.exec(select(Statement).where(col(Statement.id).in_(statement_ids)).order_by(col(Statement.code)))
    return tuple(
        LineStatement(
            id=one.id,
            code=one.code,
            kind=one.kind,
            is_retired=one.retired_at is not None,
            wordings=tuple(
                LineWording(
                    number=version.number,
                    text=version.text,
                    reason=version.reason,
                    is_translation=version.meaning_number is not None,
                    created_at=version.created_at,
                )
                for version in versions[one.id]
            ),
            outcome=outcomes[one.id].status if one.id in outcomes else None,
            rank=outcomes[one.id].rank if one.id in outcomes else None,
            facilities=tuple(carried.get(one.id, ())),
        )
        for one in rows.all()
    )
