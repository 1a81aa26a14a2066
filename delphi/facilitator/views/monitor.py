"""Following an open round, and reminding those who have not finished."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.exports.tables import Column, table_of
from delphi.exports.writers import as_csv
from delphi.facilitator import blueprint
from delphi.facilitator.pages.monitor import monitor_page, open_round_of, reminding_page
from delphi.facilitator.pages.panel_words import STATES
from delphi.i18n import LANGUAGE_NAMES
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.queries.panel_people import PanelPerson, SeatState, people_of_panel
from surveys.services.chasing import queue_reminders
from surveys.services.late_languages import open_language
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/monitor")
@requires(Permission.FACILITATE)
def monitor(round_id: int) -> Any:
    """Funnel, time line, colleges and forecast of an open round."""
    view = monitor_page(reading_session(), round_id=round_id, actor=current_actor(), now=clock.now())
    return render_template("facilitator/monitor.html", view=view)


@blueprint.post("/rounds/<int:round_id>/languages")
@requires(Permission.FACILITATE)
def open_in(round_id: int) -> Any:
    """Mail those whose language was not ready at the launch."""
    wanted = request.form.get("language", "")
    try:
        with transaction() as session:
            n = open_language(session, actor=current_actor(), round_id=round_id, language=wanted, now=clock.now())
    except RuleViolation as violation:
        words = violation_sentence(violation)
        view = monitor_page(reading_session(), round_id=round_id, actor=current_actor(), now=clock.now(), problem=words)
        return render_template("facilitator/monitor.html", view=view), 422
    flash(ngettext("%(num)d mail is on its way.", "%(num)d mails are on their way.", n))
    return redirect(url_for("facilitator.monitor", round_id=round_id), 303)


@blueprint.get("/rounds/<int:round_id>/reminders")
@requires(Permission.FACILITATE)
def reminding(round_id: int) -> Any:
    """The reminder in every language, as it will be read, before it is sent."""
    return _show(round_id, notes=_notes(request.args))


@blueprint.post("/rounds/<int:round_id>/reminders")
@requires(Permission.FACILITATE)
def remind(round_id: int) -> Any:
    """Queue reminders to those who have not finished."""
    notes = _notes(request.form)
    if request.form.get("act") == "look":
        return _show(round_id, notes=notes)
    try:
        with transaction() as session:
            n = queue_reminders(
                session, actor=current_actor(), round_id=round_id, now=clock.now(), note=LocalizedText(notes)
            )
    except RuleViolation as violation:
        return _show(round_id, notes=notes, problem=violation_sentence(violation), status=422)
    flash(ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", n))
    return redirect(url_for("facilitator.monitor", round_id=round_id), 303)


@blueprint.get("/rounds/<int:round_id>/call-list.csv")
@requires(Permission.FACILITATE)
def call_list(round_id: int) -> Any:
    """Who has not finished, to be called: name, address, how far they came. No language, no answer."""
    round_ = open_round_of(reading_session(), round_id=round_id)
    people = people_of_panel(reading_session(), task_force_id=round_.task_force_id)
    columns = [
        Column[PanelPerson]("name", gettext("Name"), lambda one: one.name),
        Column[PanelPerson]("email", gettext("Address"), lambda one: one.email),
        Column[PanelPerson]("state", gettext("State"), lambda one: str(STATES[one.state])),
        Column[PanelPerson]("called", gettext("Called on"), lambda one: ""),
    ]
    left = [one for one in people if one.is_in_panel and one.state is not SeatState.ANSWERED]
    stream = as_csv(table_of("call_list", gettext("Call list"), columns, left))
    headers = {"Content-Disposition": f"attachment; filename=call-list-{round_id}.csv"}
    return Response(stream, mimetype="text/csv", headers=headers)


def _notes(values: Any) -> dict[str, str]:
    return {code: values.get(f"note-{code}", "").strip() for code in LANGUAGE_NAMES}


def _show(round_id: int, *, notes: dict[str, str], problem: str = "", status: int = 200) -> Any:
    view = reminding_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        settings=current_app.config["DELPHI"],
        notes=notes,
        now=clock.now(),
        problem=problem,
    )
    return render_template("facilitator/reminding.html", view=view), status
