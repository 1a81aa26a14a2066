"""The consensus board: its result in the headline, its rule in the next sentence, a row for each statement."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlmodel import Session

from analysis.types import ConsensusClass
from delphi import sentences
from delphi.facilitator.pages.amendments import AmendmentLine, amendment_lines
from delphi.facilitator.pages.board_words import concordance_sentence, headline, small_panel_warning
from delphi.facilitator.pages.figures import FigureCells, figure_cells
from delphi.facilitator.pages.place import Place, colleges_of_place, place_of
from delphi.sentences.finding import short_group_sentences
from delphi.sentences.protocol import rule_sentence
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.board import Board, BoardRow, board_of
from surveys.queries.colleges import college_names
from surveys.queries.findings import RoundFindings, findings_of
from surveys.queries.objections import Objection, objections_of
from surveys.queries.protocols import amendments_of
from surveys.queries.questionnaire import criteria_of_study
from surveys.rules.permissions import Actor
from surveys.rules.settling import OUTCOME_ORDER, outcome_status
from surveys.vocabulary import OutcomeStatus, StatementKind

Key = Callable[[BoardRow], Any]


def _spread(row: BoardRow) -> tuple[bool, float]:
    iqr = row.primary.result.iqr
    return iqr is None, -(iqr or 0.0)


def _rank(row: BoardRow) -> tuple[bool, int, str]:
    rank = row.primary.result.rank
    return rank is None, rank or 0, row.code


def _change(row: BoardRow) -> float:
    step = agreement_step(row)
    return -abs(step) if step is not None else 1.0


SORTS: dict[str, tuple[Any, Key]] = {
    "rank": (_l("rank"), _rank),
    "spread": (_l("spread"), _spread),
    "change": (_l("change since the round before"), _change),
    "code": (_l("code"), lambda row: row.code),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One link of the filter."""

    label: str
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class BoardLine:
    statement_id: int
    code: str
    text: LocalizedText
    category: LocalizedText | None
    n_ideas: int
    primary: FigureCells
    others: tuple[FigureCells, ...]
    change: str
    differs: tuple[str, ...]
    """Colleges or languages that answer otherwise, in sentences."""
    n_objections: int


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Statements with one outcome, so that no rank of what is not agreed stands among what is; unnamed: all of them."""

    outcome: OutcomeStatus | None
    lines: tuple[BoardLine, ...]


@dataclass(frozen=True, slots=True)
class BoardSection:
    """The statements of one kind: ranks and Kendall's W are among them only."""

    kind: StatementKind
    concordance: str
    groups: tuple[BoardGroup, ...]
    n_columns: int
    criterion: LocalizedText
    other_criteria: tuple[LocalizedText, ...]


@dataclass(frozen=True, slots=True)
class BoardPage:
    place: Place
    round_id: int
    round_number: int
    headline: str
    rule: str
    fingerprint: str
    amendments: tuple[AmendmentLine, ...]
    """Changes of the protocol after its lock; a closed round keeps the rule it was judged by."""
    n_answered: int
    n_eligible: int
    n_statements: int
    closed_at: Any
    warning: str
    filters: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    sections: tuple[BoardSection, ...]
    scale: str
    has_second_criterion: bool


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the frozen rows."""

    colleges: Mapping[str, LocalizedText]
    names: Mapping[str, LocalizedText]
    found: RoundFindings
    objections: Mapping[int, Sequence[Objection]]


def board_page(session: Session, *, round_id: int, actor: Actor, shown: str, sort: str) -> BoardPage:
    """The board of a closed round. `shown`: a class, or "" for all; `sort`: a key of SORTS."""
    place = place_of(session, task_force_id=session.get_one(Round, round_id).task_force_id, actor=actor)
    board = board_of(session, round_id=round_id, study_id=place.study_id)
    sort = sort if sort in SORTS else "rank"
    shown = shown if shown in list(ConsensusClass) else ""
    primary = next((row.primary.criterion for row in board.rows), None)
    return BoardPage(
        place=place,
        round_id=round_id,
        round_number=board.round_number,
        headline=headline(board.rows),
        rule=rule_sentence(board.settings.criteria[primary.code], settings=board.settings) if primary else "",
        fingerprint=f"{board.settings.fingerprint[:4]}·{board.settings.fingerprint[4:8]}",
        amendments=amendment_lines(
            amendments_of(session, study_id=place.study_id),
            names={criterion.code: criterion.name for criterion in criteria_of_study(session, study_id=place.study_id)},
        ),
        n_answered=board.n_answered,
        n_eligible=board.n_eligible,
        n_statements=len(board.rows),
        closed_at=board.closed_at,
        warning=small_panel_warning(board),
        filters=_filters(board, shown=shown, sort=sort),
        sorts=tuple(
            Choice(str(label), _address(round_id, shown=shown, sort=name), name == sort)
            for name, (label, _) in SORTS.items()
        ),
        sections=_sections(
            board,
            shown=shown,
            key=SORTS[sort][1],
            beside=_Beside(
                colleges=colleges_of_place(session, place=place),
                names=college_names(session, study_id=place.study_id),
                found=findings_of(session, round_id=round_id),
                objections=objections_of(session, task_force_ids=[place.task_force_id]),
            ),
        ),
        has_second_criterion=any(row.others for row in board.rows),
        scale=f"{primary.lower}–{primary.upper}" if primary else "",
    )


def agreement_step(row: BoardRow) -> float | None:
    """Change of the share in agreement since the round before, on the same wording; None where not comparable."""
    if row.earlier is None:
        return None
    now, before = row.primary.report["agreement"]["share"], row.earlier.report["agreement"]["share"]
    return None if now is None or before is None else now - before


def _change_words(row: BoardRow) -> str:
    if row.earlier is None:
        return ""
    before = gettext("%(k)s of %(n)s", k=row.earlier.agreement_k, n=row.earlier.agreement_n)
    step = agreement_step(row)
    if step is None or step == 0:
        return gettext("As before: %(before)s.", before=before)
    if step > 0:
        return gettext("Up from %(before)s.", before=before)
    return gettext("Down from %(before)s.", before=before)


def _sections(board: Board, *, shown: str, key: Key, beside: _Beside) -> tuple[BoardSection, ...]:
    sections = []
    for kind in StatementKind:
        rows = [row for row in board.rows if row.kind is kind]
        chosen = sorted((r for r in rows if shown in ("", r.primary.result.consensus_class)), key=key)
        if not chosen:
            continue
        others = tuple(figures.criterion.name for figures in rows[0].others)
        sections.append(
            BoardSection(
                kind=kind,
                concordance=concordance_sentence(board.kendall_w(kind)),
                groups=_groups(chosen, by_outcome=key is _rank, beside=beside),
                n_columns=8 + len(others),
                criterion=rows[0].primary.criterion.name,
                other_criteria=others,
            )
        )
    return tuple(sections)


def _groups(rows: Sequence[BoardRow], *, by_outcome: bool, beside: _Beside) -> tuple[BoardGroup, ...]:
    """In order of rank the agreed ones come first, each with the rank as it was frozen."""
    if not by_outcome:
        return (BoardGroup(outcome=None, lines=tuple(_line(row, beside=beside) for row in rows)),)
    found = []
    for outcome in OUTCOME_ORDER:
        own = [row for row in rows if outcome_status(row.primary.result.verdict) is outcome]
        if own:
            found.append(BoardGroup(outcome=outcome, lines=tuple(_line(row, beside=beside) for row in own)))
    return tuple(found)


def _line(row: BoardRow, *, beside: _Beside) -> BoardLine:
    finding = beside.found.cells.get((row.statement_id, row.primary.criterion.id))
    return BoardLine(
        statement_id=row.statement_id,
        code=row.code,
        text=row.text,
        category=row.category,
        n_ideas=row.n_ideas,
        primary=figure_cells(row.primary, colleges=beside.colleges),
        others=tuple(figure_cells(figures, colleges=beside.colleges) for figures in row.others),
        change=_change_words(row),
        differs=short_group_sentences(finding, colleges=beside.names) if finding is not None else (),
        n_objections=len(beside.objections.get(row.statement_id, ())),
    )


def _filters(board: Board, *, shown: str, sort: str) -> tuple[Choice, ...]:
    counts = Counter(row.primary.result.consensus_class for row in board.rows)
    total = gettext("all %(n)s", n=len(board.rows))
    choices = [Choice(total, _address(board.round_id, shown="", sort=sort), not shown)]
    for one in ConsensusClass:
        if counts[one.value] or shown == one:
            label = gettext("%(name)s %(n)s", name=sentences.CLASSES[one.value], n=counts[one.value])
            choices.append(Choice(label, _address(board.round_id, shown=one.value, sort=sort), shown == one))
    return tuple(choices)


def _address(round_id: int, *, shown: str, sort: str) -> str:
    arguments: dict[str, Any] = {"class": shown or None, "sort": None if sort == "rank" else sort}
    return url_for("facilitator.board", round_id=round_id, **arguments)
