"""The next round: for each statement what the rule proposes and why, and room to decide otherwise with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session, col, select

from delphi.facilitator.pages.place import Place, place_of
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.proposals import StatementProposal, proposals_of
from surveys.rules.permissions import Actor
from surveys.rules.settling import Decision, ProposalReason, RoundChoice
from surveys.services.freezing import protocol_of
from surveys.services.next_round import count_waiting_ideas
from surveys.vocabulary import RoundStatus, StatementKind

REASONS: dict[ProposalReason, Any] = {
    ProposalReason.NEVER_RATED: _l("Not rated yet."),
    ProposalReason.REWORDED: _l("New wording: earlier answers are not compared."),
    ProposalReason.AGREED: _l("Agreed in round %(number)s."),
    ProposalReason.DROPPED: _l("Agreed to drop in round %(number)s."),
    ProposalReason.NOT_AGREED: _l("Not agreed in round %(number)s."),
    ProposalReason.TOO_FEW: _l("Too few answers in round %(number)s."),
}


@dataclass(frozen=True, slots=True)
class ProposalLine:
    statement_id: int
    code: str
    text: LocalizedText
    category: LocalizedText | None
    why: str
    proposed: RoundChoice
    chosen: RoundChoice
    reason: str
    lacks_reason: bool


@dataclass(frozen=True, slots=True)
class ProposalSection:
    kind: StatementKind
    lines: tuple[ProposalLine, ...]


@dataclass(frozen=True, slots=True)
class NextRoundPage:
    place: Place
    number: int
    n_ask: int
    n_settle: int
    n_waiting: int
    """Ideas without a place: the round cannot be built before each has one."""
    max_rounds: int
    is_rebuilt: bool
    is_past_protocol: bool
    may_stop: bool
    """A rating round was closed and none is open: the study of this objective can end here."""
    open_number: int | None
    sections: tuple[ProposalSection, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What a refused form held."""

    decisions: Mapping[int, Decision] = field(default_factory=dict)
    problem: str = ""


def next_round_page(session: Session, *, task_force_id: int, actor: Actor, decided: Decided) -> NextRoundPage:
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    proposals = proposals_of(session, task_force_id=task_force_id)
    latest = session.exec(
        select(Round).where(Round.task_force_id == task_force_id).order_by(col(Round.number).desc())
    ).first()
    is_planned = latest is not None and latest.status is RoundStatus.PLANNED
    last = latest.number if latest is not None else 0
    number = last if is_planned else last + 1
    is_open = latest is not None and latest.status is RoundStatus.OPEN
    settings = protocol_of(session, study_id=place.study_id)
    lines = [(one.kind, _line(one, decided=decided)) for one in proposals]
    choices = [line.chosen for _, line in lines]
    return NextRoundPage(
        place=place,
        number=number,
        n_ask=choices.count(RoundChoice.ASK),
        n_settle=choices.count(RoundChoice.SETTLE),
        n_waiting=count_waiting_ideas(session, task_force_id=task_force_id),
        max_rounds=settings.max_rounds,
        is_rebuilt=is_planned,
        is_past_protocol=number > settings.max_rounds,
        may_stop=not is_open and any(one.latest is not None for one in proposals),
        open_number=last if is_open else None,
        sections=tuple(
            ProposalSection(kind=kind, lines=tuple(line for own, line in lines if own is kind))
            for kind in StatementKind
            if any(own is kind for own, _ in lines)
        ),
        problem=decided.problem,
    )


def _line(one: StatementProposal, *, decided: Decided) -> ProposalLine:
    proposed = one.proposal.choice
    decision = decided.decisions.get(one.statement_id, Decision(proposed))
    number = one.latest.round_number if one.latest is not None else ""
    return ProposalLine(
        statement_id=one.statement_id,
        code=one.code,
        text=one.text,
        category=one.category,
        why=str(REASONS[one.proposal.reason]) % {"number": number},
        proposed=proposed,
        chosen=decision.choice,
        reason=decision.reason,
        lacks_reason=decision.choice is not proposed and not decision.reason.strip(),
    )
