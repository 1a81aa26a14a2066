"""Setting up studies: a new one in two steps, the file to fill in, a copy, the dates of the rounds."""

from collections.abc import Mapping
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.exports.writers import as_xlsx
from delphi.facilitator import blueprint
from delphi.facilitator.pages.copies import copy_page, copy_problems, dates_page, first_copy_values
from delphi.facilitator.pages.dates import DatesForm, dates_form, typed_dates
from delphi.facilitator.pages.new_study import (
    first_values,
    form_problems,
    new_study_page,
    start_page,
    today_in,
    wanted_study,
)
from delphi.facilitator.pages.setup_sources import FILE, gather, lines_of_file
from delphi.facilitator.pages.study_file import study_file_lines, study_file_table
from delphi.security import current_actor, requires
from delphi.sentences.setup import file_sentence
from surveys.file_problems import FileProblem
from surveys.localized import LANGUAGES, LocalizedText
from surveys.services.date_plan import dates_of_study, plan_dates
from surveys.services.freezing import protocol_of
from surveys.services.study_setup import copy_study, create_study
from surveys.vocabulary import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/studies/new")
@requires(Permission.CREATE_STUDY)
def new_study() -> Any:
    """First step: template and source of the objectives."""
    return render_template("facilitator/new_study.html", view=start_page(reading_session(), actor=current_actor()))


@blueprint.post("/studies/new")
@requires(Permission.CREATE_STUDY)
def choose_source() -> Any:
    """Take the choices on to the second step; a file is read here and carried along in the page."""
    template, source = request.form.get("template", ""), request.form.get("source", "")
    if source != FILE:
        return redirect(url_for("facilitator.new_study_form", template=template, source=source), 303)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise FileProblem("empty", file="file")
        document = lines_of_file(upload.read(), name=upload.filename)
    except FileProblem as problem:
        view = start_page(
            reading_session(), actor=current_actor(), template=template, source=source, problem=file_sentence(problem)
        )
        return render_template("facilitator/new_study.html", view=view), 422
    return _first_form(template=template, source=FILE, document=document)


@blueprint.get("/studies/new/panels")
@requires(Permission.CREATE_STUDY)
def new_study_form() -> Any:
    """Second step: objectives to tick, names, languages, dates."""
    return _first_form(template=request.args.get("template", ""), source=request.args.get("source", ""))


@blueprint.post("/studies/new/panels")
@requires(Permission.CREATE_STUDY)
def make_study() -> Any:
    """Check the second step, or make the study with all its task forces."""
    form, now, actor = request.form, clock.now(), current_actor()
    gathered = gather(
        reading_session(),
        actor=actor,
        template=form.get("template", ""),
        source=form.get("source", ""),
        document=form.get("document", ""),
    )
    ticked, languages = form.getlist("objectives"), form.getlist("languages")
    today = today_in(form.get("time_zone", ""), now)
    problems = form_problems(gathered, values=form, ticked=ticked, languages=languages)
    dates = dates_form(typed_dates(form, n_rounds=gathered.template.settings.max_rounds), today=today)
    if form.get("press") != "create" or problems or not _dates_accepted(dates, form):
        view = new_study_page(gathered, values=form, ticked=ticked, languages=languages, today=today, problems=problems)
        is_check = form.get("press") == "check"
        return render_template("facilitator/new_study_form.html", view=view), 200 if is_check else 422
    wanted = wanted_study(gathered, values=form, ticked=ticked, languages=languages)
    with transaction() as session:
        study = create_study(session, wanted=wanted, actor=actor, now=now, source_study_id=gathered.study_id)
    n = len(wanted.objectives)
    flash(ngettext("The study is made, with %(num)d task force.", "The study is made, with %(num)d task forces.", n))
    return redirect(url_for("facilitator.protocol", study_id=study.id), 303)


@blueprint.get("/studies/new/file.<any(csv, xlsx):suffix>")
@requires(Permission.CREATE_STUDY)
def study_file(suffix: str) -> Any:
    """The spreadsheet to fill in, with two example objectives."""
    if suffix == "csv":
        return _download(study_file_lines(), name="study.csv", kind="text/csv; charset=utf-8")
    return _download(as_xlsx([study_file_table()]), name="study.xlsx", kind=XLSX)


@blueprint.get("/studies/<int:study_id>/copy")
@requires(Permission.SEE_STUDY)
def copy_of_study(study_id: int) -> Any:
    """What a copy takes along, and its name."""
    session = reading_session()
    values = first_copy_values(session, study_id=study_id, now=clock.now())
    view = copy_page(session, study_id=study_id, actor=current_actor(), values=values, now=clock.now())
    return render_template("facilitator/copy.html", view=view)


@blueprint.post("/studies/<int:study_id>/copy")
@requires(Permission.SEE_STUDY)
def make_copy(study_id: int) -> Any:
    """Make a new study like this one, with or without its people."""
    form, now, actor = request.form, clock.now(), current_actor()
    ticked = form.getlist("objectives")
    session = reading_session()
    view = copy_page(session, study_id=study_id, actor=actor, values=form, now=now, ticked=ticked)
    with_people = form.get("people") == "with"
    if with_people and not view.place.may_set_up:
        abort(403)
    problems = copy_problems(view, values=form, ticked=ticked)
    if problems or not _dates_accepted(view.dates, form):
        shown = copy_page(
            session, study_id=study_id, actor=actor, values=form, now=now, ticked=ticked, problems=problems
        )
        return render_template("facilitator/copy.html", view=shown), 422
    with transaction() as writing:
        study = copy_study(
            writing,
            source_id=study_id,
            name=_name(form),
            objectives=ticked,
            with_people=with_people,
            dates=view.dates.rounds,
            actor=actor,
            now=now,
        )
    flash(gettext("The copy is made. Its protocol is a draft until you lock it."))
    return redirect(url_for("facilitator.protocol", study_id=study.id), 303)


@blueprint.get("/studies/<int:study_id>/dates")
@requires(Permission.SET_UP_STUDY)
def study_dates(study_id: int) -> Any:
    """When the rounds are meant to open and close."""
    session = reading_session()
    n_rounds = protocol_of(session, study_id=study_id).max_rounds
    dates = dates_of_study(session, study_id=study_id, n_rounds=n_rounds)
    view = dates_page(session, study_id=study_id, actor=current_actor(), dates=dates, now=clock.now())
    return render_template("facilitator/dates.html", view=view)


@blueprint.post("/studies/<int:study_id>/dates")
@requires(Permission.SET_UP_STUDY)
def save_dates(study_id: int) -> Any:
    """Store the dates; what is only unwise is shown once before."""
    session = reading_session()
    dates = typed_dates(request.form, n_rounds=protocol_of(session, study_id=study_id).max_rounds)
    view = dates_page(session, study_id=study_id, actor=current_actor(), dates=dates, now=clock.now())
    if not _dates_accepted(view.dates, request.form):
        return render_template("facilitator/dates.html", view=view), 422
    with transaction() as writing:
        plan_dates(writing, study_id=study_id, rounds=dates, actor=current_actor(), now=clock.now())
    flash(gettext("The dates are saved. Opening a round proposes its closing time."))
    return redirect(url_for("facilitator.study_dates", study_id=study_id), 303)


def _first_form(*, template: str, source: str, document: str = "") -> Any:
    session, today = reading_session(), today_in("Europe/Paris", clock.now())
    gathered = gather(session, actor=current_actor(), template=template, source=source, document=document)
    view = new_study_page(
        gathered,
        values=first_values(gathered, today=today),
        ticked=gathered.panels,
        languages=gathered.framework.languages,
        today=today,
    )
    return render_template("facilitator/new_study_form.html", view=view)


def _dates_accepted(dates: DatesForm, form: Mapping[str, str]) -> bool:
    """Nothing is wrong, and what is unwise was on the page that was sent."""
    return not dates.is_blocked and (not dates.warns or form.get("seen") == dates.seen)


def _name(form: Mapping[str, str]) -> LocalizedText:
    return LocalizedText({code: form.get(f"name-{code}", "").strip() for code in LANGUAGES})


def _download(content: bytes, *, name: str, kind: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
