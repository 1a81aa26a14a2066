"""What a task force waits for, and whether the facilitator is the one to act."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from surveys.vocabulary import RoundKind, RoundStatus


class NextAct(StrEnum):
    """The next step of a task force, in the order of a study."""

    PLAN_IDEAS = "plan_ideas"
    OPEN_ROUND = "open_round"
    WAIT = "wait"
    CLOSE_ROUND = "close_round"
    SYNTHESISE = "synthesise"
    BUILD_ROUND = "build_round"
    REVIEW_COMMENTS = "review_comments"
    READ_ANSWERS = "read_answers"
    PUBLISH = "publish"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a task force has come. Figures of results are not among it, only how much work is left."""

    number: int = 0
    kind: RoundKind | None = None
    status: RoundStatus | None = None
    """Number, kind and status of the latest round; None before the first."""
    deadline_at: datetime | None = None
    n_asked: int = 0
    n_finished: int = 0
    n_ideas: int = 0
    n_ideas_waiting: int = 0
    n_statements: int = 0
    n_comments_waiting: int = 0
    n_answers_unread: int = 0
    """Written answers to further questions of closed rounds."""
    n_to_ask: int = 0
    """Statements the rule would ask in a further round."""
    max_rounds: int = 3
    is_published: bool = False
    """Outcomes were published since the latest round closed."""


def next_act(standing: Standing, *, now: datetime) -> NextAct:
    """The one thing to do next."""
    match standing.status:
        case None:
            return NextAct.PLAN_IDEAS
        case RoundStatus.PLANNED:
            return NextAct.OPEN_ROUND
        case RoundStatus.OPEN:
            is_over = standing.deadline_at is not None and standing.deadline_at <= now
            everybody = standing.n_asked > 0 and standing.n_finished >= standing.n_asked
            return NextAct.CLOSE_ROUND if is_over or everybody else NextAct.WAIT
        case _:
            return _after_closing(standing)


def _after_closing(standing: Standing) -> NextAct:
    if standing.is_published:
        return NextAct.DONE
    if standing.n_ideas_waiting:
        return NextAct.SYNTHESISE
    if standing.n_comments_waiting and standing.kind is RoundKind.RATING:
        return NextAct.REVIEW_COMMENTS
    if standing.n_answers_unread:
        return NextAct.READ_ANSWERS
    if standing.kind is RoundKind.IDEAS:
        return NextAct.BUILD_ROUND
    more = standing.n_to_ask > 0 and standing.number < standing.max_rounds
    return NextAct.BUILD_ROUND if more else NextAct.PUBLISH


def is_due(act: NextAct) -> bool:
    """Whether the act waits for the facilitator (and not for experts, or for nobody)."""
    return act not in (NextAct.WAIT, NextAct.DONE)
