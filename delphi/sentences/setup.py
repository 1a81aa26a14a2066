"""What is wrong with a file, a framework, a protocol or a date plan, said in sentences that name the place."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from analysis.types import Denominator, Quantile
from delphi.i18n import LANGUAGE_NAMES, in_language, number, percent
from delphi.sentences import FINDINGS
from delphi.sentences.protocol import DENOMINATORS, QUARTILES
from surveys.file_problems import MESSAGES, FileProblem
from surveys.framework_checks import Finding
from surveys.localized import LocalizedText
from surveys.rules.date_plan import DateFinding, DateProblem
from surveys.rules.protocol_checks import Impossible, Problem
from surveys.rules.protocol_drafts import Change
from surveys.study_tables import RowFault, RowProblem
from surveys.vocabulary import FeedbackKind, FrameworkFinding, StopRule

FILES: dict[str, Any] = {
    "column_missing": _l("The column %(missing)s is missing; the heading has: %(header)s."),
    "column_twice": _l("A column name appears twice in the heading."),
    "column_unnamed": _l("Column %(number)s has content but no name in the heading."),
    "row_too_long": _l("This line has %(cells)s cells, the heading has %(columns)s."),
    "row_too_short": _l("This line has %(cells)s cells, the heading has %(columns)s."),
    "bad_quotes": _l("The quotation marks do not match."),
    "empty": _l("The file is empty."),
    "not_text": _l("This is neither CSV text nor an XLSX workbook."),
    "old_workbook": _l("This is an old or password-protected workbook: save it as XLSX without a password, or as CSV."),
    "workbook_broken": _l("The workbook is damaged or is not XLSX."),
    "bad_encoding": _l("The text is not written in %(encoding)s."),
    "bad_document": _l("This is not valid %(format)s: %(reason)s."),
    "wrong_schema": _l('The first line must say schema = "%(schema)s".'),
    "value_missing": _l("A value is missing here."),
    "unknown_code": _l("This is not known here; known are %(known)s."),
    "wrong_type": _l("This must be %(wanted)s."),
}
ROWS: dict[RowFault, Any] = {
    RowFault.WHAT_UNKNOWN: _l("“%(value)s” is not a kind of line; known are %(known)s."),
    RowFault.CODE_MISSING: _l("The code is missing."),
    RowFault.CODE_BAD: _l("The code “%(value)s” must be letters and digits, at most 16."),
    RowFault.CODE_TWICE: _l("The code “%(value)s” was used on line %(first_line)s already."),
    RowFault.TITLE_MISSING: _l("The title is missing in every language."),
    RowFault.TEXT_TOO_LONG: _l("The text has %(n)s characters; at most %(limit)s fit."),
    RowFault.GOAL_UNKNOWN: _l("The goal “%(value)s” has no line of its own; known are %(known)s."),
    RowFault.FACILITY_UNKNOWN: _l("“%(value)s” is not a kind of facility; known are %(known)s."),
    RowFault.DATE_UNREADABLE: _l("“%(value)s” is no date; write it like 2027-03-12 or 2027-03-12 18:00."),
    RowFault.ROUND_NUMBER: _l("“%(value)s” is no round; write a number from 1 to %(limit)s."),
    RowFault.NO_OBJECTIVE: _l("There is no objective in the file."),
}
DATES: dict[DateProblem, Any] = {
    DateProblem.MISSING: _l("Round %(number)s lacks a date."),
    DateProblem.END_BEFORE_START: _l("Round %(number)s closes before it opens."),
    DateProblem.OVERLAP: _l("Round %(number)s opens before the round before it has closed."),
    DateProblem.OPENS_IN_PAST: _l("Round %(number)s opens in the past."),
    DateProblem.WEEKEND_END: _l("Round %(number)s closes on a weekend: most people answer on a working day."),
    DateProblem.HOLIDAY_END: _l("Round %(number)s closes on a holiday."),
    DateProblem.ROUND_SHORT: _l("Round %(number)s is open for %(days)s days only; most panels need a week or two."),
    DateProblem.ROUND_LONG: _l("Round %(number)s is open for %(days)s days; after two weeks few answers come in."),
    DateProblem.DESK_SHORT: _l("Only %(days)s days lie before round %(number)s: reading and translating takes longer."),
}
IMPOSSIBLE: dict[Impossible, Any] = {
    Impossible.NO_CRITERION: _l("The study needs at least one criterion."),
    Impossible.OUT_OF_RANGE: _l("Please give a number from %(lower)s to %(upper)s."),
    Impossible.OFF_SCALE: _l("The range of agreement must lie on the scale, %(lower)s to %(upper)s."),
    Impossible.REVERSED: _l("The range of agreement must start at or below its end."),
    Impossible.OVERLAPS_MIRROR: _l(
        "The range of agreement reaches over the middle of the scale: the same answer would agree to keep and to drop."
    ),
    Impossible.SHARE_TOO_SMALL: _l("The share must be above one half and at most 100 %%."),
    Impossible.WIDTH_TOO_LARGE: _l("A middle half this wide excludes nothing: give at most %(widest)s points."),
    Impossible.PANEL_TOO_SMALL: _l("%(needed)s answers needed, %(invited)s invited in task force %(task_force)s."),
}
UNREADABLE = _l("This cannot be read as a number.")
PARTS_OF_OBJECTIVE: dict[str, Any] = {
    "title": _l("title"),
    "description": _l("description"),
    "baseline_2020": _l("baseline 2020"),
    "target_2030": _l("target 2030"),
    "target_2050": _l("target 2050"),
    "name": _l("name"),
}
LISTS: dict[str, Any] = {
    "goals": _l("Goals"),
    "objectives": _l("Objectives"),
    "facilities": _l("Facilities"),
    "colleges": _l("Colleges"),
    "regions": _l("Regions"),
    "categories": _l("Categories"),
}
FEEDBACK: dict[FeedbackKind, Any] = {
    FeedbackKind.COUNTS: _l("Counts of the whole group"),
    FeedbackKind.COUNTS_AND_COMMENTS: _l("Counts and comments"),
    FeedbackKind.BY_COLLEGE: _l("Counts by college, and comments"),
    FeedbackKind.NONE: _l("Nothing"),
}
STOPS: dict[StopRule, Any] = {
    StopRule.VERDICT: _l("As soon as it is agreed, or agreed to drop"),
    StopRule.STABLE: _l("Only when two rounds running gave it the same verdict"),
}
SETTINGS: dict[str, Any] = {
    "agree_from": _l("Agreement from"),
    "agree_to": _l("Agreement to"),
    "agreement": _l("Share that must agree"),
    "iqr": _l("Widest middle half"),
    "quantile": _l("Quartiles"),
    "denominator": _l("Shares are taken of"),
    "min_n": _l("Fewest answers for a verdict"),
    "min_group_size": _l("Smallest group with figures"),
    "max_rounds": _l("Rounds at most"),
    "stop": _l("A statement leaves"),
    "feedback": _l("What experts see between rounds"),
    "asks_reason": _l("Ask for a reason outside the middle half"),
    "reminders_at_most": _l("Reminders in a round"),
    "reminder_gap_hours": _l("Hours between reminders"),
    "grace_minutes": _l("Minutes of grace"),
}


def row_sentence(problem: RowProblem) -> str:
    """One fault of a spreadsheet, without its line."""
    if problem.fault is RowFault.FILE:
        return _file_sentence(str(problem.params["code"]), problem.params)
    return str(ROWS[problem.fault]) % {"value": problem.value, **problem.params}


def file_sentence(problem: FileProblem) -> str:
    """What is wrong with a file, with its line and value."""
    words = _file_sentence(problem.code, problem.params)
    if problem.value is not None:
        words = gettext("“%(value)s”: %(problem)s", value=problem.value[:60], problem=words)
    if problem.line is None:
        return words
    return str(gettext("Line %(line)s: %(problem)s", line=problem.line, problem=words))


def _file_sentence(code: str, params: Mapping[str, Any]) -> str:
    if code in FILES:
        return str(FILES[code]) % dict(params)
    return str(gettext("The file cannot be used: %(why)s", why=MESSAGES[code].format(**params)))


def date_sentence(finding: DateFinding) -> str:
    """One finding about the dates."""
    return str(DATES[finding.problem]) % {"number": finding.number, "days": finding.days}


def impossible_sentence(problem: Problem) -> str:
    """Why a protocol cannot be used."""
    return str(IMPOSSIBLE[problem.why]) % dict(problem.params)


def finding_sentence(finding: Finding) -> str:
    """One finding about a framework, with its place."""
    where = str(LISTS.get(finding.where, finding.where))
    details = in_language(finding.said) if finding.said else finding.details
    if finding.code is FrameworkFinding.LANGUAGE_MISSING:
        part, _, language = finding.details.rstrip(")").partition(" (")
        details = gettext(
            "%(part)s in %(language)s",
            part=PARTS_OF_OBJECTIVE.get(part, part),
            language=LANGUAGE_NAMES.get(language, language),
        )
    return str(FINDINGS[finding.code]) % {"where": where, "details": details}


def change_sentence(change: Change, *, names: Mapping[str, LocalizedText]) -> str:
    """What an amendment changed: setting, before, after."""
    setting = str(SETTINGS[change.setting])
    if change.criterion:
        setting = gettext(
            "%(criterion)s, %(setting)s",
            criterion=in_language(names.get(change.criterion)) or change.criterion,
            setting=setting[0].lower() + setting[1:],
        )
    before, after = (_shown(change.setting, value) for value in (change.before, change.after))
    return str(gettext("%(setting)s: %(before)s becomes %(after)s.", setting=setting, before=before, after=after))


def _shown(setting: str, value: Any) -> str:
    match setting:
        case "agreement":
            return percent(
                float(Fraction(str(value))), digits=0 if (Fraction(str(value)) * 100).denominator == 1 else 1
            )
        case "quantile":
            return str(QUARTILES[Quantile(value)])
        case "denominator":
            return str(DENOMINATORS[Denominator(value)])
        case "feedback":
            return str(FEEDBACK[FeedbackKind(value)])
        case "stop":
            return str(STOPS[StopRule(value)])
        case "asks_reason":
            return str(gettext("yes") if value else gettext("no"))
        case _:
            return number(value)
