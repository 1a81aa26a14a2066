"""Panels from CSV or XLSX: one person a row, with the task forces that person sits in or runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from surveys.file_problems import FileProblem
from surveys.localized import LANGUAGES
from surveys.rules.addresses import ADDRESS, ADDRESS_LIMIT
from surveys.rules.texts import NAME_LIMIT
from surveys.tabular_files import Row, Table, read_table
from surveys.vocabulary import Role

REQUIRED = ("name", "email")
COLUMNS = ("name", "email", "language", "college", "region", "task_forces", "role", "expertise", "interest")
LEVELS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One row of a panel file. `college`, `region` and `task_forces` are codes, empty where the file has none."""

    name: str
    email: str
    language: str
    college: str
    region: str
    task_forces: tuple[str, ...]
    role: Role
    line: int
    expertise: int | None = None
    interest: int | None = None
    """1 (none) to 5 (much)."""


@dataclass(frozen=True, slots=True)
class PanelFile:
    file: str
    people: tuple[PersonEntry, ...]
    notices: tuple[str, ...] = ()


def read_panel(source: Path | bytes, *, name: str | None = None) -> PanelFile:
    """Read a panel file with the columns `name,email` and optionally those of `COLUMNS`.

    Task forces are separated by blanks, commas or semicolons. Language is English and role is expert where blank.

    Raises
    ------
    FileProblem
        Those of `read_table`, `column_missing`, `nobody`, `blank_key`, `cell_too_long`, `bad_address`,
        `unknown_code` (a language, role or level), `given_twice` (an address).
    """
    table = read_table(source, name=name)
    places = {column.casefold(): at for at, column in enumerate(table.header)}
    for missing in REQUIRED:
        if missing not in places:
            header = ", ".join(table.header)
            raise FileProblem("column_missing", file=table.file, line=table.header_line, missing=missing, header=header)
    if not table.rows:
        raise FileProblem("nobody", file=table.file)
    first_lines: dict[str, int] = {}
    people = []
    for row in table.rows:
        person = _person(table, row, places)
        first_line = first_lines.setdefault(person.email, row.line)
        if first_line != row.line:
            raise FileProblem(
                "given_twice",
                file=table.file,
                line=row.line,
                column=table.header[places["email"]],
                value=person.email,
                first_line=first_line,
            )
        people.append(person)
    unread = [column for column in table.header if column.casefold() not in COLUMNS]
    notices = (f"columns not read: {', '.join(unread)}",) if unread else ()
    return PanelFile(file=table.file, people=tuple(people), notices=(*table.notices, *notices))


def _person(table: Table, row: Row, places: dict[str, int]) -> PersonEntry:
    cells = {column: row.cells[at] for column, at in places.items()}

    def problem(code: str, column: str, **params: str | int) -> FileProblem:
        header = table.header[places[column]]
        return FileProblem(code, file=table.file, line=row.line, column=header, value=cells[column], **params)

    for column in REQUIRED:
        if not cells[column]:
            raise problem("blank_key", column)
    for column, limit in (("name", NAME_LIMIT), ("email", ADDRESS_LIMIT)):
        if len(cells[column]) > limit:
            raise problem("cell_too_long", column, limit=limit)
    if not ADDRESS.fullmatch(cells["email"]):
        raise problem("bad_address", "email")
    language = cells.get("language", "").casefold() or LANGUAGES[0]
    if language not in LANGUAGES:
        raise problem("unknown_code", "language", known=", ".join(LANGUAGES))
    role = cells.get("role", "").casefold() or Role.EXPERT.value
    if role not in [known.value for known in Role]:
        raise problem("unknown_code", "role", known=", ".join(known.value for known in Role))
    for column in ("expertise", "interest"):
        if cells.get(column, "") not in ("", *LEVELS):
            raise problem("unknown_code", column, known=", ".join(LEVELS))
    return PersonEntry(
        name=cells["name"],
        email=cells["email"].casefold(),
        language=language,
        college=cells.get("college", ""),
        region=cells.get("region", ""),
        task_forces=tuple(dict.fromkeys(re.findall(r"[^\s,;]+", cells.get("task_forces", "")))),
        role=Role(role),
        line=row.line,
        expertise=int(cells["expertise"]) if cells.get("expertise") else None,
        interest=int(cells["interest"]) if cells.get("interest") else None,
    )
