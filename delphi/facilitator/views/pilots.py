"""Trying things out in copies: the pilot of a planned round, the rehearsal of a whole study."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.trials import pilot_page, rehearsal_page
from delphi.i18n import LANGUAGE_NAMES, language
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.pilots import copies_of, pilot_round_of
from surveys.queries.rehearsals import unfinished_rehearsals
from surveys.services.pilot import ask_colleague, start_pilot, take_minutes
from surveys.services.rehearsal import start_rehearsal
from surveys.services.trial_copies import discard_copy
from surveys.vocabulary import Permission, StudyKind


@blueprint.get("/rounds/<int:round_id>/pilot")
@requires(Permission.FACILITATE)
def pilot(round_id: int) -> Any:
    """Who tries it out, how long it takes, what they noted."""
    return _show_pilot(round_id)


@blueprint.post("/rounds/<int:round_id>/pilot/<any(start,ask,minutes,discard):act>")
@requires(Permission.FACILITATE)
def pilot_act(round_id: int, act: str) -> Any:
    """Start the pilot, ask a colleague, take its minutes over, or end it."""
    actor, now = current_actor(), clock.now()
    try:
        with transaction() as session:
            running = pilot_round_of(session, round_id=round_id)
            match act:
                case "start":
                    start_pilot(session, actor=actor, round_id=round_id, now=now)
                    said = gettext("The pilot is open; your own link is on its way to you.")
                case "ask" if running is not None:
                    wished = request.form.get("language", "")
                    ask_colleague(
                        session,
                        actor=actor,
                        pilot_id=running.id,
                        name=request.form.get("name", ""),
                        email=request.form.get("email", ""),
                        language=wished if wished in LANGUAGE_NAMES else language(),
                        now=now,
                    )
                    said = gettext("The pilot link is on its way.")
                case "minutes":
                    minutes = take_minutes(session, actor=actor, round_id=round_id, now=now)
                    said = gettext("The invitation now says %(minutes)s minutes.", minutes=minutes)
                case "discard" if running is not None:
                    discard_copy(session, actor=actor, task_force_id=running.task_force_id, now=now)
                    said = gettext("The pilot was discarded.")
                case _:
                    said = gettext("There is no pilot any more.")
    except RuleViolation as violation:
        return _show_pilot(round_id, problem=violation_sentence(violation), status=422)
    flash(said)
    return redirect(url_for("facilitator.pilot", round_id=round_id), 303)


@blueprint.get("/task-forces/<int:task_force_id>/rehearsal")
@requires(Permission.FACILITATE)
def rehearsal(task_force_id: int) -> Any:
    """The rehearsal of a task force, played or to be played."""
    return _show_rehearsal(task_force_id)


@blueprint.post("/task-forces/<int:task_force_id>/rehearsal/<any(play,discard):act>")
@requires(Permission.FACILITATE)
def rehearsal_act(task_force_id: int, act: str) -> Any:
    """Have it played, in place of an earlier one, or discard it. One that is under way is not begun again."""
    actor, now = current_actor(), clock.now()
    try:
        with transaction() as session:
            copies = copies_of(session, task_force_id=task_force_id, kind=StudyKind.REHEARSAL)
            under_way = set(unfinished_rehearsals(session)) & {copy.id for copy in copies}
            if act == "discard" or not under_way:
                for copy in copies:
                    discard_copy(session, actor=actor, task_force_id=copy.id, now=now)
            if act == "play" and not under_way:
                start_rehearsal(session, actor=actor, task_force_id=task_force_id, now=now)
    except RuleViolation as violation:
        return _show_rehearsal(task_force_id, problem=violation_sentence(violation), status=422)
    flash(gettext("The rehearsal has begun.") if act == "play" else gettext("The rehearsal was discarded."))
    return redirect(url_for("facilitator.rehearsal", task_force_id=task_force_id), 303)


def _show_pilot(round_id: int, *, problem: str = "", status: int = 200) -> Any:
    typed = {"name": request.form.get("name", ""), "email": request.form.get("email", "")}
    typed["language"] = request.form.get("language", language())
    view = pilot_page(reading_session(), round_id=round_id, actor=current_actor(), typed=typed, problem=problem)
    return render_template("facilitator/pilot.html", view=view), status


def _show_rehearsal(task_force_id: int, *, problem: str = "", status: int = 200) -> Any:
    view = rehearsal_page(
        reading_session(), task_force_id=task_force_id, actor=current_actor(), now=clock.now(), problem=problem
    )
    return render_template("facilitator/rehearsal.html", view=view), status
