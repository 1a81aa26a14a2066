"""How activities of different task forces belong together, as decided."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from surveys.models import Person, Statement, StatementLink, TaskForce
from surveys.vocabulary import LinkKind


@dataclass(frozen=True, slots=True)
class Link:
    """Seen from one statement of a pair: the other one, how they belong together, and why."""

    other_id: int
    other_code: str
    kind: LinkKind
    reason: str
    author: str
    decided_at: datetime


def links_of_study(session: Session, *, study_id: int, with_dismissed: bool = False) -> dict[int, tuple[Link, ...]]:
    """Statement id to its links, oldest first; each pair appears from both sides."""
    codes = dict(
        session.exec(
            select(Statement.id, Statement.code)
            .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
            .where(TaskForce.study_id == study_id)
        ).all()
    )
    rows = session.exec(
        select(StatementLink, Person.name)
        .join(Statement, col(Statement.id) == StatementLink.first_id)
        .join(TaskForce, col(TaskForce.id) == Statement.task_force_id)
        .outerjoin(Person, col(Person.id) == StatementLink.author_id)
        .where(TaskForce.study_id == study_id)
        .order_by(col(StatementLink.id))
    ).all()
    found: dict[int, tuple[Link, ...]] = {}
    for row, author in rows:
        if row.kind is LinkKind.DISMISSED and not with_dismissed:
            continue
        for own, other in ((row.first_id, row.second_id), (row.second_id, row.first_id)):
            link = Link(other, codes[other], row.kind, row.reason, author or "", row.decided_at)
            found[own] = (*found.get(own, ()), link)
    return found
