"""Files to download: at once, or made in the background."""

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.exports import Wanted, What, make_file
from delphi.exports.background import file_of
from delphi.secretariat import blueprint
from delphi.secretariat.pages.exports import address_of, exports_page, wanted_from
from delphi.secretariat.pages.study_head import study_head
from delphi.security import current_actor, requires
from surveys.services.export_jobs import ask_for_file, own_job
from surveys.vocabulary import JobStatus, Permission

REMEMBERED = "exports"
REFRESH_SECONDS = 4


@blueprint.get("/studies/<int:study_id>/exports")
@requires(Permission.OVERSEE)
def exports(study_id: int) -> Any:
    """Which files there are, and how far those are that are being made."""
    view = exports_page(
        reading_session(),
        study_id=study_id,
        actor=current_actor(),
        remembered=session.get(REMEMBERED, {}),
        now=clock.now(),
    )
    response = current_app.make_response(render_template("secretariat/exports.html", view=view, study=view.study))
    if view.is_waiting:
        # Works without scripts: the browser asks again by itself.
        response.headers["Refresh"] = str(REFRESH_SECONDS)
    return response


@blueprint.post("/studies/<int:study_id>/exports")
@requires(Permission.OVERSEE)
def choose(study_id: int) -> Any:
    """Remember the choices; then on to the file, or into the background with it."""
    try:
        wanted = wanted_from(request.form)
    except ValueError:
        abort(404)
    chosen = {f"{wanted.what}.{name}": value for name, value in request.form.items() if name in CHOICES}
    session[REMEMBERED] = {**session.get(REMEMBERED, {}), **chosen}
    if request.form.get("when") != "later":
        return redirect(address_of(wanted, study_id=study_id), 303)
    with transaction() as opened:
        slug = study_head(opened, study_id=study_id).slug
        ask_for_file(
            opened,
            actor=current_actor(),
            study_id=study_id,
            wanted=wanted.as_json(),
            file_name=wanted.file_name(study=slug),
            now=clock.now(),
        )
    flash(gettext("The file is being made; you can leave this page meanwhile."))
    return redirect(url_for("secretariat.exports", study_id=study_id), 303)


CHOICES = ("format", "in_language", "chapters", "separator", "mark", "ratings")


KINDS_OF_FILE = ",".join(What)


@blueprint.get(f"/studies/<int:study_id>/exports/<any({KINDS_OF_FILE}):what>-<any('en-fr',en,fr):in_language>.<format>")
@requires(Permission.OVERSEE)
def download(study_id: int, what: str, in_language: str, format: str) -> Any:
    """One file, made now from what is frozen."""
    asked = {**request.args, "what": what, "in_language": in_language, "format": format}
    try:
        wanted = wanted_from(asked)
    except ValueError:
        abort(404)
    opened = reading_session()
    content = make_file(opened, study_id=study_id, wanted=wanted, now=clock.now())
    return _handed_over(content, wanted, name=wanted.file_name(study=study_head(opened, study_id=study_id).slug))


@blueprint.get("/studies/<int:study_id>/exports/made/<int:job_id>")
@requires(Permission.OVERSEE)
def finished_file(study_id: int, job_id: int) -> Any:
    """A file that was made in the background, for the person who asked for it."""
    job = own_job(reading_session(), actor=current_actor(), study_id=study_id, job_id=job_id, now=clock.now())
    path = file_of(current_app.config["DELPHI"], job_id=job.id)
    if job.status is not JobStatus.DONE or not path.is_file():
        abort(404)
    return _handed_over(path.read_bytes(), Wanted.from_json(job.wanted), name=job.file_name)


def _handed_over(content: bytes, wanted: Wanted, *, name: str) -> Response:
    response = Response(content, mimetype=wanted.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
