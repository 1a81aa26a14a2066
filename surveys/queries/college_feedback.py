"""The frozen answers of a round by college, for panels whose protocol lets experts see them."""

from collections import Counter

from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from surveys.localized import LocalizedText
from surveys.models import FrozenRating, Snapshot, TaskForce
from surveys.queries.colleges import college_names
from surveys.queries.my_answers import Cell
from surveys.rules.feedback import CollegeCounts
from surveys.vocabulary import RatingState


def counts_by_college(
    session: Session, *, snapshot_id: int, task_force_id: int
) -> dict[Cell, tuple[CollegeCounts, ...]]:
    """(statement id, criterion id) to each college's ratings by value, with the colleges as they were at the closing.

    Disclosure rules are not applied yet.
    """
    audience = session.exec(select(Snapshot.audience).where(Snapshot.id == snapshot_id)).one()
    study_id = session.exec(select(TaskForce.study_id).where(TaskForce.id == task_force_id)).one()
    names = college_names(session, study_id=study_id)
    college_of = dict(zip(audience["eligible"], audience["colleges"], strict=True))
    rated = sa_select(
        col(FrozenRating.statement_id),
        col(FrozenRating.criterion_id),
        col(FrozenRating.panellist_id),
        col(FrozenRating.value),
    ).where(col(FrozenRating.snapshot_id) == snapshot_id, col(FrozenRating.state) == RatingState.RATED)
    counts: dict[Cell, dict[str, Counter[int]]] = {}
    for statement_id, criterion_id, panellist_id, value in session.connection().execute(rated):
        code = college_of.get(panellist_id)
        if code in names and value is not None:
            counts.setdefault((statement_id, criterion_id), {}).setdefault(code, Counter())[value] += 1
    return {
        cell: tuple(
            CollegeCounts(code, LocalizedText(names[code]), tuple(sorted(found.items())))
            for code, found in sorted(by_code.items())
        )
        for cell, by_code in counts.items()
    }
