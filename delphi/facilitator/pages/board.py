"""The consensus board: its result in the headline, its rule in the next sentence, a row for each statement."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l
from sqlmodel import Session

from analysis.types import ConsensusClass, Verdict
from delphi import sentences
from delphi.facilitator.pages.figures import FigureCells, figure_cells
from delphi.facilitator.pages.place import Place, colleges_of_place, place_of
from delphi.i18n import number, percent
from delphi.protocol_sentences import rule_sentence
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.board import Board, BoardRow, board_of
from surveys.rules.permissions import Actor
from surveys.vocabulary import StatementKind

SMALL_PANEL = 15
"""Up to this many answering, the chance of false agreement is worth a warning."""
CONCORDANCE = ((0.2, _l("very weak")), (0.4, _l("weak")), (0.6, _l("moderate")), (0.8, _l("strong")))
ALMOST_ONE = _l("very strong")

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


@dataclass(frozen=True, slots=True)
class BoardSection:
    """The statements of one kind: ranks and Kendall's W are among them only."""

    kind: StatementKind
    concordance: str
    lines: tuple[BoardLine, ...]
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
    n_answered: int
    n_eligible: int
    n_statements: int
    closed_at: Any
    warning: str
    filters: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    sections: tuple[BoardSection, ...]
    scale: str


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
            colleges=colleges_of_place(session, place=place),
        ),
        scale=f"{primary.lower}–{primary.upper}" if primary else "",
    )


def headline(rows: Sequence[BoardRow]) -> str:
    """The result in one sentence."""
    agreed = sum(row.primary.result.verdict == Verdict.IN for row in rows)
    dropped = sum(row.primary.result.verdict == Verdict.OUT for row in rows)
    said = ngettext(
        "%(num)d of %(n)s statements is agreed", "%(num)d of %(n)s statements are agreed", agreed, n=len(rows)
    )
    if not dropped:
        return gettext("%(sentence)s so far", sentence=said)
    return ngettext(
        "%(sentence)s, %(num)d is agreed to drop", "%(sentence)s, %(num)d are agreed to drop", dropped, sentence=said
    )


def small_panel_warning(board: Board) -> str:
    """How often random answers would have passed the rule, from the frozen reports; empty for a larger panel."""
    chances = [row.primary.report.get("false_consensus_chance") for row in board.rows]
    known = [chance for chance in chances if chance is not None]
    if not known or board.n_answered > SMALL_PANEL:
        return ""
    return ngettext(
        "With %(num)d person, answers given at random would pass this rule up to %(chance)s of the time: expect "
        "%(expected)s false agreements in this list of %(n)s.",
        "With %(num)d people, answers given at random would pass this rule up to %(chance)s of the time: expect "
        "%(expected)s false agreements in this list of %(n)s.",
        board.n_answered,
        chance=percent(max(known), digits=1),
        expected=number(sum(known), digits=1),
        n=len(board.rows),
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


def _sections(board: Board, *, shown: str, key: Key, colleges: Mapping[str, LocalizedText]) -> tuple[BoardSection, ...]:
    sections = []
    for kind in StatementKind:
        rows = [row for row in board.rows if row.kind is kind]
        chosen = sorted((r for r in rows if shown in ("", r.primary.result.consensus_class)), key=key)
        if not chosen:
            continue
        sections.append(
            BoardSection(
                kind=kind,
                concordance=concordance_sentence(board.kendall_w(kind)),
                lines=tuple(_line(row, colleges=colleges) for row in chosen),
                criterion=rows[0].primary.criterion.name,
                other_criteria=tuple(figures.criterion.name for figures in rows[0].others),
            )
        )
    return tuple(sections)


def _line(row: BoardRow, *, colleges: Mapping[str, LocalizedText]) -> BoardLine:
    return BoardLine(
        statement_id=row.statement_id,
        code=row.code,
        text=row.text,
        category=row.category,
        n_ideas=row.n_ideas,
        primary=figure_cells(row.primary, colleges=colleges),
        others=tuple(figure_cells(figures, colleges=colleges) for figures in row.others),
        change=_change_words(row),
    )


def concordance_sentence(block: dict[str, Any] | None) -> str:
    """Kendall's W and its p in words; says why where it is not defined."""
    if block is None or block["w"] is None:
        return gettext("Kendall's W is not defined here: too few people rated all statements.")
    word = next((word for limit, word in CONCORDANCE if block["w"] < limit), ALMOST_ONE)
    if block["p"] is None:
        return gettext("Kendall's W %(w)s (%(word)s).", w=number(block["w"]), word=word)
    p = gettext("below %(p)s", p=number(0.001, digits=3)) if block["p"] < 0.001 else number(block["p"], digits=3)
    return gettext(
        "Kendall's W %(w)s (%(word)s), p %(p)s, from %(m)s people.",
        w=number(block["w"]),
        word=word,
        p=p,
        m=block["m_used"],
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
