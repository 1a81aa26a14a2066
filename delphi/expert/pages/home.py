"""Where an expert stands: all task forces, or one of them with its rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import url_for

from surveys.localized import LocalizedText
from surveys.queries.my_panels import MyPanel, MyRound
from surveys.vocabulary import MembershipStatus, RoundKind, RoundStatus


class PanelState(StrEnum):
    """What an expert can do in a task force now; each has its sentence in the template."""

    INVITED = "invited"
    TO_START = "to_start"
    UNDER_WAY = "under_way"
    SENT = "sent"
    BETWEEN_ROUNDS = "between_rounds"
    NOT_STARTED_YET = "not_started_yet"
    PUBLISHED = "published"
    DECLINED = "declined"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round in a task force's history."""

    round_id: int
    number: int
    kind: RoundKind
    is_open: bool
    closed_at: datetime | None
    answers_url: str
    """Empty where this expert answered nothing."""


@dataclass(frozen=True, slots=True)
class PanelCard:
    task_force_id: int
    code: str
    title: LocalizedText
    study_name: LocalizedText
    time_zone: str
    state: PanelState
    round_number: int
    n_statements: int
    n_done: int
    n_ideas: int
    minutes: int
    deadline_at: datetime | None
    continue_url: str
    resume_round_id: int | None
    """The round that `continue_url` resumes."""
    """The one thing to do next; empty where there is nothing."""
    rounds: tuple[RoundLine, ...]
    has_results: bool
    shows_ideas: bool
    has_certificate: bool
    is_member: bool

    @property
    def waits_for_me(self) -> bool:
        return self.state in (PanelState.INVITED, PanelState.TO_START, PanelState.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class HomePage:
    """Task forces that wait for the expert, nearest deadline first; then the others."""

    waiting: tuple[PanelCard, ...]
    others: tuple[PanelCard, ...]
    minutes: int
    next_url: str
    """Where a person with a single task force goes straight away; empty with several."""
    next_round_id: int | None
    """The round that `next_url` resumes."""
    contacts: tuple[MyPanel, ...]


def contacts_of(panels: Sequence[MyPanel]) -> tuple[MyPanel, ...]:
    """One task force of each person to write to."""
    return tuple({panel.contact_email: panel for panel in panels}.values())


def panel_card(panel: MyPanel, *, now: datetime) -> PanelCard:
    current = next((each for each in reversed(panel.rounds) if each.takes_answers(now=now)), None)
    state = _state(panel, current)
    url, resumed = "", None
    if state is PanelState.INVITED:
        url = url_for("expert.welcome", task_force_id=panel.task_force_id)
    elif current is not None and state in (PanelState.TO_START, PanelState.UNDER_WAY):
        url, resumed = url_for("expert.resume", round_id=current.id), current.id
    elif current is not None and state is PanelState.SENT:
        url = url_for("expert.check", round_id=current.id)
    is_member = panel.membership in (MembershipStatus.INVITED, MembershipStatus.JOINED)
    rounds = [each for each in panel.rounds if each.status is not RoundStatus.PLANNED]
    return PanelCard(
        task_force_id=panel.task_force_id,
        code=panel.code,
        title=panel.title,
        study_name=panel.study_name,
        time_zone=panel.time_zone,
        state=state,
        round_number=current.number if current else 0,
        n_statements=current.n_statements if current else 0,
        n_done=current.n_done if current else 0,
        n_ideas=current.n_ideas if current else 0,
        minutes=current.minutes_left if current else 0,
        deadline_at=current.deadline_at if current else None,
        continue_url=url,
        resume_round_id=resumed,
        rounds=tuple(
            RoundLine(
                round_id=each.id,
                number=each.number,
                kind=each.kind,
                is_open=each.takes_answers(now=now),
                closed_at=each.closed_at,
                answers_url=url_for("expert.answers", round_id=each.id) if each.has_begun and is_member else "",
            )
            for each in rounds
        ),
        has_results=panel.has_results and is_member,
        shows_ideas=is_member
        and any(each.kind is RoundKind.RATING for each in rounds)
        and any(each.n_ideas for each in rounds),
        has_certificate=is_member and any(each.status is RoundStatus.CLOSED and each.has_begun for each in rounds),
        is_member=is_member,
    )


def _state(panel: MyPanel, current: MyRound | None) -> PanelState:
    if panel.membership is MembershipStatus.DECLINED:
        return PanelState.DECLINED
    if panel.membership in (MembershipStatus.LEFT, MembershipStatus.REMOVED):
        return PanelState.LEFT
    if not panel.has_consented:
        return PanelState.INVITED
    if current is not None:
        if current.submitted_at is not None:
            return PanelState.SENT
        return PanelState.UNDER_WAY if current.has_begun else PanelState.TO_START
    if panel.has_results:
        return PanelState.PUBLISHED
    if all(each.status is RoundStatus.PLANNED for each in panel.rounds):
        return PanelState.NOT_STARTED_YET
    return PanelState.BETWEEN_ROUNDS


def home_page(panels: list[MyPanel], *, now: datetime) -> HomePage:
    cards = [panel_card(panel, now=now) for panel in panels]
    waiting = sorted(
        (card for card in cards if card.waits_for_me),
        key=lambda card: (card.deadline_at is None, card.deadline_at or now, card.code),
    )
    single = cards[0] if len(cards) == 1 and cards[0].is_member else None
    next_url = ""
    if single is not None:
        here = url_for("expert.panel", task_force_id=single.task_force_id)
        next_url = single.continue_url if single.waits_for_me else here
    return HomePage(
        waiting=tuple(waiting),
        others=tuple(card for card in cards if not card.waits_for_me),
        minutes=sum(card.minutes for card in waiting),
        next_url=next_url,
        next_round_id=single.resume_round_id if single is not None else None,
        contacts=contacts_of(panels),
    )
