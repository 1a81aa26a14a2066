"""The words of the panel pages: states of a seat, fields of a panel file, what is wrong with a line."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from surveys.file_problems import FileProblem
from surveys.queries.panel_people import SeatState
from surveys.rules.panel_checks import Found, LineProblem
from surveys.rules.panel_columns import PanelField

STATES: dict[SeatState, Any] = {
    SeatState.NOT_INVITED: _l("Not invited yet"),
    SeatState.QUEUED: _l("Mail waiting"),
    SeatState.SENT: _l("Mail sent"),
    SeatState.FAILED: _l("Not reached"),
    SeatState.OPENED: _l("Came in"),
    SeatState.JOINED: _l("Takes part"),
    SeatState.ANSWERED: _l("Has sent"),
    SeatState.DECLINED: _l("Declined"),
    SeatState.LEFT: _l("Left"),
    SeatState.REMOVED: _l("Taken out"),
}

FIELDS: dict[PanelField, Any] = {
    PanelField.NAME: _l("Name"),
    PanelField.GIVEN_NAME: _l("First name"),
    PanelField.FAMILY_NAME: _l("Last name"),
    PanelField.EMAIL: _l("Address"),
    PanelField.LANGUAGE: _l("Language"),
    PanelField.COLLEGE: _l("College"),
    PanelField.REGION: _l("Region"),
    PanelField.EXPERTISE: _l("Expertise, 1 to 5"),
    PanelField.INTEREST: _l("Interest, 1 to 5"),
}

PROBLEMS: dict[LineProblem, Any] = {
    LineProblem.NAME_MISSING: _l("The name is missing."),
    LineProblem.NAME_LONG: _l("The name is too long."),
    LineProblem.ADDRESS_MISSING: _l("The address is missing."),
    LineProblem.ADDRESS_BAD: _l("This is no mail address."),
    LineProblem.ADDRESS_TWICE: _l("The same address stands on line %(first_line)s: change it, or leave this line out."),
    LineProblem.LANGUAGE_MISSING: _l("The language is missing."),
    LineProblem.LANGUAGE_UNKNOWN: _l("The study is not held in this language."),
    LineProblem.COLLEGE_MISSING: _l("The college is missing."),
    LineProblem.COLLEGE_UNKNOWN: _l("The study has no such college."),
    LineProblem.REGION_UNKNOWN: _l("The study has no such region."),
    LineProblem.LEVEL_BAD: _l("Expertise and interest are whole numbers from 1 to 5, or empty."),
    LineProblem.ON_PANEL: _l("Sits on the panel already."),
}

FILE_PROBLEMS: dict[str, Any] = {
    "empty": _l("There is nothing in it."),
    "old_workbook": _l("This is an old or protected workbook: save it as XLSX without a password, or as CSV."),
    "not_text": _l("This is neither a text file nor an XLSX workbook."),
    "bad_encoding": _l("The text cannot be read: save the file as CSV in UTF-8."),
    "bad_quotes": _l("The quotation marks of line %(line)s do not match."),
    "too_large": _l("The file is too large."),
    "too_many_rows": _l("There are too many lines."),
    "workbook_broken": _l("The workbook is damaged."),
}


def line_problem(found: Found) -> str:
    """What is wrong at one field of a line."""
    return str(PROBLEMS[found.problem]) % {"first_line": found.first_line}


def file_problem(problem: FileProblem) -> str:
    """Why a file cannot be read at all."""
    words = FILE_PROBLEMS.get(problem.code)
    if words is None:
        return gettext("It cannot be read: %(reason)s", reason=str(problem))
    return str(words) % {"line": problem.line}
