"""The panel's pages: people, import, bounces, single changes, the walk-in link with its QR code."""

import csv
import io
from typing import Any

import segno
from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlmodel import Session

from delphi import clock
from delphi.config import Settings
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.panel import panel_page, person_page, walk_in_link
from delphi.facilitator.pages.panel_import import import_page
from delphi.facilitator.pages.panel_matching import Matched, match, rows_of, without_lines
from delphi.facilitator.pages.panel_words import FIELDS, file_problem
from delphi.security import current_actor, current_subject, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.file_problems import FileProblem
from surveys.models import WalkIn
from surveys.rules.panel_columns import PanelField
from surveys.services.panel_changes import (
    correct_address,
    remove_panellist,
    renew_link,
    restore_panellist,
    revoke_link,
)
from surveys.services.panel_import import import_lines
from surveys.services.walk_in import close_walk_in, open_walk_in
from surveys.tabular_files import Row, read_loose_rows
from surveys.vocabulary import Permission

TEMPLATE_FIELDS = (
    PanelField.NAME,
    PanelField.EMAIL,
    PanelField.LANGUAGE,
    PanelField.COLLEGE,
    PanelField.REGION,
    PanelField.EXPERTISE,
    PanelField.INTEREST,
)


@blueprint.get("/task-forces/<int:task_force_id>/panel")
@requires(Permission.FACILITATE)
def panel(task_force_id: int) -> Any:
    """Who sits on the panel, its balance, and where people are added."""
    return _show_panel(task_force_id)


@blueprint.get("/task-forces/<int:task_force_id>/panel/template.csv")
@requires(Permission.FACILITATE)
def panel_template(task_force_id: int) -> Any:
    """A file with the headings that need no matching."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerow([str(FIELDS[field]) for field in TEMPLATE_FIELDS])
    headers = {"Content-Disposition": f"attachment; filename=panel-{task_force_id}.csv"}
    return Response(stream.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers=headers)


@blueprint.post("/task-forces/<int:task_force_id>/panel/import")
@requires(Permission.FACILITATE)
def panel_import(task_force_id: int) -> Any:
    """Read what was pasted or handed in; check it again with what was mended; store every good line."""
    study_id = current_subject().study_id or 0
    try:
        rows = _rows()
    except FileProblem as problem:
        return _show_panel(
            task_force_id, pasted=request.form.get("text", ""), problem=file_problem(problem), status=422
        )
    posted = request.form.to_dict()
    invites = posted.get("invites") == "yes" or "table" not in posted
    if posted.get("act") != "import":
        matched = match(reading_session(), task_force_id=task_force_id, study_id=study_id, rows=rows, posted=posted)
        return _show_import(reading_session(), task_force_id, matched, invites=invites)
    try:
        with transaction() as session:
            matched = match(session, task_force_id=task_force_id, study_id=study_id, rows=rows, posted=posted)
            n = import_lines(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                lines=matched.lines,
                invites=invites,
                now=clock.now(),
            )
    except RuleViolation as violation:
        words = violation_sentence(violation)
        return _show_import(reading_session(), task_force_id, matched, invites=invites, problem=words, status=422)
    said = ngettext("%(num)d person was added to the panel.", "%(num)d people were added to the panel.", n)
    done = frozenset(line.number for line in matched.lines if line.is_good or line.is_on_panel)
    if any(line.found and not line.is_on_panel for line in matched.lines):
        left = without_lines(matched, numbers=done | matched.left_out)
        again = match(reading_session(), task_force_id=task_force_id, study_id=study_id, rows=left, posted=posted)
        return _show_import(reading_session(), task_force_id, again, invites=invites, notice=said)
    flash(said)
    return redirect(url_for("facilitator.panel", task_force_id=task_force_id), 303)


@blueprint.get("/task-forces/<int:task_force_id>/panel/import")
@requires(Permission.FACILITATE)
def panel_import_again(task_force_id: int) -> Any:
    """Who reloads the preview's address comes back to where people are added."""
    return redirect(url_for("facilitator.panel", task_force_id=task_force_id, _anchor="add"), 303)


@blueprint.post("/task-forces/<int:task_force_id>/panel/<int:panellist_id>/address")
@requires(Permission.FACILITATE)
def panel_address(task_force_id: int, panellist_id: int) -> Any:
    """Correct an address that bounced, and send the mail again."""
    typed = request.form.get("email", "")
    try:
        with transaction() as session:
            correct_address(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                panellist_id=panellist_id,
                email=typed,
                now=clock.now(),
            )
    except RuleViolation as violation:
        words = violation_sentence(violation)
        return _show_panel(task_force_id, problem=words, faulty_id=panellist_id, typed=typed, status=422)
    flash(gettext("The mail goes out again."))
    return redirect(url_for("facilitator.panel", task_force_id=task_force_id), 303)


@blueprint.get("/task-forces/<int:task_force_id>/panel/<int:panellist_id>")
@requires(Permission.FACILITATE)
def panellist(task_force_id: int, panellist_id: int) -> Any:
    """One seat, and what can be done about it."""
    return _show_person(task_force_id, panellist_id)


@blueprint.post("/task-forces/<int:task_force_id>/panel/<int:panellist_id>/<any(remove,restore,renew,revoke):act>")
@requires(Permission.FACILITATE)
def panellist_act(task_force_id: int, panellist_id: int, act: str) -> Any:
    """Take somebody out or in again, replace their link or make it open nothing."""
    whom: Any = {"task_force_id": task_force_id, "panellist_id": panellist_id, "now": clock.now()}
    typed = request.form.get("reason", "")
    try:
        with transaction() as session:
            match act:
                case "remove":
                    remove_panellist(session, actor=current_actor(), reason=typed, **whom)
                    said = gettext("Taken out of the panel. What was answered stays as it was counted.")
                case "restore":
                    restore_panellist(session, actor=current_actor(), **whom)
                    said = gettext("In the panel again.")
                case "renew":
                    renew_link(session, actor=current_actor(), **whom)
                    said = gettext("A new link is on its way; the old one opens nothing any more.")
                case _:
                    revoke_link(session, actor=current_actor(), **whom)
                    said = gettext("The link opens nothing any more, and every device is signed out.")
    except RuleViolation as violation:
        words = violation_sentence(violation)
        return _show_person(task_force_id, panellist_id, problem=words, typed=typed, status=422)
    flash(said)
    return redirect(url_for("facilitator.panellist", task_force_id=task_force_id, panellist_id=panellist_id), 303)


@blueprint.post("/task-forces/<int:task_force_id>/panel/walk-in")
@requires(Permission.FACILITATE)
def walk_in(task_force_id: int) -> Any:
    """Switch registration by link on or off, change its places, or make a new link."""
    act, seats = request.form.get("act", ""), request.form.get("seats", "")
    try:
        with transaction() as session:
            if act == "close":
                close_walk_in(session, actor=current_actor(), task_force_id=task_force_id, now=clock.now())
            else:
                open_walk_in(
                    session,
                    actor=current_actor(),
                    task_force_id=task_force_id,
                    seats=int(seats) if seats.isdecimal() and len(seats) < 6 else 0,
                    renews=act == "renew",
                    secret_key=_settings().secret_key,
                    now=clock.now(),
                )
    except RuleViolation as violation:
        return _show_panel(task_force_id, problem=violation_sentence(violation), status=422)
    flash(gettext("Registration is closed.") if act == "close" else gettext("Registration by the link is open."))
    return redirect(url_for("facilitator.panel", task_force_id=task_force_id, _anchor="walk-in"), 303)


@blueprint.get("/task-forces/<int:task_force_id>/panel/walk-in.svg")
@requires(Permission.FACILITATE)
def walk_in_code(task_force_id: int) -> Any:
    """The QR code of the walk-in link, drawn here: no other site is asked."""
    found = reading_session().get(WalkIn, task_force_id)
    if found is None or not found.is_open:
        abort(404)
    settings = _settings()
    link = walk_in_link(walk_in=found, base_url=settings.base_url, secret_key=settings.secret_key)
    stream = io.BytesIO()
    segno.make(link, error="m", micro=False).save(stream, kind="svg", scale=6, border=4, dark="#000", light="#fff")
    return Response(stream.getvalue(), mimetype="image/svg+xml")


def _rows() -> tuple[Row, ...]:
    if "table" in request.form:
        return rows_of(request.form["table"])
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return read_loose_rows(upload.read(), name=gettext("the file"))
    return read_loose_rows(request.form.get("text", "").encode(), name=gettext("the text"))


def _settings() -> Settings:
    found: Settings = current_app.config["DELPHI"]
    return found


def _show_panel(task_force_id: int, *, status: int = 200, **about: Any) -> Any:
    settings = _settings()
    view = panel_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        base_url=settings.base_url,
        secret_key=settings.secret_key,
        state=request.args.get("state", ""),
        **about,
    )
    return render_template("facilitator/panel.html", view=view), status


def _show_import(
    session: Session,
    task_force_id: int,
    matched: Matched,
    *,
    invites: bool,
    problem: str = "",
    notice: str = "",
    status: int = 200,
) -> Any:
    view = import_page(
        session,
        task_force_id=task_force_id,
        actor=current_actor(),
        matched=matched,
        invites=invites,
        problem=problem,
        notice=notice,
    )
    return render_template("facilitator/panel_import.html", view=view), status


def _show_person(task_force_id: int, panellist_id: int, *, status: int = 200, **about: Any) -> Any:
    view = person_page(
        reading_session(), task_force_id=task_force_id, panellist_id=panellist_id, actor=current_actor(), **about
    )
    if view is None:
        abort(404)
    return render_template("facilitator/panellist.html", view=view), status
