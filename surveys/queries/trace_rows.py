"""The trace of every published statement: the raw ideas in it and its wordings, without their authors."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Idea, IdeaPlacement, Outcome, Statement, StatementVersion, TaskForce
from surveys.vocabulary import PlacementAction


@dataclass(frozen=True, slots=True)
class TracedIdea:
    """An idea as it was written, and how it came into the statement."""

    code: str
    text: str
    language: str
    action: PlacementAction
    note: str


@dataclass(frozen=True, slots=True)
class TracedWording:
    code: str
    number: int
    text: LocalizedText
    reason: str


def traced_ideas(session: Session, *, study_id: int) -> list[TracedIdea]:
    """By statement, then by the words of the idea: the order tells nothing about who wrote what, or when."""
    rows = session.exec(
        select(Statement.code, Idea, IdeaPlacement)
        .join(IdeaPlacement, col(IdeaPlacement.statement_id) == Statement.id)
        .join(Idea, col(Idea.id) == IdeaPlacement.idea_id)
        .join(Outcome, col(Outcome.statement_id) == Statement.id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(TaskForce.study_id == study_id, col(IdeaPlacement.undone_at).is_(None))
    ).all()
    found = [TracedIdea(code, idea.text, idea.language, placed.action, placed.note) for code, idea, placed in rows]
    return sorted(found, key=lambda one: (one.code, one.text))


def traced_wordings(session: Session, *, study_id: int) -> list[TracedWording]:
    rows = session.exec(
        select(Statement.code, StatementVersion)
        .join(StatementVersion, col(StatementVersion.statement_id) == Statement.id)
        .join(Outcome, col(Outcome.statement_id) == Statement.id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .where(TaskForce.study_id == study_id)
        .order_by(col(Statement.code), col(StatementVersion.number))
    ).all()
    return [TracedWording(code, version.number, version.text, version.reason) for code, version in rows]
