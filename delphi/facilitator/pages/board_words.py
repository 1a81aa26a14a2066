"""What the board says above its tables: the result, a warning for small panels, Kendall's W; from frozen figures."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from analysis.types import Verdict
from delphi.i18n import number, percent
from surveys.queries.board import Board, BoardRow

SMALL_PANEL = 15
"""Up to this many answering, the chance of false agreement is worth a warning."""
CONCORDANCE = ((0.2, _l("very weak")), (0.4, _l("weak")), (0.6, _l("moderate")), (0.8, _l("strong")))
ALMOST_ONE = _l("very strong")


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
