"""Runs the analysis over every round and criterion of a rating file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.report_types import RoundReport
from analysis.round_report import analyse_round
from analysis.types import CellState, Ratings
from delphi.analyse.options import Options
from surveys.rating_files import Column, RatingTable


@dataclass(frozen=True, slots=True)
class Part:
    """One round under one criterion: the unit over which concordance and ranks are computed."""

    round_: int
    criterion: str | None
    columns: tuple[int, ...]
    n_returned: int
    report: RoundReport

    def ranked(self) -> list[int]:
        """Positions in `columns` from the first rank to the last; unranked ones at the end, ties in column order."""
        ranks = [item.rank.rank for item in self.report.items]
        return sorted(range(len(ranks)), key=lambda at: (ranks[at] is None, ranks[at] or 0, at))


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything the command prints, in whatever form."""

    options: Options
    table: RatingTable
    parts: tuple[Part, ...]

    def column(self, part: Part, at: int) -> Column:
        """The item and criterion of the at-th report of `part`."""
        return self.table.columns[part.columns[at]]


def find(table: RatingTable, options: Options) -> Findings:
    """Analyse each round under each criterion on its own."""
    parts = tuple(
        _part(table, options, round_=round_, criterion=criterion, columns=columns)
        for round_ in table.rounds
        for criterion, columns in _by_criterion(table, table.asked(round_)).items()
    )
    return Findings(options=options, table=table, parts=parts)


def panel(ratings: Ratings) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Bool (experts,): who was asked anything at all in these ratings."""
    asked = ratings.states != CellState.NOT_ASKED
    return np.asarray(asked.any(axis=1), dtype=np.bool_)


def _by_criterion(table: RatingTable, columns: Sequence[int]) -> dict[str | None, tuple[int, ...]]:
    found: dict[str | None, list[int]] = {}
    for at in columns:
        found.setdefault(table.columns[at].criterion, []).append(at)
    return {criterion: tuple(positions) for criterion, positions in found.items()}


def _part(
    table: RatingTable, options: Options, *, round_: int, criterion: str | None, columns: tuple[int, ...]
) -> Part:
    everyone = table.ratings(round_, columns)
    asked = panel(everyone)
    ratings = Ratings(values=everyone.values[asked], states=everyone.states[asked], scale=everyone.scale)
    names = table.languages if options.by == "language" else table.groups
    groups = [name for name, is_asked in zip(names, asked, strict=True) if is_asked]
    answered = ratings.states < CellState.NOT_ASKED
    return Part(
        round_=round_,
        criterion=criterion,
        columns=columns,
        n_returned=int(np.count_nonzero(answered.any(axis=1))),
        report=analyse_round(ratings, rule=options.rule, seed=options.seed, groups=groups if any(groups) else None),
    )
