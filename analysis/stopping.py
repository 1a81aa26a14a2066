"""Another round or not: the stop rule for one item and for the study, in a fixed order."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from analysis.types import Verdict

MIN_RESPONSE = Fraction(1, 2)


class StopStatus(StrEnum):
    """What a round means for an item. Only CONTINUE asks for another round."""

    INSUFFICIENT = "insufficient"
    PROVISIONAL_IN = "provisional_in"
    PROVISIONAL_OUT = "provisional_out"
    CONTINUE = "continue"
    CONSENSUS_IN = "consensus_in"
    CONSENSUS_OUT = "consensus_out"
    CONSENSUS_IN_UNSTABLE = "consensus_in_unstable"
    CONSENSUS_OUT_UNSTABLE = "consensus_out_unstable"
    DISSENT_BIPOLAR = "stable_dissent_bipolar"
    DISSENT_PLURALITY = "stable_dissent_plurality"
    DISSENT_DISPERSED = "stable_dissent_dispersed"
    UNRESOLVED = "unresolved"


class StudyStop(StrEnum):
    """Why a study may stop, or that it goes on."""

    GO_ON = "go_on"
    ALL_SETTLED = "all_settled"
    LAST_ROUND = "last_round"
    LOW_RESPONSE = "low_response"


_FIRST = {Verdict.IN: StopStatus.PROVISIONAL_IN, Verdict.OUT: StopStatus.PROVISIONAL_OUT}
_STABLE = {Verdict.IN: StopStatus.CONSENSUS_IN, Verdict.OUT: StopStatus.CONSENSUS_OUT}
_UNSTABLE = {Verdict.IN: StopStatus.CONSENSUS_IN_UNSTABLE, Verdict.OUT: StopStatus.CONSENSUS_OUT_UNSTABLE}


def stop_status(
    *,
    verdict: Verdict,
    has_previous: bool,
    group_stable: bool,
    individual_stable: bool,
    is_bipolar: bool,
    counts: Sequence[int],
    round_number: int,
    max_rounds: int,
) -> StopStatus:
    """The status of one item after a round.

    Consensus alone does not stop: it has to be stable, or the rounds have to be used up. Stable dissent stops too,
    since nothing more is to be expected.

    verdict : of this round; has_previous : there is an earlier round to compare with
    group_stable, individual_stable : see `analysis.stability`; is_bipolar : see `analysis.polarisation`
    counts : this round's histogram (K,), for the kind of dissent
    Errors: none. Source: von der Gracht 2012, Technol Forecast Soc Change 79:1525-1536.
    """
    if verdict in (Verdict.INSUFFICIENT, Verdict.NO_DATA):
        return StopStatus.INSUFFICIENT
    if not has_previous:
        return _FIRST.get(verdict, StopStatus.CONTINUE)
    is_last = round_number >= max_rounds
    if verdict in _STABLE:
        if group_stable:
            return _STABLE[verdict]
        return _UNSTABLE[verdict] if is_last else StopStatus.CONTINUE
    if group_stable and individual_stable:
        return _kind_of_dissent(counts, is_bipolar=is_bipolar)
    return StopStatus.UNRESOLVED if is_last else StopStatus.CONTINUE


def study_stop(
    statuses: Sequence[StopStatus],
    *,
    round_number: int,
    max_rounds: int,
    n_returned: int,
    n_first_round: int,
    min_response: Fraction = MIN_RESPONSE,
) -> StudyStop:
    """Whether the study may stop after this round.

    n_returned, n_first_round : experts who returned this round and the first; below `min_response` of the latter the
    panel has dissolved. Errors: none.
    """
    if all(status is not StopStatus.CONTINUE for status in statuses):
        return StudyStop.ALL_SETTLED
    if round_number >= max_rounds:
        return StudyStop.LAST_ROUND
    if n_returned * min_response.denominator < min_response.numerator * n_first_round:
        return StudyStop.LOW_RESPONSE
    return StudyStop.GO_ON


def _kind_of_dissent(counts: Sequence[int], *, is_bipolar: bool) -> StopStatus:
    """Two camps; one third of the scale holding more than half (the lower, the middle or the upper); or neither."""
    if is_bipolar:
        return StopStatus.DISSENT_BIPOLAR
    size = max(1, len(counts) // 3)
    lower, upper = sum(counts[:size]), sum(counts[-size:])
    largest = max(lower, upper, sum(counts) - lower - upper)
    return StopStatus.DISSENT_PLURALITY if 2 * largest > sum(counts) else StopStatus.DISSENT_DISPERSED
