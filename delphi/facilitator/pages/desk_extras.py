"""Around the desk: suggested groups, the latest steps in words, who else is here, the statement being edited."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import Category, IdeaTag
from surveys.queries.desk import Desk, DeskIdea, DeskStatement
from surveys.queries.desk_company import (
    Search,
    StepLine,
    latest_search,
    others_here,
    steps_that_stand,
    suggested_groups,
    tags_of,
)
from surveys.vocabulary import DeskStepKind, IdeaStatus

GROUPS_SHOWN = 5
STEP_WORDS: dict[DeskStepKind, Any] = {
    DeskStepKind.PLACED: _l("placed in %(statement)s"),
    DeskStepKind.TAKEN_OUT: _l("taken out of %(statement)s"),
    DeskStepKind.PARKED: _l("set aside"),
    DeskStepKind.TAKEN_UP: _l("taken up again"),
    DeskStepKind.REWORDED: _l("reworded %(statement)s"),
    DeskStepKind.LINKED: _l("linked %(statement)s"),
    DeskStepKind.CATEGORISED: _l("sorted %(statement)s into a category"),
    DeskStepKind.TAGGED: _l("tagged an idea"),
    DeskStepKind.UNTAGGED: _l("took a tag off"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step that can be undone, in words."""

    id: int
    words: str
    by: str
    """Empty where it was one's own."""
    made_at: datetime
    idea_id: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Ideas that may say the same; `texts` is what a statement of them could start from."""

    ideas: tuple[DeskIdea, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StatementInHand:
    """A statement being edited on the desk."""

    statement: DeskStatement
    categories: tuple[tuple[int, LocalizedText], ...]
    parents: tuple[DeskStatement, ...]


@dataclass(frozen=True, slots=True)
class Extras:
    steps: tuple[Step, ...]
    last_own: Step | None
    others: tuple[str, ...]
    search: Search | None
    groups: tuple[Group, ...]
    n_groups: int
    tags: Mapping[int, Sequence[IdeaTag]]
    editing: StatementInHand | None
    newest_step: int
    """Id of the newest step that stands: another one tells an open page that somebody went on."""


def extras_of(
    session: Session,
    desk: Desk,
    *,
    task_force_id: int,
    study_id: int,
    person_id: int | None,
    of_kind: Sequence[DeskIdea],
    languages: Sequence[str],
    statement_id: int | None,
    now: datetime,
) -> Extras:
    """Everything around the desk; `of_kind` are the ideas of the kind that is shown."""
    steps = [_step(line, person_id=person_id) for line in steps_that_stand(session, task_force_id=task_force_id)]
    waiting = {idea.id: idea for idea in of_kind if idea.status is IdeaStatus.WAITING}
    groups = suggested_groups(session, task_force_id=task_force_id, among=waiting)
    return Extras(
        steps=tuple(steps),
        last_own=next((step for step in steps if not step.by), None),
        others=tuple(others_here(session, task_force_id=task_force_id, person_id=person_id, now=now)),
        search=latest_search(session, task_force_id=task_force_id),
        groups=tuple(_group([waiting[one] for one in ids], languages=languages) for ids in groups[:GROUPS_SHOWN]),
        n_groups=len(groups),
        tags=tags_of(session, task_force_id=task_force_id),
        editing=_editing(session, desk, statement_id=statement_id, study_id=study_id),
        newest_step=steps[0].id if steps else 0,
    )


def _step(line: StepLine, *, person_id: int | None) -> Step:
    return Step(
        id=line.id,
        words=str(STEP_WORDS[line.kind]) % {"statement": line.code},
        by="" if line.by_id == person_id else line.by,
        made_at=line.made_at,
        idea_id=line.idea_id,
    )


def _group(ideas: Sequence[DeskIdea], *, languages: Sequence[str]) -> Group:
    said: Callable[[str], str] = lambda language: next((one.text for one in ideas if one.language == language), "")  # noqa: E731
    return Group(ideas=tuple(ideas), texts={language: said(language) for language in languages})


def _editing(session: Session, desk: Desk, *, statement_id: int | None, study_id: int) -> StatementInHand | None:
    statement = next((one for one in desk.statements if one.id == statement_id), None)
    if statement is None:
        return None
    categories = session.exec(
        select(Category.id, Category.name)
        .where(Category.study_id == study_id, col(Category.merged_into_id).is_(None))
        .order_by(col(Category.position))
    ).all()
    return StatementInHand(
        statement=statement,
        categories=tuple((id_, LocalizedText(name)) for id_, name in categories),
        parents=tuple(one for one in desk.statements if one.kind is statement.kind.parent_kind),
    )
