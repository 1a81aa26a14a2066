"""Whether answers fit the questionnaire they are sent to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from surveys.errors import RuleViolation
from surveys.vocabulary import RatingState, RoundStatus, Stance, StatementKind, ViolationCode


@dataclass(frozen=True, slots=True)
class RatingAnswer:
    """One criterion of one statement. `state=None` takes an earlier answer back: the field is blank again."""

    statement_id: int
    criterion_id: int
    state: RatingState | None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class CommentAnswer:
    """A comment on one statement; an empty text takes it back. None: as it is stored."""

    statement_id: int
    text: str | None
    stance: Stance | None = Stance.NEUTRAL


@dataclass(frozen=True, slots=True)
class IdeaAnswer:
    """One idea typed in one field (`slot`); an empty text takes it back, None leaves it as it is stored.

    `parent_slot` names the idea it hangs on; with `keeps_parent` it stays where it hangs.
    """

    slot: str
    kind: StatementKind
    text: str | None
    parent_slot: str | None = None
    keeps_parent: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One cell of a questionnaire: what may be answered there."""

    statement_code: str
    lower: int
    upper: int


def ensure_answerable(
    *, status: RoundStatus, deadline_at: datetime | None, grace_minutes: int, closed_at: datetime | None, now: datetime
) -> None:
    """Refuse answers outside the open round: before opening, from the deadline (plus grace) on, after closing."""
    if status is RoundStatus.PLANNED:
        raise RuleViolation(ViolationCode.ROUND_NOT_OPEN)
    if status is RoundStatus.CLOSED:
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=closed_at)
    if deadline_at is not None and now >= deadline_at + timedelta(minutes=grace_minutes):
        raise RuleViolation(ViolationCode.ROUND_CLOSED, closed_at=deadline_at)


def ensure_on_questionnaire(answers: Sequence[RatingAnswer], *, asked: Mapping[tuple[int, int], Asked]) -> None:
    """Refuse answers to what was not asked (`unknown_statement`) and values off the scale (`value_off_scale`)."""
    for answer in answers:
        cell, value = asked.get((answer.statement_id, answer.criterion_id)), answer.value
        if cell is None:
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=answer.statement_id)
        if value is None:
            is_fine = answer.state is not RatingState.RATED
        else:
            is_fine = cell.lower <= value <= cell.upper and answer.state is RatingState.RATED
        if not is_fine:
            raise RuleViolation(
                ViolationCode.VALUE_OFF_SCALE,
                statement=cell.statement_code,
                value=value,
                lower=cell.lower,
                upper=cell.upper,
            )
