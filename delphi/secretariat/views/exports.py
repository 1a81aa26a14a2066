"""Files to download."""

from typing import Any

from flask import Response, abort, render_template

from delphi.database import reading_session
from delphi.exports import FORMATS, MEDIA_TYPES, export_activities, export_data, export_ratings, file_name
from delphi.secretariat import blueprint
from delphi.secretariat.pages.exports import exports_page
from delphi.secretariat.pages.study_head import study_head
from delphi.security import requires
from surveys.localized import LANGUAGES
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>/exports")
@requires(Permission.OVERSEE)
def exports(study_id: int) -> Any:
    """Which files there are."""
    view = exports_page(reading_session(), study_id=study_id)
    return render_template("secretariat/exports.html", view=view, study=view.study)


@blueprint.get("/studies/<int:study_id>/exports/<any(activities, data, ratings):what>-<in_language>.<format>")
@requires(Permission.OVERSEE)
def download(study_id: int, what: str, in_language: str, format: str) -> Any:
    """One file, made now from what is frozen."""
    if in_language not in LANGUAGES or format not in (FORMATS if what != "ratings" else ("csv",)):
        abort(404)
    session = reading_session()
    match what:
        case "activities":
            content = export_activities(session, study_id=study_id, format=format, language=in_language)
        case "data":
            content = export_data(session, study_id=study_id, format=format, language=in_language)
        case _:
            content = export_ratings(session, study_id=study_id, language=in_language)
    slug = study_head(session, study_id=study_id).slug
    response = Response(content, mimetype=MEDIA_TYPES[format])
    name = file_name(what, study=slug, format=format, language=in_language)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
