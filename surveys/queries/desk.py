"""The synthesis desk: raw ideas with display codes, the statements made of them, and the trace between the two."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Category, Idea, IdeaPlacement, Round, Statement
from surveys.queries.statements import current_versions
from surveys.rules.anonymity import display_codes
from surveys.rules.wordings import wording_digest
from surveys.vocabulary import IdeaStatus, PlacementAction, RoundStatus, StatementKind


@dataclass(frozen=True, slots=True)
class DeskPlacement:
    """An idea in a statement, not undone."""

    id: int
    statement_id: int
    action: PlacementAction


@dataclass(frozen=True, slots=True)
class DeskIdea:
    """One raw idea. `code` says only that two ideas of this round have the same author."""

    id: int
    round_number: int
    kind: StatementKind
    text: str
    language: str
    code: str
    status: IdeaStatus
    parked_reason: str
    parent_id: int | None
    placements: tuple[DeskPlacement, ...]


@dataclass(frozen=True, slots=True)
class DeskStatement:
    """A statement in its newest wording with the ids of the ideas in it."""

    id: int
    code: str
    kind: StatementKind
    text: LocalizedText
    version_id: int
    version_number: int
    parent_id: int | None
    category: LocalizedText | None
    category_id: int | None
    idea_ids: tuple[int, ...]

    @property
    def seen(self) -> str:
        """The mark of its wording as it stands: a form carries it back."""
        return wording_digest(version_id=self.version_id, text=self.text)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything on the desk of one task force; ideas of closed rounds only."""

    ideas: tuple[DeskIdea, ...]
    statements: tuple[DeskStatement, ...]

    def idea(self, idea_id: int | None) -> DeskIdea | None:
        return next((idea for idea in self.ideas if idea.id == idea_id), None)


def desk_of(session: Session, *, task_force_id: int) -> Desk:
    """The desk of a task force, in five statements to the database whatever its size.

    Ideas come by kind in a drawn order: the order of arrival would say who wrote them.
    """
    rounds = {
        round_.id: round_
        for round_ in session.exec(
            select(Round).where(Round.task_force_id == task_force_id, Round.status == RoundStatus.CLOSED)
        ).all()
    }
    ideas = session.exec(select(Idea).where(col(Idea.round_id).in_(rounds))).all()
    placements = session.exec(
        select(IdeaPlacement)
        .join(Idea, col(Idea.id) == IdeaPlacement.idea_id)
        .where(col(Idea.round_id).in_(rounds), col(IdeaPlacement.undone_at).is_(None))
        .order_by(col(IdeaPlacement.id))
    ).all()
    of_idea: dict[int, list[DeskPlacement]] = defaultdict(list)
    in_statement: dict[int, list[int]] = defaultdict(list)
    for one in placements:
        of_idea[one.idea_id].append(DeskPlacement(id=one.id, statement_id=one.statement_id, action=one.action))
        in_statement[one.statement_id].append(one.idea_id)
    codes = codes_of(ideas, seeds={round_.id: round_.order_seed for round_ in rounds.values()})
    kinds = list(StatementKind)
    views = [
        DeskIdea(
            id=idea.id,
            round_number=rounds[idea.round_id].number,
            kind=idea.kind,
            text=idea.text,
            language=idea.language,
            code=codes[idea.id],
            status=idea.status,
            parked_reason=idea.parked_reason,
            parent_id=idea.parent_id,
            placements=tuple(of_idea[idea.id]),
        )
        for idea in ideas
    ]
    views.sort(key=lambda idea: (kinds.index(idea.kind), Random(f"desk:{task_force_id}:{idea.id}").random()))
    statements = _statements(session, task_force_id=task_force_id, in_statement=in_statement)
    return Desk(ideas=tuple(views), statements=statements)


def codes_of(ideas: Sequence[Idea], *, seeds: Mapping[int, int]) -> dict[int, str]:
    """Idea id to the display code of its author; `ideas` are all ideas of the rounds whose seeds are given."""
    authors: dict[int, set[int]] = defaultdict(set)
    for idea in ideas:
        authors[idea.round_id].add(idea.panellist_id)
    codes = {round_id: display_codes(sorted(ids), seed=seeds[round_id]) for round_id, ids in authors.items()}
    return {idea.id: codes[idea.round_id][idea.panellist_id] for idea in ideas}


def _statements(
    session: Session, *, task_force_id: int, in_statement: Mapping[int, list[int]]
) -> tuple[DeskStatement, ...]:
    versions = current_versions(session, task_force_id=task_force_id)
    rows = session.exec(
        select(Statement, Category)
        .outerjoin(Category, col(Category.id) == Statement.category_id)
        .where(Statement.task_force_id == task_force_id, col(Statement.retired_at).is_(None))
        .order_by(col(Statement.code), col(Statement.id))
    ).all()
    return tuple(
        DeskStatement(
            id=statement.id,
            code=statement.code,
            kind=statement.kind,
            text=versions[statement.id].text,
            version_id=versions[statement.id].id,
            version_number=versions[statement.id].number,
            parent_id=statement.parent_id,
            category=category.name if category is not None else None,
            category_id=statement.category_id,
            idea_ids=tuple(in_statement.get(statement.id, ())),
        )
        for statement, category in rows
    )
