"""The panel: who sits on it and how far each has come, its balance, bounces as tasks, the walk-in link."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from delphi.facilitator.pages.panel_words import STATES
from delphi.facilitator.pages.place import Place, place_of
from delphi.i18n import in_language
from surveys.models import WalkIn
from surveys.queries.lookups import n_shown
from surveys.queries.panel_people import (
    PanelPerson,
    SeatState,
    colleges_of_study,
    people_of_panel,
    regions_of_study,
)
from surveys.rules.balance import CrossTable, cross
from surveys.rules.panel_checks import LEVELS
from surveys.rules.permissions import Actor
from surveys.rules.tokens import walk_in_token

USUAL_SEATS = 30


@dataclass(frozen=True, slots=True)
class PersonRow:
    panellist_id: int
    name: str
    state: SeatState
    state_words: str
    college: str
    region: str
    has_walked_in: bool


@dataclass(frozen=True, slots=True)
class BounceTask:
    """An address that refused a mail: to be corrected, and the mail goes out again."""

    panellist_id: int
    name: str
    email: str
    said: str


@dataclass(frozen=True, slots=True)
class StateCount:
    state: SeatState
    words: str
    n: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class BalanceTable:
    """A cross table with names instead of codes."""

    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    """Name, counts, total of each row."""
    columns: tuple[str, ...]
    column_totals: tuple[int, ...]
    empty: tuple[str, ...]
    """Rows and columns without anybody."""
    n_unplaced: int


@dataclass(frozen=True, slots=True)
class WalkInBlock:
    """`link` is empty while registration is switched off."""

    is_open: bool
    link: str
    seats: int
    n_used: int


@dataclass(frozen=True, slots=True)
class PanelPage:
    place: Place
    people: tuple[PersonRow, ...]
    n_people: int
    n_in_panel: int
    n_names_shown: int
    """How often the secretariat looked up a name behind a code of this task force."""
    states: tuple[StateCount, ...]
    bounces: tuple[BounceTask, ...]
    balance: BalanceTable | None
    levels: BalanceTable | None
    walk_in: WalkInBlock
    pasted: str
    problem: str
    faulty_id: int | None
    """The bounce whose new address was refused, with what was typed."""
    typed: str


@dataclass(frozen=True, slots=True)
class PersonPage:
    place: Place
    person: PanelPerson
    state_words: str
    college: str
    region: str
    problem: str
    typed: str


def panel_page(
    session: Session,
    *,
    task_force_id: int,
    actor: Actor,
    base_url: str,
    secret_key: str,
    state: str = "",
    pasted: str = "",
    problem: str = "",
    faulty_id: int | None = None,
    typed: str = "",
) -> PanelPage:
    """The panel's page; `state` shows people in one state only."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    people = people_of_panel(session, task_force_id=task_force_id)
    colleges = {one.code: in_language(one.name) for one in colleges_of_study(session, study_id=place.study_id)}
    regions = {one.code: in_language(one.name) for one in regions_of_study(session, study_id=place.study_id)}
    inside = [one for one in people if one.is_in_panel]
    counts = {one: sum(person.state is one for person in people) for one in SeatState}
    levels = [str(level) for level in LEVELS]
    rated = [(_level(one.expertise), _level(one.interest)) for one in inside]
    return PanelPage(
        place=place,
        people=tuple(
            PersonRow(
                panellist_id=one.panellist_id,
                name=one.name,
                state=one.state,
                state_words=str(STATES[one.state]),
                college=colleges.get(one.college or "", ""),
                region=regions.get(one.region or "", ""),
                has_walked_in=one.has_walked_in,
            )
            for one in people
            if state in ("", one.state.value)
        ),
        n_people=len(people),
        n_in_panel=len(inside),
        n_names_shown=n_shown(session, task_force_ids=[task_force_id]),
        states=tuple(
            StateCount(one, str(STATES[one]), n, is_chosen=one.value == state) for one, n in counts.items() if n
        ),
        bounces=tuple(
            BounceTask(panellist_id=one.panellist_id, name=one.name, email=one.email, said=one.bounce.said)
            for one in inside
            if one.bounce is not None
        ),
        balance=_named(
            cross([(one.college, one.region) for one in inside], rows=list(colleges), columns=list(regions)),
            rows=colleges,
            columns=regions,
        )
        if colleges and regions and inside
        else None,
        levels=_named(
            cross([pair for pair in rated if None not in pair], rows=levels, columns=levels),
            rows={level: level for level in levels},
            columns={level: level for level in levels},
        )
        if any(None not in pair for pair in rated)
        else None,
        walk_in=_walk_in(session, task_force_id=task_force_id, base_url=base_url, secret_key=secret_key),
        pasted=pasted,
        problem=problem,
        faulty_id=faulty_id,
        typed=typed,
    )


def person_page(
    session: Session, *, task_force_id: int, panellist_id: int, actor: Actor, problem: str = "", typed: str = ""
) -> PersonPage | None:
    """One seat with what can be done about it; None where nobody sits there any more."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    people = people_of_panel(session, task_force_id=task_force_id)
    person = next((one for one in people if one.panellist_id == panellist_id), None)
    if person is None:
        return None
    colleges = {one.code: one.name for one in colleges_of_study(session, study_id=place.study_id)}
    regions = {one.code: one.name for one in regions_of_study(session, study_id=place.study_id)}
    return PersonPage(
        place=place,
        person=person,
        state_words=str(STATES[person.state]),
        college=in_language(colleges.get(person.college or "")),
        region=in_language(regions.get(person.region or "")),
        problem=problem,
        typed=typed,
    )


def walk_in_link(*, walk_in: WalkIn, base_url: str, secret_key: str) -> str:
    """The address that people type or scan."""
    token = walk_in_token(secret_key=secret_key, task_force_id=walk_in.task_force_id, generation=walk_in.generation)
    return f"{base_url.rstrip('/')}/w/{token}"


def _walk_in(session: Session, *, task_force_id: int, base_url: str, secret_key: str) -> WalkInBlock:
    walk_in = session.get(WalkIn, task_force_id)
    if walk_in is None:
        return WalkInBlock(is_open=False, link="", seats=USUAL_SEATS, n_used=0)
    link = walk_in_link(walk_in=walk_in, base_url=base_url, secret_key=secret_key) if walk_in.is_open else ""
    return WalkInBlock(is_open=walk_in.is_open, link=link, seats=walk_in.seats, n_used=walk_in.n_used)


def _level(level: int | None) -> str | None:
    return None if level is None else str(level)


def _named(table: CrossTable, *, rows: dict[str, Any], columns: dict[str, Any]) -> BalanceTable:
    return BalanceTable(
        rows=tuple(
            (rows[code], cells, total)
            for code, cells, total in zip(table.rows, table.cells, table.row_totals, strict=True)
        ),
        columns=tuple(columns[code] for code in table.columns),
        column_totals=table.column_totals,
        empty=(*(rows[code] for code in table.empty_rows), *(columns[code] for code in table.empty_columns)),
        n_unplaced=table.n_unplaced,
    )
