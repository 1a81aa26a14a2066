"""Importing a panel: which column holds what, and each line as it would be stored, mended on the page itself.

Nothing is kept on the server meanwhile: the page carries the table and what was typed, and sends both back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from delphi.facilitator.pages.panel_matching import MENDED, Matched, line_of, table_text
from delphi.facilitator.pages.panel_words import FIELDS, line_problem
from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import LANGUAGE_NAMES, in_language
from surveys.models import Round
from surveys.queries.panel_people import (
    colleges_of_study,
    regions_of_study,
)
from surveys.rules.panel_checks import UNKNOWN_PLACE, CheckedLine
from surveys.rules.panel_columns import PanelField, plain
from surveys.rules.permissions import Actor
from surveys.vocabulary import RoundStatus

TYPED = (PanelField.NAME, PanelField.EMAIL)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column of the file, what its first cells look like, and what it is taken for."""

    at: int
    heading: str
    sample: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class MendField:
    """One field of a line that needs somebody; `options` where it is chosen, empty where it is typed."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FaultyLine:
    number: int
    fields: tuple[MendField, ...]
    is_left_out: bool
    others: tuple[str, ...]
    """Problems of fields that are not mended here."""


@dataclass(frozen=True, slots=True)
class GoodLine:
    number: int
    name: str
    email: str
    language: str
    college: str
    region: str


@dataclass(frozen=True, slots=True)
class ImportPage:
    place: Place
    table: str
    has_heading: bool
    columns: tuple[ColumnChoice, ...]
    faulty: tuple[FaultyLine, ...]
    good: tuple[GoodLine, ...]
    n_on_panel: int
    carried: tuple[tuple[str, str], ...]
    """What was typed on lines that are good by now."""
    has_open_round: bool
    invites: bool
    problem: str
    notice: str


def import_page(
    session: Session,
    *,
    task_force_id: int,
    actor: Actor,
    matched: Matched,
    invites: bool,
    problem: str = "",
    notice: str = "",
) -> ImportPage:
    """The preview: faulty lines with their fields first, good ones below."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    colleges = {one.code: one.name for one in colleges_of_study(session, study_id=place.study_id)}
    regions = {one.code: one.name for one in regions_of_study(session, study_id=place.study_id)}
    options = {
        PanelField.LANGUAGE: {code: LANGUAGE_NAMES[code] for code in place.languages if code in LANGUAGE_NAMES},
        PanelField.COLLEGE: {code: in_language(name) for code, name in colleges.items()},
        PanelField.REGION: {code: in_language(name) for code, name in regions.items()},
    }
    rows = {row.line: row for row in matched.rows}
    faulty = [line for line in matched.lines if line.found and not line.is_on_panel]
    texts = {
        number: line_of(rows[number], fields=matched.fields, typed=matched.typed.get(number, {})).texts
        for number in [*(line.number for line in faulty), *sorted(matched.left_out)]
    }
    shown = [_faulty(line, texts=texts[line.number], matched=matched, options=options) for line in faulty]
    shown += [_left_out(number, texts=texts[number], options=options) for number in sorted(matched.left_out)]
    good = [line for line in matched.lines if line.is_good]
    open_round = session.exec(
        select(Round.id).where(Round.task_force_id == task_force_id, Round.status == RoundStatus.OPEN)
    ).first()
    return ImportPage(
        place=place,
        table=table_text(matched.rows),
        has_heading=matched.has_heading,
        columns=_columns(matched),
        faulty=tuple(sorted(shown, key=lambda line: line.number)),
        good=tuple(
            GoodLine(
                number=line.number,
                name=line.name,
                email=line.email,
                language=LANGUAGE_NAMES.get(line.language, line.language),
                college=in_language(colleges.get(line.college)),
                region=in_language(regions.get(line.region)),
            )
            for line in good
        ),
        n_on_panel=sum(line.is_on_panel for line in matched.lines),
        carried=tuple(
            (f"cell-{line.number}-{field.value}", value)
            for line in matched.lines
            if not line.found or line.is_on_panel
            for field, value in matched.typed.get(line.number, {}).items()
        ),
        has_open_round=open_round is not None,
        invites=invites,
        problem=problem,
        notice=notice,
    )


def _columns(matched: Matched) -> tuple[ColumnChoice, ...]:
    body = matched.rows[1:] if matched.has_heading else matched.rows
    head = matched.rows[0].cells if matched.has_heading and matched.rows else ()
    return tuple(
        ColumnChoice(
            at=at,
            heading=head[at] if head else "",
            sample=next((row.cells[at] for row in body if row.cells[at]), ""),
            options=tuple(Option(one.value, str(FIELDS[one]), one is field) for one in PanelField),
        )
        for at, field in enumerate(matched.fields)
    )


def _faulty(
    line: CheckedLine,
    *,
    texts: Mapping[PanelField, str],
    matched: Matched,
    options: Mapping[PanelField, dict[str, str]],
) -> FaultyLine:
    words: dict[PanelField, list[str]] = {}
    for one in line.found:
        words.setdefault(one.field, []).append(line_problem(one))
    understood: dict[PanelField, Any] = {
        PanelField.NAME: line.name,
        PanelField.LANGUAGE: line.language,
        PanelField.COLLEGE: line.college,
        PanelField.REGION: line.region,
    }
    fields = [
        _field(line.number, field, text=texts.get(field, ""), understood=understood.get(field, ""), words=words, of=of)
        for field in MENDED
        if (of := options.get(field, {})) or field in TYPED
    ]
    others = [word for field, found in words.items() if field not in MENDED for word in found]
    return FaultyLine(number=line.number, fields=tuple(fields), is_left_out=False, others=tuple(others))


def _left_out(
    number: int, *, texts: Mapping[PanelField, str], options: Mapping[PanelField, dict[str, str]]
) -> FaultyLine:
    fields = [
        _field(number, field, text=texts.get(field, ""), understood="", words={}, of=options.get(field, {}))
        for field in MENDED
        if options.get(field) or field in TYPED
    ]
    return FaultyLine(number=number, fields=tuple(fields), is_left_out=True, others=())


def _field(
    number: int,
    field: PanelField,
    *,
    text: str,
    understood: str,
    words: Mapping[PanelField, list[str]],
    of: Mapping[str, str],
) -> MendField:
    choices: tuple[Option, ...] = ()
    if of:
        chosen = understood or next((code for code in of if plain(code) == plain(text)), "")
        choices = tuple(Option(code, label, code == chosen) for code, label in of.items())
        if field is not PanelField.LANGUAGE:
            choices = (*choices, Option(UNKNOWN_PLACE, UNKNOWN_PLACE, text == UNKNOWN_PLACE))
    value = understood if field is PanelField.NAME and not text else text
    return MendField(
        name=f"cell-{number}-{field.value}",
        label=str(FIELDS[field]),
        value=value,
        options=choices,
        problems=tuple(words.get(field, ())),
    )
