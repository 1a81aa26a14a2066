"""One expert at work on one round: who, on what, when, and where to go instead if the round takes no answers."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from delphi import clock
from delphi.database import reading_session
from delphi.security import current_actor, current_subject
from surveys.localized import LANGUAGES
from surveys.queries.asked_round import AskedRound, Membership, round_and_seat, time_zone_of_round
from surveys.vocabulary import RoundKind, RoundStatus


@dataclass(frozen=True, slots=True)
class Sitting:
    asked: AskedRound
    seat: Membership
    now: datetime
    saved_at: datetime | None = None
    """When this expert last saved an answer to the round, before this request."""

    @property
    def takes_answers(self) -> bool:
        return self.asked.takes_answers(now=self.now)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend on a page: where it is, and the sentence that says what."""

    anchor: str
    sentence: str


def sit_down(round_id: int) -> Sitting:
    """The signed-in expert before this round; the guard has checked that they belong there."""
    asked, seat, saved_at = round_and_seat(reading_session(), round_id=round_id, person_id=current_actor().person_id)
    return Sitting(asked=asked, seat=seat, now=clock.now(), saved_at=saved_at)


def detour(sitting: Sitting, *, kind: RoundKind) -> Response | None:
    """Where to go instead of a form of `kind`; None where the form can be shown."""
    asked = sitting.asked
    if asked.status is RoundStatus.PLANNED:
        return redirect(url_for("expert.panel", task_force_id=asked.panel.task_force_id), 303)
    if sitting.seat.consented_at is None:
        return redirect(url_for("expert.welcome", task_force_id=asked.panel.task_force_id), 303)
    if not sitting.takes_answers:
        return redirect(url_for("expert.answers", round_id=asked.id), 303)
    if asked.kind is not kind:
        return redirect(url_for("expert.resume", round_id=asked.id), 303)
    return None


def after_saving(round_id: int, *, following: str) -> Response:
    """Where the pressed button (`then`) leads once the page is saved; `following` is the next page of the form."""
    then = request.form.get("then", "next")
    if then == "check":
        return redirect(url_for("expert.check", round_id=round_id), 303)
    if then == "ideas":
        return redirect(url_for("expert.idea_fates", task_force_id=current_subject().task_force_id), 303)
    if then == "leave":
        return redirect(url_for("expert.home", all=1), 303)
    language = then.removeprefix("language-")
    if language in LANGUAGES:
        return redirect(url_for(request.endpoint or "", **(request.view_args or {}), language=language), 303)
    return redirect(following, 303)


def time_of_day(moment: datetime | None, *, time_zone: str) -> str:
    """ "14:32", in the study's time zone and in every language alike; empty for None."""
    if moment is None:
        return ""
    return f"{moment.astimezone(ZoneInfo(time_zone)):%H:%M}"


def clock_of_round(round_id: int, moment: datetime) -> str:
    """`time_of_day` in the zone of the round's study."""
    return time_of_day(moment, time_zone=time_zone_of_round(reading_session(), round_id=round_id))
