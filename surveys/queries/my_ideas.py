"""What became of one panellist's ideas, once the statements made of them were put to the panel."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from surveys.localized import LocalizedText
from surveys.models import Idea, IdeaPlacement, Outcome, Round, Statement
from surveys.queries.idea_flags import Remark, remarks_on
from surveys.queries.statements import current_versions
from surveys.vocabulary import IdeaStatus, OutcomeStatus, PlacementAction, RoundKind, RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class BecameStatement:
    code: str
    kind: StatementKind
    text: LocalizedText
    action: PlacementAction
    outcome: OutcomeStatus | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class IdeaFate:
    idea_id: int
    text: str
    language: str
    kind: StatementKind
    status: IdeaStatus
    parked_reason: str
    became: tuple[BecameStatement, ...]
    remarks: tuple[Remark, ...]
    """What its author said is missing or distorted, with the answers."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """How many ideas of how many people became how many statements."""

    n_ideas: int
    n_people: int
    n_statements: int = 0


def gathered(session: Session, *, task_force_id: int) -> Gathered:
    """All ideas of the closed rounds, and the statements made of them."""
    of_all = select(func.count(col(Idea.id)), func.count(col(Idea.panellist_id).distinct())).join(
        Round, col(Round.id) == Idea.round_id
    )
    n_ideas, n_people = session.exec(
        of_all.where(Round.task_force_id == task_force_id, Round.status == RoundStatus.CLOSED)
    ).one()
    n_statements = session.exec(
        select(func.count(col(IdeaPlacement.statement_id).distinct()))
        .join(Statement, col(Statement.id) == IdeaPlacement.statement_id)
        .where(
            Statement.task_force_id == task_force_id,
            col(Statement.retired_at).is_(None),
            col(IdeaPlacement.undone_at).is_(None),
        )
    ).one()
    return Gathered(n_ideas, n_people, n_statements)


def ideas_of_others(session: Session, *, round_id: int, panellist_id: int) -> Gathered:
    """What everybody else has written so far in one round."""
    n_ideas, n_people = session.exec(
        select(func.count(col(Idea.id)), func.count(col(Idea.panellist_id).distinct())).where(
            Idea.round_id == round_id, Idea.panellist_id != panellist_id
        )
    ).one()
    return Gathered(n_ideas, n_people)


def has_statements_out(session: Session, *, task_force_id: int) -> bool:
    """Whether a rating round was opened: before that, the facilitators' work on the ideas is nobody's to see."""
    query = select(Round.id).where(
        Round.task_force_id == task_force_id,
        Round.kind == RoundKind.RATING,
        col(Round.status).in_([RoundStatus.OPEN, RoundStatus.CLOSED]),
    )
    return session.exec(query.limit(1)).first() is not None


def fates_of_ideas(session: Session, *, task_force_id: int, panellist_id: int) -> list[IdeaFate]:
    """The panellist's ideas of closed rounds with the statements they went into, in the order they were written."""
    rows = session.exec(
        select(Idea, IdeaPlacement, Statement, Outcome)
        .join(Round, col(Round.id) == Idea.round_id)
        .outerjoin(IdeaPlacement, (col(IdeaPlacement.idea_id) == Idea.id) & col(IdeaPlacement.undone_at).is_(None))
        .outerjoin(Statement, (col(Statement.id) == IdeaPlacement.statement_id) & col(Statement.retired_at).is_(None))
        .outerjoin(Outcome, col(Outcome.statement_id) == Statement.id)
        .where(Idea.panellist_id == panellist_id, Round.status == RoundStatus.CLOSED)
        .order_by(col(Round.number), col(Idea.id), col(Statement.id))
    ).all()
    texts = {key: version.text for key, version in current_versions(session, task_force_id=task_force_id).items()}
    ideas: dict[int, Idea] = {}
    became: dict[int, list[BecameStatement]] = {}
    for idea, placement, statement, outcome in rows:
        ideas[idea.id] = idea
        if statement is None or placement is None:
            continue
        became.setdefault(idea.id, []).append(
            BecameStatement(
                code=statement.code,
                kind=statement.kind,
                text=texts[statement.id],
                action=placement.action,
                outcome=None if outcome is None else outcome.status,
                rank=None if outcome is None else outcome.rank,
            )
        )
    remarks = remarks_on(session, idea_ids=list(ideas))
    return [
        IdeaFate(
            idea_id=idea.id,
            text=idea.text,
            language=idea.language,
            kind=idea.kind,
            status=idea.status,
            parked_reason=idea.parked_reason,
            became=tuple(became.get(idea.id, ())),
            remarks=tuple(remarks.get(idea.id, ())),
        )
        for idea in ideas.values()
    ]
