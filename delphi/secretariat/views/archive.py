"""Sealing an archive, and taking it home."""

from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.archive.bundling import bundle_row, make_bundle
from delphi.database import reading_session, transaction
from delphi.proofs import requires_recent
from delphi.secretariat import blueprint
from delphi.secretariat.pages.archive import archive_page
from delphi.secretariat.pages.study_head import study_head
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.archives import bundle_file
from surveys.services.archives import ensure_sealable, next_number, store_bundle
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>/archive")
@requires(Permission.OVERSEE)
def archive(study_id: int) -> Any:
    """Which archives there are."""
    return _show(study_id)


@blueprint.post("/studies/<int:study_id>/archive")
@requires(Permission.OVERSEE)
@requires_recent
def seal(study_id: int) -> Any:
    """Seal what is closed now, as a further archive."""
    now = clock.now()
    try:
        with transaction() as session:
            ensure_sealable(session, study_id=study_id)
            made = make_bundle(session, study_id=study_id, now=now)
            bundle = bundle_row(
                made,
                study_id=study_id,
                slug=study_head(session, study_id=study_id).slug,
                number=next_number(session, study_id=study_id),
                now=now,
            )
            store_bundle(session, actor=current_actor(), bundle=bundle, content=made.packed.content, now=now)
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), status=422)
    flash(gettext("The archive is sealed. Download it, and write its seal down where others can read it."))
    return redirect(url_for("secretariat.archive", study_id=study_id), 303)


@blueprint.get("/studies/<int:study_id>/archive/<int:number>.zip")
@requires(Permission.OVERSEE)
def archive_file(study_id: int, number: int) -> Response:
    """One sealed bundle, to the byte as it was sealed."""
    bundle, content = bundle_file(reading_session(), study_id=study_id, number=number)
    response = Response(content, mimetype="application/zip")
    response.headers.set("Content-Disposition", "attachment", filename=bundle.file_name)
    return response


def _show(study_id: int, *, problem: str = "", status: int = 200) -> Any:
    view = archive_page(reading_session(), study_id=study_id)
    return render_template("secretariat/archive.html", view=view, study=view.study, problem=problem), status
