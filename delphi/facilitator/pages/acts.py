"""The next act of a task force in words, with the page on which it is done."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from flask_babel import gettext, ngettext

from delphi.i18n import moment
from surveys.queries.task_forces import TaskForceState
from surveys.rules.next_act import NextAct, is_due, next_act
from surveys.vocabulary import RoundStatus

PAGES_OF_ROUND = {
    NextAct.OPEN_ROUND: "facilitator.opening",
    NextAct.WAIT: "facilitator.monitor",
    NextAct.CLOSE_ROUND: "facilitator.closing",
    NextAct.REVIEW_COMMENTS: "facilitator.comments",
}
PAGES_OF_TASK_FORCE = {
    NextAct.SYNTHESISE: "facilitator.synthesis",
    NextAct.BUILD_ROUND: "facilitator.next_round",
    NextAct.PUBLISH: "facilitator.publishing",
    NextAct.DONE: "facilitator.outcome",
}


@dataclass(frozen=True, slots=True)
class Act:
    """What to do next: a link, why, and whether it waits for the facilitator."""

    name: NextAct
    label: str
    reason: str
    address: str
    is_due: bool


def act_of(state: TaskForceState, *, now: datetime) -> Act:
    """The next act of a task force."""
    name = next_act(state.standing, now=now)
    return Act(
        name=name,
        label=_label(name, state),
        reason=_reason(name, state),
        address=_address(name, state),
        is_due=is_due(name),
    )


def state_sentence(state: TaskForceState) -> str:
    """Where the task force stands, without a figure of any result."""
    standing = state.standing
    match standing.status:
        case None:
            return gettext("No round yet.")
        case RoundStatus.PLANNED:
            return gettext("Round %(number)s is planned.", number=standing.number)
        case RoundStatus.OPEN:
            return gettext(
                "Round %(number)s is open: %(finished)s of %(asked)s have finished.",
                number=standing.number,
                finished=standing.n_finished,
                asked=standing.n_asked,
            )
        case _:
            return gettext("Round %(number)s is closed.", number=standing.number)


def _label(name: NextAct, state: TaskForceState) -> str:
    number = state.standing.number
    labels = {
        NextAct.PLAN_IDEAS: lambda: gettext("Plan round 1 with open questions"),
        NextAct.OPEN_ROUND: lambda: gettext("Open round %(number)s", number=number),
        NextAct.WAIT: lambda: gettext("Follow round %(number)s", number=number),
        NextAct.CLOSE_ROUND: lambda: gettext("Close round %(number)s", number=number),
        NextAct.SYNTHESISE: lambda: ngettext(
            "Place %(num)d idea", "Place %(num)d ideas", state.standing.n_ideas_waiting
        ),
        NextAct.BUILD_ROUND: lambda: gettext("Build round %(number)s", number=number + 1),
        NextAct.REVIEW_COMMENTS: lambda: ngettext(
            "Review %(num)d comment", "Review %(num)d comments", state.standing.n_comments_waiting
        ),
        NextAct.READ_ANSWERS: lambda: ngettext(
            "Read %(num)d written answer over", "Read %(num)d written answers over", state.standing.n_answers_unread
        ),
        NextAct.PUBLISH: lambda: gettext("Publish the outcomes"),
        NextAct.DONE: lambda: gettext("See the outcomes"),
    }
    return str(labels[name]())


def _reason(name: NextAct, state: TaskForceState) -> str:
    standing = state.standing
    match name:
        case NextAct.CLOSE_ROUND if standing.deadline_at is not None and standing.n_finished < standing.n_asked:
            return gettext("It was to close on %(at)s.", at=moment(standing.deadline_at, state.time_zone))
        case NextAct.CLOSE_ROUND:
            return gettext("Everybody has finished.")
        case NextAct.WAIT if standing.deadline_at is not None:
            return gettext("It closes on %(at)s.", at=moment(standing.deadline_at, state.time_zone))
        case NextAct.BUILD_ROUND | NextAct.OPEN_ROUND if standing.n_to_ask:
            return ngettext(
                "%(num)d statement is not settled yet.", "%(num)d statements are not settled yet.", standing.n_to_ask
            )
        case NextAct.PUBLISH if standing.n_to_ask:
            return gettext("The last round of the protocol is closed.")
        case NextAct.PUBLISH:
            return gettext("Every statement is settled.")
        case _:
            return ""


def _address(name: NextAct, state: TaskForceState) -> str:
    if name is NextAct.READ_ANSWERS and state.unread_round_id is not None:
        return url_for("facilitator.written_answers", round_id=state.unread_round_id)
    if name in PAGES_OF_ROUND:
        return url_for(PAGES_OF_ROUND[name], round_id=state.round_id)
    return url_for(PAGES_OF_TASK_FORCE.get(name, "facilitator.task_force"), task_force_id=state.id)
