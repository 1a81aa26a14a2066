"""The expert's own page for an invented person: what they answered before is chosen, never looked up."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session

from delphi.expert.forms.rating import Filled
from delphi.expert.pages.rating import RatingPage, blocks_of
from delphi.expert.pages.sections import rating_page
from delphi.expert.sitting import Sitting
from delphi.facilitator.pages.place import Place, place_of
from surveys.errors import NotFound
from surveys.models import Round
from surveys.queries.asked_round import Membership, asked_round
from surveys.queries.feedback import EarlierRound, earlier_round
from surveys.queries.my_answers import OwnRating
from surveys.queries.questionnaire import AskedCriterion, Questionnaire, questionnaire_of
from surveys.rules.permissions import Actor
from surveys.vocabulary import MembershipStatus, RatingState, RoundKind, RoundStatus

NOBODY = 0
"""Stands for a panellist who does not exist: no stored answer can belong to them."""


class Profile(StrEnum):
    """What the invented expert answered in the round before, to everything alike."""

    HIGH = "high"
    MIDDLE = "middle"
    LOW = "low"
    NONE = "none"


PROFILES: dict[Profile, Any] = {
    Profile.HIGH: _l("rated everything highest"),
    Profile.MIDDLE: _l("rated everything in the middle"),
    Profile.LOW: _l("rated everything lowest"),
    Profile.NONE: _l("did not answer"),
}


@dataclass(frozen=True, slots=True)
class FramesPage:
    place: Place
    round_id: int
    number: int
    n_statements: int
    n_sections: int
    section: int
    minutes: int
    profile: Profile
    profiles: Mapping[Profile, Any]
    has_earlier: bool
    is_planned: bool


def frames_page(
    session: Session, *, round_id: int, actor: Actor, profile: Profile, section: int, now: datetime
) -> FramesPage:
    """The page around the frames. Raises NotFound for a round of open questions and an unknown section."""
    round_ = session.get_one(Round, round_id)
    found = expert_page(session, round_id=round_id, profile=profile, section=section, now=now)
    return FramesPage(
        place=place_of(session, task_force_id=round_.task_force_id, actor=actor),
        round_id=round_id,
        number=round_.number,
        n_statements=found.frame.n_statements,
        n_sections=len(found.frame.sections),
        section=section,
        minutes=found.frame.minutes,
        profile=profile,
        profiles=PROFILES,
        has_earlier=bool(found.frame.earlier_number),
        is_planned=round_.status is RoundStatus.PLANNED,
    )


def expert_page(session: Session, *, round_id: int, profile: Profile, section: int, now: datetime) -> RatingPage:
    """Section `section` (from 1) made by the expert's own page, feedback and arguments under its own rules.

    Raises NotFound for a round of open questions and an unknown section.
    """
    asked = asked_round(session, round_id=round_id)
    if asked.kind is not RoundKind.RATING:
        raise NotFound
    seat = Membership(panellist_id=NOBODY, status=MembershipStatus.JOINED, consented_at=now)
    sitting = Sitting(asked=asked, seat=seat, now=now)
    found = rating_page(session, sitting=sitting, number=section)
    if found is None:
        raise NotFound
    earlier = earlier_round(
        session, task_force_id=asked.panel.task_force_id, before_number=asked.number, panellist_id=NOBODY
    )
    if earlier is None:
        return found
    questionnaire = questionnaire_of(session, round_id=round_id)
    blocks = blocks_of(
        [block.statement for block in found.blocks],
        sitting=sitting,
        questionnaire=questionnaire,
        filled=Filled(),
        earlier=replace(earlier, own=_own(earlier, questionnaire, profile=profile)),
        problems=(),
    )
    return replace(found, blocks=blocks)


def _own(earlier: EarlierRound, questionnaire: Questionnaire, *, profile: Profile) -> dict[tuple[int, int], OwnRating]:
    if profile is Profile.NONE:
        return {}
    criteria = {criterion.id: criterion for criterion in questionnaire.criteria}
    return {
        cell: OwnRating(RatingState.RATED, _answer(criteria[cell[1]], profile=profile))
        for cell in earlier.results
        if cell[1] in criteria
    }


def _answer(criterion: AskedCriterion, *, profile: Profile) -> int:
    if profile is Profile.HIGH:
        return criterion.upper
    return criterion.lower if profile is Profile.LOW else (criterion.lower + criterion.upper) // 2
