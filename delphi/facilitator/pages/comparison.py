"""Two rounds side by side: what both asked in the same wording, the answers of each, and who moved."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup
from sqlmodel import Session

from delphi.charts import distribution
from delphi.charts.of_rounds import change_of, compared_rows, share_words, source_note
from delphi.facilitator.pages.board import Choice
from delphi.facilitator.pages.charts import Figure, earlier_board, earlier_numbers, figure
from delphi.facilitator.pages.place import Place, place_of
from delphi.sentences import CLASSES
from delphi.sentences.finding import change_sentence, is_departure, stability_sentence
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.board import Board, BoardRow, Figures, board_of, latest_snapshot
from surveys.queries.courses import stages_of
from surveys.queries.findings import RoundFindings, findings_of
from surveys.queries.leavers import compare_leavers
from surveys.rules.permissions import Actor
from surveys.vocabulary import StatementKind


@dataclass(frozen=True, slots=True)
class Side:
    """One statement in one of the two rounds."""

    picture: Markup
    agree: str
    median: float | None
    consensus_class: str
    class_words: str


@dataclass(frozen=True, slots=True)
class PairLine:
    statement_id: int
    code: str
    text: LocalizedText
    before: Side
    after: Side
    moved: tuple[str, ...]
    is_departure: bool


@dataclass(frozen=True, slots=True)
class PairSection:
    kind: StatementKind
    figure: Figure | None
    lines: tuple[PairLine, ...]


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    place: Place
    round_id: int
    round_number: int
    other: int | None
    """None: no rating round was closed before this one."""
    choices: tuple[Choice, ...]
    sections: tuple[PairSection, ...]
    n_not_compared: int
    """Statements of this round which the other did not ask in the same wording."""
    n_departures: int
    leavers: tuple[str, ...]
    """What is known of those who answered the earlier round and not this one, in sentences."""


def comparison_page(session: Session, *, round_id: int, actor: Actor, other: int | None) -> ComparisonPage:
    """This round beside the round with number `other`, or beside the last one before it."""
    place = place_of(session, task_force_id=session.get_one(Round, round_id).task_force_id, actor=actor)
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    numbers = earlier_numbers(stages_of(session, task_force_id=place.task_force_id), board=board)
    before = earlier_board(session, board=board, study_id=place.study_id, number=other)
    sections: tuple[PairSection, ...] = ()
    if before is not None:
        found = findings_of(session, round_id=round_id)
        note = source_note(board, code=place.code, time_zone=place.time_zone)
        sections = tuple(
            _section(before, board, kind=kind, found=found, note=note)
            for kind in StatementKind
            if compared_rows(before, board, kind=kind)
        )
    lines = [line for section in sections for line in section.lines]
    chosen = before.round_number if before is not None else None
    return ComparisonPage(
        place=place,
        round_id=round_id,
        round_number=board.round_number,
        other=chosen,
        choices=tuple(
            Choice(
                gettext("Round %(number)s", number=number),
                _address(round_id, number=number),
                number == chosen,
            )
            for number in sorted(numbers)
        ),
        sections=sections,
        n_not_compared=len(board.rows) - len(lines),
        n_departures=sum(line.is_departure for line in lines),
        leavers=_leavers(session, before=before, board=board) if before is not None else (),
    )


def _leavers(session: Session, *, before: Board, board: Board) -> tuple[str, ...]:
    first = latest_snapshot(session, round_id=before.round_id)
    second = latest_snapshot(session, round_id=board.round_id)
    if first is None or second is None:
        return ()
    check = compare_leavers(session, before=first, after=second)
    least = board.settings.min_group_size
    if not check.n_left:
        return (gettext("Everybody who answered round %(number)s answered this one too.", number=before.round_number),)
    said = ngettext(
        "%(num)d of %(all)s people who answered round %(number)s did not answer this one.",
        "%(num)d of %(all)s people who answered round %(number)s did not answer this one.",
        check.n_left,
        all=check.n_left + check.n_stayed,
        number=before.round_number,
    )
    if check.found is None or not check.may_be_told(min_group_size=least):
        return said, gettext("They are too few to compare with the others without saying who rated what.")
    if check.found.is_biased:
        return said, gettext("They had rated markedly otherwise than those who stayed: the agreement may owe to that.")
    return said, gettext("They had rated much as those who stayed.")


def _address(round_id: int, *, number: int) -> str:
    asked: dict[str, Any] = {"with": number}
    return url_for("facilitator.comparison", round_id=round_id, **asked)


def _section(before: Board, board: Board, *, kind: StatementKind, found: RoundFindings, note: str) -> PairSection:
    picture = change_of(before, board, kind=kind, note=note)
    asked = {"with": before.round_number}
    return PairSection(
        kind=kind,
        figure=figure(picture, round_id=board.round_id, chart="change", item=kind.value, **asked) if picture else None,
        lines=tuple(
            _line(then, now, found=found, number=before.round_number)
            for then, now in compared_rows(before, board, kind=kind)
        ),
    )


def _line(then: BoardRow, now: BoardRow, *, found: RoundFindings, number: int) -> PairLine:
    finding = found.cells.get((now.statement_id, now.primary.criterion.id))
    change = finding.change if finding is not None else None
    moved: tuple[str, ...] = ()
    departed = False
    if change is not None and change.round_number == number:
        least = found.min_group_size
        sentences = (change_sentence(change, min_group_size=least), stability_sentence(change, min_group_size=least))
        moved = tuple(one for one in sentences if one)
        departed = is_departure(change, min_group_size=least)
    return PairLine(
        statement_id=now.statement_id,
        code=now.code,
        text=now.text,
        before=_side(then.primary),
        after=_side(now.primary),
        moved=moved,
        is_departure=departed,
    )


def _side(figures: Figures) -> Side:
    result = figures.result
    return Side(
        picture=distribution(
            result.frequency, lower=figures.criterion.lower, q1=result.q1, median=result.median, q3=result.q3
        ),
        agree=share_words(figures),
        median=result.median,
        consensus_class=result.consensus_class,
        class_words=str(CLASSES[result.consensus_class]),
    )
