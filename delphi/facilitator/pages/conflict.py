"""Two people met at one idea or statement: what one wanted beside what the other did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from delphi.facilitator.pages.place import Place, place_of
from surveys.localized import LocalizedText
from surveys.models import DeskStep, IdeaPlacement, Person
from surveys.queries.desk import DeskIdea, DeskStatement, desk_of
from surveys.rules.permissions import Actor
from surveys.rules.wordings import wording_digest
from surveys.vocabulary import DeskStepKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the refused form asked for: new words, a statement to join, or a reason to set the idea aside."""

    texts: Mapping[str, str] = field(default_factory=dict)
    statement_id: int | None = None
    seen: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConflictPage:
    place: Place
    idea: DeskIdea
    statements: tuple[DeskStatement, ...]
    """Where the idea is now."""
    by: str
    at: datetime | None
    wanted: Wanted
    target: DeskStatement | None
    """The statement that it was to join, as it reads now."""
    target_was: LocalizedText | None
    """What that statement read when the page was opened, where it reads otherwise now."""


def conflict_page(
    session: Session, *, task_force_id: int, idea_id: int, actor: Actor, wanted: Wanted
) -> ConflictPage | None:
    """Both versions side by side; None where the idea is not on this desk."""
    desk = desk_of(session, task_force_id=task_force_id)
    idea = desk.idea(idea_id)
    if idea is None:
        return None
    held = {placement.statement_id for placement in idea.placements}
    target = next((one for one in desk.statements if one.id == wanted.statement_id), None)
    by, at = _who(session, idea=idea)
    return ConflictPage(
        place=place_of(session, task_force_id=task_force_id, actor=actor),
        idea=idea,
        statements=tuple(one for one in desk.statements if one.id in held),
        by=by,
        at=at,
        wanted=wanted,
        target=target,
        target_was=_read_before(session, statement=target, seen=wanted.seen) if target is not None else None,
    )


def _who(session: Session, *, idea: DeskIdea) -> tuple[str, datetime | None]:
    """Who took the last step with the idea that still stands, and when."""
    placements = [placement.id for placement in idea.placements]
    row = session.exec(
        select(IdeaPlacement.placed_at, Person.name)
        .outerjoin(Person, col(Person.id) == IdeaPlacement.actor_id)
        .where(col(IdeaPlacement.id).in_(placements))
        .order_by(col(IdeaPlacement.id).desc())
    ).first()
    if row is None:
        row = session.exec(
            select(DeskStep.made_at, Person.name)
            .outerjoin(Person, col(Person.id) == DeskStep.actor_id)
            .where(
                DeskStep.kind == DeskStepKind.PARKED,
                DeskStep.subject_id == idea.id,
                col(DeskStep.undone_at).is_(None),
            )
            .order_by(col(DeskStep.id).desc())
        ).first()
    return (row[1] or "", row[0]) if row is not None else ("", None)


def _read_before(session: Session, *, statement: DeskStatement, seen: str) -> LocalizedText | None:
    if not seen or seen == statement.seen:
        return None
    steps = session.exec(
        select(DeskStep.before)
        .where(DeskStep.kind == DeskStepKind.REWORDED, DeskStep.subject_id == statement.id)
        .order_by(col(DeskStep.id).desc())
    ).all()
    fitting = (
        LocalizedText(before["text"])
        for before in steps
        if wording_digest(version_id=before["version"], text=before["text"]) == seen
    )
    return next(fitting, None)
