"""The next round: for each statement what the rule proposes and why, and room to decide otherwise with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlmodel import Session, col, select

from analysis.stopping import StopStatus, StudyStop
from delphi.facilitator.pages.place import Place, place_of
from delphi.sentences.finding import STATUSES
from surveys.localized import LocalizedText
from surveys.models import Round
from surveys.queries.proposals import StatementProposal, proposals_of
from surveys.queries.questionnaire import criteria_of_study
from surveys.queries.stopping import Stopping, stopping_of
from surveys.rules.effort import minutes_to_rate
from surveys.rules.permissions import Actor
from surveys.rules.settling import Decision, ProposalReason, RoundChoice
from surveys.services.freezing import protocol_of
from surveys.services.next_round import count_waiting_ideas
from surveys.vocabulary import RoundKind, RoundStatus, StatementKind

REASONS: dict[ProposalReason, Any] = {
    ProposalReason.NEVER_RATED: _l("Not rated yet."),
    ProposalReason.REWORDED: _l("New wording, previous answers not compared."),
    ProposalReason.AGREED: _l("Agreed in round %(number)s."),
    ProposalReason.DROPPED: _l("Agreed to drop in round %(number)s."),
    ProposalReason.NOT_AGREED: _l("Not agreed in round %(number)s."),
    ProposalReason.TOO_FEW: _l("Too few answers in round %(number)s."),
    ProposalReason.NOT_STABLE: _l("Agreed in round %(number)s for the first time; the protocol asks for two rounds."),
}


WORDS: dict[ProposalReason, Any] = {
    ProposalReason.NEVER_RATED: _l("New"),
    ProposalReason.REWORDED: _l("Reworded"),
    ProposalReason.AGREED: _l("Settled"),
    ProposalReason.DROPPED: _l("Dropped"),
    ProposalReason.NOT_AGREED: _l("Keep"),
    ProposalReason.TOO_FEW: _l("Keep"),
    ProposalReason.NOT_STABLE: _l("Keep"),
}
SHAPES: dict[ProposalReason, str] = {
    ProposalReason.NEVER_RATED: "too_few",
    ProposalReason.REWORDED: "leaning",
    ProposalReason.AGREED: "agreed_high",
    ProposalReason.DROPPED: "agreed_low",
    ProposalReason.NOT_AGREED: "scattered",
    ProposalReason.TOO_FEW: "scattered",
    ProposalReason.NOT_STABLE: "scattered",
}
STOPS: dict[StudyStop, Any] = {
    StudyStop.ALL_SETTLED: _l("The stop rule is met: every statement is settled, or stable without agreement."),
    StudyStop.LAST_ROUND: _l("The stop rule is met: the protocol ends after round %(max_rounds)s."),
    StudyStop.LOW_RESPONSE: _l(
        "The stop rule is met: %(n_returned)s people answered, fewer than half of the %(n_first)s of the first round."
    ),
}


@dataclass(frozen=True, slots=True)
class ProposalLine:
    statement_id: int
    code: str
    text: LocalizedText
    category: LocalizedText | None
    why: str
    word: str
    shape: str
    stability: str
    """What the stop rule says of a statement whose answers do not move any more; empty otherwise."""
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
    counts: tuple[tuple[str, str, int], ...]
    """(shape, word, how many statements) of what the rule proposes"""
    minutes: int
    """What the questionnaire as chosen asks of one expert."""
    stop: str
    """Why the stop rule is met; empty where it is not."""
    planned_id: int | None
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
    stopping = stopping_of(session, task_force_id=task_force_id, proposals=proposals, settings=settings)
    statuses = stopping.statuses if stopping is not None else {}
    lines = [(one.kind, _line(one, decided=decided, status=statuses.get(one.statement_id))) for one in proposals]
    asked = [kind for kind, line in lines if line.chosen is RoundChoice.ASK]
    criteria = criteria_of_study(session, study_id=place.study_id)
    choices = [line.chosen for _, line in lines]
    return NextRoundPage(
        place=place,
        number=number,
        n_ask=choices.count(RoundChoice.ASK),
        n_settle=choices.count(RoundChoice.SETTLE),
        counts=_counts(proposals),
        minutes=minutes_to_rate(
            n_statements=len(asked),
            n_answers=sum(kind in criterion.kinds for kind in asked for criterion in criteria),
            with_feedback=settings.shows_feedback and stopping is not None,
        ),
        stop=_stop_words(stopping),
        planned_id=latest.id if latest is not None and is_planned and latest.kind is RoundKind.RATING else None,
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


def _counts(proposals: Sequence[StatementProposal]) -> tuple[tuple[str, str, int], ...]:
    found: dict[tuple[str, str], int] = {}
    for one in proposals:
        key = (SHAPES[one.proposal.reason], str(WORDS[one.proposal.reason]))
        found[key] = found.get(key, 0) + 1
    return tuple((shape, word, n) for (shape, word), n in found.items())


def _stop_words(stopping: Stopping | None) -> str:
    if stopping is None or stopping.stop is StudyStop.GO_ON:
        return ""
    return str(STOPS[stopping.stop]) % {
        "max_rounds": stopping.max_rounds,
        "n_returned": stopping.n_returned,
        "n_first": stopping.n_first_round,
    }


def _line(one: StatementProposal, *, decided: Decided, status: StopStatus | None) -> ProposalLine:
    proposed = one.proposal.choice
    decision = decided.decisions.get(one.statement_id, Decision(proposed))
    number = one.latest.round_number if one.latest is not None else ""
    return ProposalLine(
        statement_id=one.statement_id,
        code=one.code,
        text=one.text,
        category=one.category,
        why=str(REASONS[one.proposal.reason]) % {"number": number},
        word=str(WORDS[one.proposal.reason]),
        shape=SHAPES[one.proposal.reason],
        stability=str(STATUSES[status]) if status in STATUSES else "",
        proposed=proposed,
        chosen=decision.choice,
        reason=decision.reason,
        lacks_reason=decision.choice is not proposed and not decision.reason.strip(),
    )
