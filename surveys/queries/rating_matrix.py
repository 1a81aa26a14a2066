"""The answers of a round as a matrix for `analysis`, from the live table or from a frozen snapshot."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from analysis.types import CellState, Ratings, Scale
from surveys.models import FrozenRating, Rating
from surveys.queries.questionnaire import AskedCriterion
from surveys.vocabulary import RatingState

Cell = tuple[int, int, int, RatingState, int | None]
"""(statement id, criterion id, panellist id, state, value)"""

CELL_STATES = {
    RatingState.RATED: CellState.RATED,
    RatingState.OUTSIDE_EXPERTISE: CellState.DONT_KNOW,
    RatingState.NEED_INFORMATION: CellState.DONT_KNOW,
    RatingState.ABSTAINED: CellState.ABSTAINED,
}


@dataclass(frozen=True, slots=True)
class RatingMatrix:
    """Ratings with the ids of their rows and columns, both ascending."""

    panellist_ids: tuple[int, ...]
    statement_ids: tuple[int, ...]
    ratings: Ratings


def live_cells(session: Session, *, round_id: int) -> list[Cell]:
    """Every answer of a round as it stands now, in the order of its key."""
    return _cells(session, Rating, col(Rating.round_id) == round_id)


def frozen_cells(session: Session, *, snapshot_id: int) -> list[Cell]:
    """Every answer of a snapshot, in the order of its key."""
    return _cells(session, FrozenRating, col(FrozenRating.snapshot_id) == snapshot_id)


def _cells(session: Session, table: type[Rating] | type[FrozenRating], condition: ColumnElement[bool]) -> list[Cell]:
    columns = (table.statement_id, table.criterion_id, table.panellist_id, table.state, table.value)
    rows = session.connection().execute(select(*map(col, columns)).where(condition)).all()
    return sorted((tuple(row) for row in rows), key=lambda cell: cell[:3])


def matrix_of(
    cells: Iterable[Cell],
    *,
    criterion: AskedCriterion,
    statement_ids: Sequence[int],
    eligible: Sequence[int],
    answered: Sequence[int],
) -> RatingMatrix:
    """One criterion's matrix: a row for each eligible panellist, a column for each statement.

    Who answered nothing at all has NOT_RETURNED in the whole row; a blank of somebody who answered is MISSING.
    """
    rows = {panellist: index for index, panellist in enumerate(sorted(eligible))}
    columns = {statement: index for index, statement in enumerate(sorted(statement_ids))}
    shape = (len(rows), len(columns))
    values = np.full(shape, criterion.lower, dtype=np.int64)
    states = np.full(shape, CellState.NOT_RETURNED, dtype=np.int8)
    for panellist in answered:
        states[rows[panellist], :] = CellState.MISSING
    for statement_id, criterion_id, panellist_id, state, value in cells:
        if criterion_id != criterion.id or statement_id not in columns:
            continue
        row, column = rows[panellist_id], columns[statement_id]
        states[row, column] = CELL_STATES[state]
        if value is not None:
            values[row, column] = value
    ratings = Ratings(values=values, states=states, scale=Scale(criterion.lower, criterion.upper))
    return RatingMatrix(panellist_ids=tuple(rows), statement_ids=tuple(columns), ratings=ratings)


def in_canonical_order(ratings: Ratings, *, groups: Sequence[str | None]) -> tuple[Ratings, tuple[str | None, ...]]:
    """The same experts sorted by their answers, then by group: the order says nothing of who they are.

    Figures that draw at random depend on the order of rows; in this one they follow from the answers alone.
    """
    values = np.where(ratings.rated, ratings.values, ratings.scale.lower)
    keys = [
        (states, points, group or "", index)
        for index, (states, points, group) in enumerate(
            zip(ratings.states.tolist(), values.tolist(), groups, strict=True)
        )
    ]
    order = [key[-1] for key in sorted(keys)]
    sorted_ratings = Ratings(values=ratings.values[order], states=ratings.states[order], scale=ratings.scale)
    return sorted_ratings, tuple(groups[index] for index in order)
