"""What the paper of a second look says of the group's earlier answers: as on the page, but nothing of one person."""

import re
from datetime import datetime
from html import unescape

from flask import current_app
from flask_babel import gettext
from sqlmodel import Session

from delphi.documents.questionnaire import PaperFeedback
from delphi.expert.forms.rating import Filled
from delphi.expert.pages.rating import Block, blocks_of
from delphi.expert.pages.scales import question_of
from delphi.expert.sitting import Sitting
from surveys.queries.asked_round import AskedRound, Membership
from surveys.queries.feedback import earlier_round
from surveys.queries.questionnaire import questionnaire_of
from surveys.rules.feedback import GroupView
from surveys.vocabulary import MembershipStatus, RoundKind, Stance

NOBODY = 0
BLANKS = re.compile(r"[ \n]+")
TAG = re.compile(r"<[^>]+>")


def paper_feedback(session: Session, *, asked: AskedRound, now: datetime) -> PaperFeedback | None:
    """The group's answers and the reasons given; None where the round shows none.

    The same on everybody's sheet: facilitators print them by name, and a sheet with somebody's own answer, or without
    their own comment, would tell whose it is.
    """
    if asked.kind is not RoundKind.RATING or not (asked.has_earlier and asked.shows_feedback):
        return None
    earlier = earlier_round(
        session, task_force_id=asked.panel.task_force_id, before_number=asked.number, panellist_id=NOBODY
    )
    if earlier is None:
        return None
    seat = Membership(panellist_id=NOBODY, status=MembershipStatus.JOINED, consented_at=now)
    questionnaire = questionnaire_of(session, round_id=asked.id)
    blocks = blocks_of(
        questionnaire.statements,
        sitting=Sitting(asked=asked, seat=seat, now=now),
        questionnaire=questionnaire,
        filled=Filled(),
        earlier=earlier,
        problems=(),
    )
    looked_at = [block for block in blocks if isinstance(block, Block)]
    return PaperFeedback(
        lead=gettext(
            "Under each question stands how the group answered in round %(number)s. "
            "Your own earlier answers are behind your personal link.",
            number=earlier.number,
        ),
        of_cell={
            (block.statement.id, scale.look.criterion.id): _sentence(group)
            for block in looked_at
            for scale in block.scales
            if (group := question_of(scale.look).group) is not None
        },
        of_statement={block.statement.id: _said(block) for block in looked_at},
    )


def _sentence(group: GroupView) -> str:
    """The sentence of the page, without its marks."""
    macros = current_app.jinja_env.get_template("expert/_page.html").module
    written = TAG.sub("", str(macros.group_sentence(group)))  # type: ignore[attr-defined]
    return BLANKS.sub(" ", unescape(written)).strip()


def _said(block: Block) -> tuple[str, ...]:
    if block.heading.has_new_wording:
        return (gettext("New wording: earlier answers are not compared."),)
    return tuple(
        gettext("%(side)s: “%(text)s”", side=_side(stance), text=argument.text)
        for stance, arguments in block.arguments.items()
        for argument in arguments
    )


def _side(stance: Stance) -> str:
    """The heading under which a reason stands on the page."""
    if stance is Stance.FOR:
        return str(gettext("For"))
    return str(gettext("Against")) if stance is Stance.AGAINST else str(gettext("Remark"))
