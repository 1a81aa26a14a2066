"""Reads ratings collected elsewhere, one a line (long) or one expert a line (wide), into one array per round.

Long: columns `expert,item,rating` and optionally `round,group,criterion,na_reason,language`.
Wide: the column `expert`, the same optional columns but `na_reason`, and one column per item.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from analysis.types import CellState, Ratings, Scale
from surveys.file_problems import FileProblem
from surveys.rating_cells import DONT_KNOW_WORDS, CellReader, expert_detail, round_number
from surveys.tabular_files import Row, Table, read_table

REQUIRED_LONG = ("expert", "item", "rating")
OPTIONAL = ("round", "group", "criterion", "na_reason", "language")


class Column(NamedTuple):
    """What was rated: an item, under a criterion where the file has several."""

    item: str
    criterion: str | None


@dataclass(frozen=True, slots=True, eq=False)
class RatingTable:
    """Every rating of a file. Experts and columns are in natural order ("Q2" before "Q10"), whatever the file's order.

    groups, languages : one per expert, None where the file has none
    columns : what was rated; `first_seen` lists their positions in the order of the file
    values : int64 (rounds, experts, columns), 0 where the state is not RATED
    states : int8 (rounds, experts, columns) of analysis.CellState. Blank is MISSING. A cell the file does not mention
        is NOT_ASKED, but NOT_RETURNED for an expert of an earlier round who has nothing at all in this one.
    """

    file: str
    scale: Scale
    experts: tuple[str, ...]
    groups: tuple[str | None, ...]
    languages: tuple[str | None, ...]
    rounds: tuple[int, ...]
    columns: tuple[Column, ...]
    first_seen: tuple[int, ...]
    values: npt.NDArray[np.int64]
    states: npt.NDArray[np.int8]
    notices: tuple[str, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The items, each once, in the order of `columns`."""
        return tuple(dict.fromkeys(column.item for column in self.columns))

    @property
    def criteria(self) -> tuple[str | None, ...]:
        """The criteria, each once, in the order of `columns`; (None,) in a file without that column."""
        return tuple(dict.fromkeys(column.criterion for column in self.columns))

    def asked(self, round_: int) -> tuple[int, ...]:
        """Positions in `columns` of what the file holds for a round."""
        return tuple(int(at) for at in np.flatnonzero(self._given(round_).any(axis=0)))

    def present(self, round_: int) -> npt.NDArray[np.bool_]:
        """Bool (experts,): who has at least one cell in the round."""
        return np.asarray(self._given(round_).any(axis=1), dtype=np.bool_)

    def ratings(self, round_: int, columns: Sequence[int]) -> Ratings:
        """The ratings of some columns in one round, all experts of the file in rows."""
        at = self.rounds.index(round_)
        picked = list(columns)
        return Ratings(values=self.values[at][:, picked], states=self.states[at][:, picked], scale=self.scale)

    def digest(self) -> str:
        """SHA-256 of the content: the same for long and wide, CSV and XLSX, and any order of rows and columns."""
        lines = sorted(
            json.dumps(
                [
                    self.rounds[r],
                    self.experts[e],
                    self.groups[e],
                    self.languages[e],
                    *self.columns[c],
                    CellState(int(self.states[r, e, c])).name,
                    int(self.values[r, e, c]),
                ],
                ensure_ascii=False,
            )
            for r, e, c in zip(*np.nonzero(self.states != CellState.NOT_ASKED), strict=True)
        )
        scale = f"{self.scale.lower}..{self.scale.upper}\n"
        return hashlib.sha256((scale + "\n".join(lines)).encode()).hexdigest()

    def _given(self, round_: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self.states[self.rounds.index(round_)] < CellState.NOT_ASKED, dtype=np.bool_)


def read_ratings(
    source: Path | bytes,
    *,
    scale: Scale,
    dont_know: Sequence[str] = DONT_KNOW_WORDS,
    name: str | None = None,
    rounds_fractions: bool = False,
) -> RatingTable:
    """Read a long or wide CSV or XLSX file of ratings.

    `dont_know` are the file's own words for "I cannot judge", in the column `na_reason` or in place of a rating.
    `rounds_fractions` rounds 62.5 to the next scale point, with a notice, where it would be refused.
    Raises FileProblem, naming line, column and value, for anything that is not a rating of `scale`, a blank or a
    known reason, for a second answer to the same question, and for an expert whose group or language changes.
    """
    table = read_table(source, name=name)
    names = {column.casefold(): at for at, column in enumerate(table.header)}
    cells = CellReader(scale=scale, dont_know=dont_know, file=table.file, rounds_fractions=rounds_fractions)
    gathered = _Gathered(table)
    if "item" in names or "rating" in names:
        _read_long(table, names, cells, gathered)
    else:
        _read_wide(table, names, cells, gathered)
    return gathered.as_table(scale=scale, notices=cells.notices)


def _read_long(table: Table, names: dict[str, int], cells: CellReader, gathered: _Gathered) -> None:
    _require(table, names, REQUIRED_LONG)
    item, rating = names["item"], names["rating"]
    criterion, reason = names.get("criterion"), names.get("na_reason")
    unread = [name for name in table.header if name.casefold() not in REQUIRED_LONG + OPTIONAL]
    if unread:
        gathered.notices.append(f"columns not read: {', '.join(unread)}")
    for row, expert, round_ in _expert_rows(table, names, gathered):
        column = Column(_key(table, row, item), None if criterion is None else _key(table, row, criterion))
        state, value = cells.read(
            row.cells[rating], "" if reason is None else row.cells[reason], line=row.line, column=table.header[rating]
        )
        gathered.add(row.line, expert=expert, round_=round_, column=column, state=state, value=value)


def _read_wide(table: Table, names: dict[str, int], cells: CellReader, gathered: _Gathered) -> None:
    _require(table, names, ("expert",))
    items = [at for at, name in enumerate(table.header) if name.casefold() not in ("expert", *OPTIONAL)]
    if not items:
        raise FileProblem("no_items", file=table.file, line=table.header_line, columns=", ".join(table.header))
    criterion = names.get("criterion")
    for row, expert, round_ in _expert_rows(table, names, gathered):
        under = None if criterion is None else _key(table, row, criterion)
        for at in items:
            state, value = cells.read(row.cells[at], "", line=row.line, column=table.header[at])
            column = Column(table.header[at], under)
            gathered.add(row.line, expert=expert, round_=round_, column=column, state=state, value=value)


def _require(table: Table, names: dict[str, int], required: Sequence[str]) -> None:
    for missing in required:
        if missing not in names:
            header = ", ".join(table.header)
            raise FileProblem("column_missing", file=table.file, line=table.header_line, missing=missing, header=header)


def _expert_rows(table: Table, names: dict[str, int], gathered: _Gathered) -> Iterator[tuple[Row, str, int]]:
    """Each row with its expert and round; the expert's group and language are noted on the way."""
    if not table.rows:
        raise FileProblem("no_ratings", file=table.file)
    expert_at, round_at = names["expert"], names.get("round")
    details = [(detail, names[detail]) for detail in ("group", "language") if detail in names]
    for row in table.rows:
        expert = _key(table, row, expert_at)
        for detail, at in details:
            if row.cells[at]:
                expert_detail(
                    gathered.details[detail],
                    expert,
                    row.cells[at],
                    line=row.line,
                    file=table.file,
                    column=table.header[at],
                )
        round_ = 1
        if round_at is not None:
            round_ = round_number(row.cells[round_at], line=row.line, file=table.file, column=table.header[round_at])
        yield row, expert, round_


def _key(table: Table, row: Row, at: int) -> str:
    if not row.cells[at]:
        raise FileProblem("blank_key", file=table.file, line=row.line, column=table.header[at], value="")
    return row.cells[at]


class _Gathered:
    """The cells read so far, in the order of the file."""

    def __init__(self, table: Table) -> None:
        self.file = table.file
        self.notices = list(table.notices)
        self.details: dict[str, dict[str, tuple[str, int]]] = {"group": {}, "language": {}}
        self._experts: dict[str, int] = {}
        self._columns: dict[Column, int] = {}
        self._rounds: dict[int, int] = {}
        self._lines: dict[tuple[int, int, int], int] = {}
        self._answers: list[tuple[int, int]] = []

    def add(self, line: int, *, expert: str, round_: int, column: Column, state: CellState, value: int) -> None:
        """Note one cell; refuse a second one for the same expert, column and round."""
        key = (
            self._rounds.setdefault(round_, len(self._rounds)),
            self._experts.setdefault(expert, len(self._experts)),
            self._columns.setdefault(column, len(self._columns)),
        )
        first_line = self._lines.setdefault(key, line)
        if len(self._lines) == len(self._answers):
            raise FileProblem(
                "rated_twice", file=self.file, line=line, column="item", value=column.item, first_line=first_line
            )
        self._answers.append((state, value))

    def as_table(self, *, scale: Scale, notices: Sequence[str]) -> RatingTable:
        """Arrays in natural order, with the states of all cells that the file does not mention."""
        experts = sorted(self._experts, key=natural)
        columns = sorted(self._columns, key=lambda column: (natural(column.criterion or ""), natural(column.item)))
        rounds = sorted(self._rounds)
        shape = (len(rounds), len(experts), len(columns))
        values = np.zeros(shape, dtype=np.int64)
        states = np.full(shape, CellState.NOT_ASKED, dtype=np.int8)
        seen = np.array(list(self._lines), dtype=np.int64)
        at = (
            _places(self._rounds, rounds)[seen[:, 0]],
            _places(self._experts, experts)[seen[:, 1]],
            _places(self._columns, columns)[seen[:, 2]],
        )
        answers = np.array(self._answers, dtype=np.int64)
        states[at] = answers[:, 0]
        values[at] = answers[:, 1]
        _mark_not_returned(states)
        groups, languages = self.details["group"], self.details["language"]
        return RatingTable(
            file=self.file,
            scale=scale,
            experts=tuple(experts),
            groups=tuple(groups[expert][0] if expert in groups else None for expert in experts),
            languages=tuple(languages[expert][0] if expert in languages else None for expert in experts),
            rounds=tuple(rounds),
            columns=tuple(columns),
            first_seen=tuple(int(place) for place in _places(self._columns, columns)),
            values=values,
            states=states,
            notices=(*self.notices, *notices),
        )


def _places(found: Iterable[Hashable], ordered: Sequence[Hashable]) -> npt.NDArray[np.int64]:
    """Where each key of `found`, in the order it was found, stands in `ordered`."""
    place = {key: at for at, key in enumerate(ordered)}
    return np.array([place[key] for key in found], dtype=np.int64)


def _mark_not_returned(states: npt.NDArray[np.int8]) -> None:
    """Who answered before and has nothing in a round did not return it, for what would have been put to them."""
    given = states < CellState.NOT_ASKED
    for round_ in range(1, len(states)):
        asked_before: npt.NDArray[np.bool_] = np.logical_or.reduce(given[:round_], axis=0)
        left = asked_before.any(axis=1) & ~given[round_].any(axis=1)
        routed_elsewhere = asked_before.any(axis=0) & ~asked_before
        open_to = given[round_].any(axis=0) & ~routed_elsewhere
        states[round_][left[:, None] & open_to] = CellState.NOT_RETURNED


def natural(text: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """Sort key that puts Q2 before Q10, and is a total order on texts."""
    pieces = re.findall(r"[0-9]{1,18}|[^0-9]+", text)
    return tuple((1, int(piece), "") if piece[0] in "0123456789" else (2, 0, piece) for piece in pieces), text
