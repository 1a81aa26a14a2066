"""The tables of a bundle: their columns, what their rows are ordered by, and how a cell is written."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

FORMAT = "delphi-archive/1"
Cell = str | int | float | bool | None
Row = tuple[Cell, ...]


class Damaged(ValueError):
    """A bundle is not as it was sealed; the message names the first place."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One table. The first `n_key` columns name a row; rows ascend by them, so that order carries no information."""

    name: str
    n_key: int
    columns: tuple[str, ...]
    types: tuple[type, ...]
    about: str


def _layout(name: str, n_key: int, columns: str, about: str) -> Layout:
    """Columns as `name`, or `name:int`, `name:float`, `name:bool`."""
    known: Mapping[str, type] = {"": str, "int": int, "float": float, "bool": bool}
    parts = [part.partition(":") for part in columns.split()]
    return Layout(name, n_key, tuple(p[0] for p in parts), tuple(known[p[2]] for p in parts), about)


FIGURES = (
    "n:int n_dont_know:int n_abstain:int n_missing:int frequency median:float q1:float q3:float iqr:float mean:float "
    "sd:float mad:float agreement_k:int agreement_n:int verdict consensus_class rank:int rank_low:int rank_high:int "
    "van_der_eijk_a:float consensus_cns:float leik_d:float polarised:bool quantile_sensitive:bool "
    "flips_if_one_leaves:bool fragile:bool false_consensus_chance:float"
)
CONCORDANCE = (
    "w:float chi2:float df:int p:float m_used:int k_used:int alpha_ordinal:float ac1:float ac2:float "
    "fleiss_kappa:float icc_a1:float icc_am:float"
)
SIMULATED = frozenset({"p", "rank_low", "rank_high", "fragile"})
"""Drawn at random with a fixed seed; snapshots taken before rows had a canonical order cannot repeat them."""
LAYOUTS = (
    _layout("members", 2, "task_force expert membership", "Who was in a panel, under a code drawn for this bundle."),
    _layout("panel", 3, "task_force round:int expert answered:bool", "Whom a round asked, and who answered anything."),
    _layout(
        "rounds",
        2,
        "task_force round:int kind opened_at closed_at snapshot:int n_eligible:int n_answered:int n_submitted:int "
        "min_group_size:int shows_feedback:bool rule_fingerprint sealed_digest rows numpy scipy",
        "Every closed round, with the digest that was logged when it was closed.",
    ),
    _layout(
        "earlier_closings",
        3,
        "task_force round:int snapshot:int closed_at n_eligible:int n_answered:int n_submitted:int rule_fingerprint "
        "sealed_digest reopened_at reason",
        "Closings that did not last: their rounds were opened again. Their single answers are not here: laid beside "
        "the later ones they would show who came late.",
    ),
    _layout(
        "earlier_verdicts",
        5,
        "task_force round:int snapshot:int statement criterion version:int verdict consensus_class",
        "What those closings had found.",
    ),
    _layout(
        "statements",
        2,
        "task_force made:int statement kind parent category is_retired:bool created_at",
        "Statements in the order they were made.",
    ),
    _layout("wordings", 2, "statement version:int en fr reason created_at", "Every wording of every statement."),
    _layout(
        "questionnaires", 3, "task_force round:int position:int statement version:int", "What a round asked about."
    ),
    _layout(
        "ratings",
        5,
        "task_force round:int statement criterion expert state value:int",
        "Every answer as it was frozen. A blank has no row.",
    ),
    _layout("results", 4, f"task_force round:int statement criterion version:int {FIGURES}", "The frozen figures."),
    _layout("concordance", 4, f"task_force round:int criterion kind {CONCORDANCE}", "Agreement over all statements."),
    _layout(
        "outcomes",
        1,
        "statement task_force round:int criterion status rank:int overall_rank:int published_at",
        "Where each statement ended, and the result that decided.",
    ),
    _layout(
        "facility_decisions",
        4,
        "statement decided_at facility part source reason superseded_at",
        "Who carries an activity; later decisions keep earlier ones.",
    ),
    _layout(
        "ideas",
        1,
        "idea task_force round:int kind parent status language text parked_reason",
        "Raw ideas, unsigned; a text that nobody has read over yet stands as […].",
    ),
    _layout("lineage", 3, "idea statement number:int action note undone:bool", "Which idea went into which statement."),
    _layout(
        "comments",
        5,
        "task_force round:int statement stance number:int is_objection:bool en fr",
        "Comments that were shared, unsigned.",
    ),
    _layout(
        "questions",
        3,
        "task_force round:int position:int kind text hint options settings",
        "Questions beside the ratings; texts, options and settings as JSON.",
    ),
    _layout(
        "question_answers",
        4,
        "task_force round:int position:int expert state answer",
        "Their answers as JSON; texts are signed with a code of their own, and here only where a facilitator read "
        "them over and shared them. Words that stay in the house have a checksum.",
    ),
    _layout(
        "question_results",
        3,
        "task_force round:int position:int n:int n_outside_expertise:int n_need_information:int summary",
        "Their frozen figures.",
    ),
    _layout("receipts", 3, "task_force round:int digest", "Receipts of sent answers, sorted by digest, without times."),
    _layout("log", 1, "number:int at who action task_force details", "What staff did. Experts' acts are not in it."),
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}


@dataclass(frozen=True, slots=True)
class Sheet:
    layout: Layout
    rows: tuple[Row, ...]

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.layout.columns, row, strict=True)) for row in self.rows]


def sheet_of(name: str, rows: Iterable[Sequence[Cell]]) -> Sheet:
    """A table in its order."""
    layout = BY_NAME[name]
    ordered = sorted((tuple(row) for row in rows), key=lambda row: order_key(layout, row))
    for row in ordered:
        if len(row) != len(layout.columns):
            raise ValueError(f"{name}: {len(row)} cells, {len(layout.columns)} columns")
    return Sheet(layout, tuple(ordered))


def order_key(layout: Layout, row: Row) -> tuple[Any, ...]:
    return tuple(row[: layout.n_key])


def as_csv(sheet: Sheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(sheet.layout.columns)
    writer.writerows([[_written(cell) for cell in row] for row in sheet.rows])
    return text.getvalue().encode()


def read_csv(name: str, content: bytes) -> Sheet:
    """A table read back; `Damaged` where columns, types or the order of rows are not those of the layout."""
    layout = BY_NAME[name]
    try:
        lines = list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise Damaged(f"data/{name}.csv cannot be read: {problem}") from None
    if not lines or tuple(lines[0]) != layout.columns:
        raise Damaged(f"data/{name}.csv: its columns are not those of the format")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(layout.columns):
            raise Damaged(f"data/{name}.csv, row {number}: {len(line)} cells instead of {len(layout.columns)}")
        try:
            rows.append(tuple(_read(cell, kind) for cell, kind in zip(line, layout.types, strict=True)))
        except ValueError:
            raise Damaged(f"data/{name}.csv, row {number}: a cell is not of its type") from None
    for number, (before, after) in enumerate(pairwise(rows), start=3):
        if not order_key(layout, before) < order_key(layout, after):
            raise Damaged(f"data/{name}.csv, row {number}: out of order, or there twice")
    return Sheet(layout, tuple(rows))


def as_json(sheets: Iterable[Sheet]) -> bytes:
    tables = {sheet.layout.name: {"columns": sheet.layout.columns, "rows": sheet.rows} for sheet in sheets}
    return pretty({"format": FORMAT, "tables": tables})


def pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def compact(value: Any) -> str:
    """JSON inside a cell."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return repr(cell) if isinstance(cell, float) else str(cell)


def _read(cell: str, kind: type) -> Cell:
    if kind is str:
        return cell
    if cell == "":
        return None
    if kind is bool:
        if cell not in ("yes", "no"):
            raise ValueError(cell)
        return cell == "yes"
    value: Cell = kind(cell)
    if _written(value) != cell:
        raise ValueError(cell)
    return value
