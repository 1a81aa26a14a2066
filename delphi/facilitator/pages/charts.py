"""The charts of a closed round on a page: picture, sentence, table, and addresses of its files."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlmodel import Session

from delphi.charts.of_rounds import (
    answers_of,
    change_of,
    convergence_of,
    distribution_of,
    map_of,
    source_note,
)
from delphi.charts.picture import Picture
from delphi.facilitator.pages.place import Place, place_of
from surveys.models import Round
from surveys.queries.board import Board, board_of
from surveys.queries.courses import Stage, stages_of
from surveys.rules.permissions import Actor
from surveys.vocabulary import StatementKind

FORMATS = ("png", "svg", "csv")


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture on a page, and its files: (format, address)."""

    picture: Picture
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ChartPage:
    """A page that is made of figures."""

    place: Place
    round_id: int
    round_number: int
    figures: tuple[Figure, ...]
    n_rounds: int


def figure(picture: Picture, *, round_id: int, chart: str, item: str, **asked: Any) -> Figure:
    """A picture with the addresses of its files."""
    files = tuple(
        (
            extension,
            url_for("facilitator.chart", round_id=round_id, chart=chart, item=item, extension=extension, **asked),
        )
        for extension in FORMATS
    )
    return Figure(picture=picture, files=files)


def map_page(session: Session, *, round_id: int, actor: Actor) -> ChartPage:
    """The two criteria of a closed round against each other, a map for each kind that is rated on two."""
    place, board, note = _gathered(session, round_id=round_id, actor=actor)
    figures = [
        figure(picture, round_id=round_id, chart="map", item=kind.value)
        for kind in StatementKind
        for picture in [map_of(board, kind=kind, note=note)]
        if picture is not None
    ]
    return ChartPage(
        place=place, round_id=round_id, round_number=board.round_number, figures=tuple(figures), n_rounds=1
    )


def answers_page(session: Session, *, round_id: int, actor: Actor) -> ChartPage:
    """Every answer of a closed round, a chart for each kind of statement."""
    place, board, note = _gathered(session, round_id=round_id, actor=actor)
    figures = [
        figure(picture, round_id=round_id, chart="answers", item=kind.value)
        for kind in StatementKind
        for picture in [answers_of(board, kind=kind, note=note)]
        if picture is not None
    ]
    return ChartPage(
        place=place, round_id=round_id, round_number=board.round_number, figures=tuple(figures), n_rounds=1
    )


def picture_of(
    session: Session, *, round_id: int, actor: Actor, chart: str, item: str, other: int | None
) -> Picture | None:
    """The picture behind an address, the very one its page shows; None where there is none such.

    `item` is a kind of statement, or for a distribution the code of the statement and of the criterion; `other` the
    number of the round to compare with.
    """
    place, board, note = _gathered(session, round_id=round_id, actor=actor)
    if chart == "distribution":
        return _distribution(board, item=item, note=note)
    if item not in list(StatementKind):
        return None
    kind = StatementKind(item)
    match chart:
        case "answers":
            return answers_of(board, kind=kind, note=note)
        case "map":
            return map_of(board, kind=kind, note=note)
        case "convergence":
            return convergence_of(
                stages_up_to(session, board=board, task_force_id=place.task_force_id), kind=kind, note=note
            )
        case "change":
            before = earlier_board(session, board=board, study_id=place.study_id, number=other)
            return change_of(before, board, kind=kind, note=note) if before is not None else None
        case _:
            return None


def stages_up_to(session: Session, *, board: Board, task_force_id: int) -> list[Stage]:
    """What each closed round up to this one said."""
    stages = stages_of(session, task_force_id=task_force_id)
    return [stage for stage in stages if stage.round_number <= board.round_number]


def earlier_numbers(stages: list[Stage], *, board: Board) -> dict[int, int]:
    """Round number to id, of the closed rating rounds before this one."""
    return {stage.round_number: stage.round_id for stage in stages if stage.round_number < board.round_number}


def earlier_board(session: Session, *, board: Board, study_id: int, number: int | None) -> Board | None:
    """The board of the round to compare with: the one asked for, else the last before; None for the first round."""
    found = earlier_numbers(stages_of(session, task_force_id=board.task_force_id), board=board)
    chosen = number if number in found else max(found, default=None)
    return board_of(session, round_id=found[chosen], study_id=study_id) if chosen is not None else None


def _gathered(session: Session, *, round_id: int, actor: Actor) -> tuple[Place, Board, str]:
    place = place_of(session, task_force_id=session.get_one(Round, round_id).task_force_id, actor=actor)
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    return place, board, source_note(board, code=place.code, time_zone=place.time_zone)


def _distribution(board: Board, *, item: str, note: str) -> Picture | None:
    for row in board.rows:
        for figures in (row.primary, *row.others):
            if item == f"{row.code}-{figures.criterion.code}":
                return distribution_of(row, figures, round_number=board.round_number, note=note)
    return None
