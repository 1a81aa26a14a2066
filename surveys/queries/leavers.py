"""Leavers against stayers: whether those who did not answer the next round had rated otherwise."""

from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from analysis.participation import Attrition, attrition
from analysis.types import CellState
from surveys.models import Snapshot
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.rating_matrix import frozen_cells, matrix_of


@dataclass(frozen=True, slots=True)
class LeaversCheck:
    """Those who answered one rating round, split by who answered a later one."""

    n_stayed: int
    n_left: int
    found: Attrition | None
    """On the criterion that decides; None where one side is empty: nothing can be compared."""

    def may_be_told(self, *, min_group_size: int) -> bool:
        """Whether both sides are large enough: what is said of one leaver would be their answer."""
        return self.found is not None and min(self.n_left, self.n_stayed) >= min_group_size


def compare_leavers(session: Session, *, before: Snapshot, after: Snapshot) -> LeaversCheck:
    """From the frozen answers of `before`; `after` is the snapshot of the later round."""
    questionnaire = questionnaire_of(session, round_id=before.round_id)
    criterion = next((one for one in questionnaire.criteria if one.is_primary), questionnaire.criteria[0])
    answered = set(before.audience["answered"])
    stayed = answered & set(after.audience["answered"])
    matrix = matrix_of(
        frozen_cells(session, snapshot_id=before.id),
        criterion=criterion,
        statement_ids=[one.id for one in questionnaire.of_criterion(criterion)],
        eligible=before.audience["eligible"],
        answered=before.audience["answered"],
    )
    took_part = ~np.all(matrix.ratings.states == CellState.NOT_RETURNED, axis=1)
    both_sides = bool(stayed) and bool(answered - stayed) and bool(took_part.any())
    flags = np.array([panellist in stayed for panellist in matrix.panellist_ids], dtype=np.bool_)
    return LeaversCheck(
        n_stayed=len(stayed),
        n_left=len(answered - stayed),
        found=attrition(matrix.ratings, stayed=flags) if both_sides else None,
    )
