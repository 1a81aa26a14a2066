"""Studies from a spreadsheet: a row for each goal, objective, college, region and round; every problem by its line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from surveys.file_problems import FileProblem
from surveys.localized import LANGUAGES, LocalizedText
from surveys.rules.date_plan import CLOSES_AT, OPENS_AT, RoundDates
from surveys.rules.protocol_checks import LIMITS
from surveys.study_files import FACILITY_WORDS, Framework, GoalEntry, NamedEntry, ObjectiveEntry
from surveys.tabular_files import MAX_UPLOADED_ROWS, Row, Table, read_table

TEXTS = ("title", "text", "baseline", "target_2030", "target_2050")
REQUIRED = ("what", "code", "title_en", "title_fr")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")
LONGEST_TEXT = 2_000
YES = {"yes", "y", "oui", "o", "x", "1", "true"}


class What(StrEnum):
    """What one row describes."""

    STUDY = "study"
    GOAL = "goal"
    OBJECTIVE = "objective"
    COLLEGE = "college"
    REGION = "region"
    ROUND = "round"


class RowFault(StrEnum):
    """What can be wrong with one row; `FILE` is a problem with the file as a whole."""

    FILE = "file"
    WHAT_UNKNOWN = "what_unknown"
    CODE_MISSING = "code_missing"
    CODE_BAD = "code_bad"
    CODE_TWICE = "code_twice"
    TITLE_MISSING = "title_missing"
    TEXT_TOO_LONG = "text_too_long"
    GOAL_UNKNOWN = "goal_unknown"
    FACILITY_UNKNOWN = "facility_unknown"
    DATE_UNREADABLE = "date_unreadable"
    ROUND_NUMBER = "round_number"
    NO_OBJECTIVE = "no_objective"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault with its place; `line` is None where it concerns no single line."""

    fault: RowFault
    line: int | None = None
    column: str = ""
    value: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StudyTable:
    """What a spreadsheet describes, as far as it can be read. `panels`: the objectives that get a task force."""

    name: LocalizedText
    purpose: LocalizedText
    framework: Framework
    panels: tuple[str, ...]
    rounds: tuple[RoundDates, ...]
    problems: tuple[RowProblem, ...]


def as_lines(source: bytes, *, name: str) -> str:
    """A CSV or XLSX file as lines that can be shown and mended, each on the line it has in the file.

    Raises FileProblem for what is no table at all.
    """
    table = read_table(source, name=name, most_rows=MAX_UPLOADED_ROWS)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    written = 0
    for line, cells in ((table.header_line, table.header), *((row.line, row.cells) for row in table.rows)):
        stream.write("\n" * (line - written - 1))
        writer.writerow([" ".join(cell.split()) for cell in cells])
        written = line
    return stream.getvalue()


def read_study_table(lines: str) -> StudyTable:
    """Read lines of CSV (or pasted from a spreadsheet) into a study; nothing is raised, every problem is listed."""
    try:
        table = read_table(lines.encode(), name="lines", most_rows=MAX_UPLOADED_ROWS)
        return _Reader(table).study()
    except FileProblem as problem:
        place = RowProblem(
            RowFault.FILE,
            line=problem.line,
            column=problem.column or "",
            value=problem.value or "",
            params={"code": problem.code, **problem.params},
        )
        return StudyTable(LocalizedText(), LocalizedText(), _framework([], [], [], []), (), (), (place,))


class _Reader:
    def __init__(self, table: Table) -> None:
        self._table = table
        self._places = {column.casefold(): at for at, column in enumerate(table.header)}
        for missing in REQUIRED:
            if missing not in self._places:
                raise FileProblem(
                    "column_missing",
                    file=table.file,
                    line=table.header_line,
                    missing=missing,
                    header=", ".join(table.header),
                )
        self._problems: list[RowProblem] = []
        self._lines: dict[tuple[What, str], int] = {}
        self.name = self.purpose = LocalizedText()
        self.goals: list[GoalEntry] = []
        self.objectives: list[tuple[Row, ObjectiveEntry]] = []
        self.lists: dict[What, list[NamedEntry]] = {What.COLLEGE: [], What.REGION: []}
        self.rounds: dict[int, RoundDates] = {}
        self.panels: list[str] = []

    def study(self) -> StudyTable:
        read: dict[What, Callable[[Row], None]] = {
            What.STUDY: self._study,
            What.GOAL: self._goal,
            What.OBJECTIVE: self._objective,
            What.COLLEGE: lambda row: self._listed(row, What.COLLEGE),
            What.REGION: lambda row: self._listed(row, What.REGION),
            What.ROUND: self._round,
        }
        for row in self._table.rows:
            what = self._cell(row, "what").casefold()
            if what in list(What):
                read[What(what)](row)
            else:
                self._problem(RowFault.WHAT_UNKNOWN, row, "what", known=", ".join(What))
        self._check_goals()
        if not self.objectives:
            self._problems.append(RowProblem(RowFault.NO_OBJECTIVE))
        objectives = [entry for _, entry in self.objectives]
        numbers = range(1, max(self.rounds, default=0) + 1)
        return StudyTable(
            name=self.name,
            purpose=self.purpose,
            framework=_framework(self.goals, objectives, self.lists[What.COLLEGE], self.lists[What.REGION]),
            panels=tuple(self.panels),
            rounds=tuple(self.rounds.get(at, RoundDates(None, None)) for at in numbers),
            problems=tuple(sorted(self._problems, key=lambda one: one.line or 0)),
        )

    def _cell(self, row: Row, column: str) -> str:
        at = self._places.get(column)
        return row.cells[at] if at is not None else ""

    def _problem(self, fault: RowFault, row: Row, column: str, **params: str | int) -> None:
        self._problems.append(RowProblem(fault, row.line, column, self._cell(row, column)[:60], params))

    def _said(self, row: Row, field_: str) -> LocalizedText:
        texts = {language: self._cell(row, f"{field_}_{language}") for language in LANGUAGES}
        for language, text in texts.items():
            if len(text) > LONGEST_TEXT:
                self._problem(RowFault.TEXT_TOO_LONG, row, f"{field_}_{language}", limit=LONGEST_TEXT, n=len(text))
        return LocalizedText(texts)

    def _title(self, row: Row) -> LocalizedText:
        title = self._said(row, "title")
        if not title:
            self._problem(RowFault.TITLE_MISSING, row, "title_en")
        return title

    def _code(self, row: Row, what: What) -> str:
        code = self._cell(row, "code")
        if not code:
            self._problem(RowFault.CODE_MISSING, row, "code")
        elif not CODE.fullmatch(code):
            self._problem(RowFault.CODE_BAD, row, "code")
        else:
            first = self._lines.setdefault((what, code.casefold()), row.line)
            if first != row.line:
                self._problem(RowFault.CODE_TWICE, row, "code", first_line=first)
        return code

    def _study(self, row: Row) -> None:
        self.name, self.purpose = self._title(row), self._said(row, "text")

    def _goal(self, row: Row) -> None:
        self.goals.append(GoalEntry(self._code(row, What.GOAL), self._title(row), self._said(row, "text")))

    def _listed(self, row: Row, what: What) -> None:
        self.lists[what].append(NamedEntry(self._code(row, what), self._title(row)))

    def _objective(self, row: Row) -> None:
        code = self._code(row, What.OBJECTIVE)
        facility = self._cell(row, "facility")
        if facility and facility not in FACILITY_WORDS:
            self._problem(RowFault.FACILITY_UNKNOWN, row, "facility", known=", ".join(FACILITY_WORDS))
        entry = ObjectiveEntry(
            code=code,
            goal=self._cell(row, "part_of"),
            title=self._title(row),
            description=self._said(row, "text"),
            baseline_2020=self._said(row, "baseline"),
            target_2030=self._said(row, "target_2030"),
            target_2050=self._said(row, "target_2050"),
            facility=facility if facility in FACILITY_WORDS else "",
            facility_group="",
            is_focal=False,
            facility_words=(),
        )
        self.objectives.append((row, entry))
        if self._cell(row, "panel").casefold() in YES:
            self.panels.append(code)

    def _check_goals(self) -> None:
        known = [goal.code for goal in self.goals]
        for row, entry in self.objectives:
            if entry.goal not in known:
                self._problem(RowFault.GOAL_UNKNOWN, row, "part_of", known=", ".join(known) or "–")

    def _round(self, row: Row) -> None:
        number = self._code(row, What.ROUND)
        if not re.fullmatch(r"[1-9]", number) or int(number) > LIMITS["max_rounds"][1]:
            self._problem(RowFault.ROUND_NUMBER, row, "code", limit=LIMITS["max_rounds"][1])
            return
        dates = RoundDates(self._moment(row, "opens", OPENS_AT), self._moment(row, "closes", CLOSES_AT))
        self.rounds[int(number)] = dates

    def _moment(self, row: Row, column: str, usual: time) -> datetime | None:
        typed = self._cell(row, column)
        if not typed:
            return None
        try:
            found = datetime.fromisoformat(typed.replace(" ", "T"))
        except ValueError:
            self._problem(RowFault.DATE_UNREADABLE, row, column)
            return None
        # A spreadsheet's date without a time arrives as midnight.
        return datetime.combine(found.date(), usual) if found.time() == time() else found.replace(tzinfo=None)


def _framework(
    goals: list[GoalEntry], objectives: list[ObjectiveEntry], colleges: list[NamedEntry], regions: list[NamedEntry]
) -> Framework:
    return Framework(
        languages=LANGUAGES,
        version=1,
        version_date="",
        goals=tuple(goals),
        objectives=tuple(objectives),
        facilities=(),
        colleges=tuple(colleges),
        regions=tuple(regions),
        categories=(),
    )
