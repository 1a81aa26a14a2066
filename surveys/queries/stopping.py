"""Whether the stop rule is met: every statement settled or stable, the last round, or a panel that has dissolved."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from analysis.stopping import StopStatus, StudyStop, stop_status, study_stop
from analysis.types import Verdict
from surveys.models import Round, Snapshot
from surveys.queries.findings import findings_of
from surveys.queries.proposals import StatementProposal
from surveys.rules.protocol import ProtocolSettings
from surveys.rules.settling import ProposalReason
from surveys.vocabulary import RoundKind, RoundStatus

SETTLED_BY_LAST_ROUND = frozenset(
    {StopStatus.UNRESOLVED, StopStatus.CONSENSUS_IN_UNSTABLE, StopStatus.CONSENSUS_OUT_UNSTABLE}
)
"""Statuses that end because no round is left, not because nothing moves."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The stop rule after the last closed rating round, and the status of each statement by its id."""

    stop: StudyStop
    round_number: int
    max_rounds: int
    n_returned: int
    n_first_round: int
    statuses: dict[int, StopStatus]


def stopping_of(
    session: Session, *, task_force_id: int, proposals: tuple[StatementProposal, ...], settings: ProtocolSettings
) -> Stopping | None:
    """The stop rule of the protocol in force; None before the first rating round is closed, and while one runs."""
    rows = session.exec(
        select(Round, Snapshot)
        .outerjoin(Snapshot, col(Snapshot.round_id) == Round.id)
        .where(Round.task_force_id == task_force_id, Round.kind == RoundKind.RATING)
        .order_by(col(Round.number), col(Snapshot.number))
    ).all()
    if any(round_.status is RoundStatus.OPEN for round_, _ in rows):
        return None
    answered = {round_.number: snapshot.n_answered for round_, snapshot in rows if snapshot is not None}
    closed = [round_ for round_, snapshot in rows if snapshot is not None and round_.status is RoundStatus.CLOSED]
    if not closed:
        return None
    last = closed[-1]
    found = findings_of(session, round_id=last.id)
    statuses = {}
    for one in proposals:
        finding = found.cells.get((one.statement_id, one.latest.result.criterion_id)) if one.latest else None
        if finding is not None and finding.change is not None and one.proposal.reason is not ProposalReason.REWORDED:
            statuses[one.statement_id] = finding.change.stability.status
        else:
            statuses[one.statement_id] = _first_status(one, round_number=last.number, settings=settings)
    numbers = sorted(answered)
    stop = study_stop(
        list(statuses.values()),
        round_number=last.number,
        max_rounds=settings.max_rounds,
        n_returned=answered[numbers[-1]],
        n_first_round=answered[numbers[0]],
    )
    if stop is StudyStop.ALL_SETTLED and not SETTLED_BY_LAST_ROUND.isdisjoint(statuses.values()):
        stop = StudyStop.LAST_ROUND
    return Stopping(
        stop=stop,
        round_number=last.number,
        max_rounds=settings.max_rounds,
        n_returned=answered[numbers[-1]],
        n_first_round=answered[numbers[0]],
        statuses=statuses,
    )


def _first_status(one: StatementProposal, *, round_number: int, settings: ProtocolSettings) -> StopStatus:
    """Of a statement that was asked once in its wording, or not yet."""
    if one.latest is None or one.proposal.reason is ProposalReason.REWORDED:
        return StopStatus.CONTINUE
    return stop_status(
        verdict=Verdict(one.latest.result.verdict),
        has_previous=False,
        group_stable=False,
        individual_stable=False,
        is_bipolar=False,
        counts=one.latest.result.frequency,
        round_number=round_number,
        max_rounds=settings.max_rounds,
    )
