"""The methods report: overview, checklists, writing what only a person can say, files."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.documents.writing import written
from delphi.exports.language import speaking
from delphi.methods.filled import item_of, methods_contents
from delphi.methods.report import methods_document
from delphi.secretariat import blueprint
from delphi.secretariat.pages.methods import FLOWS, FORMATS, checklist_page, item_page, methods_page, typed_text
from delphi.secretariat.pages.study_head import study_head
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LANGUAGES, LocalizedText
from surveys.queries.methods import methods_record
from surveys.services.report_entries import write_entry
from surveys.vocabulary import Guideline, Permission, ViolationCode

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GUIDELINE = "<any(delphistar, accord, credes):guideline>"


@blueprint.get("/studies/<int:study_id>/methods")
@requires(Permission.OVERSEE)
def methods(study_id: int) -> Any:
    """How far the report is, and its two flows."""
    view = methods_page(reading_session(), study_id=study_id)
    return render_template("secretariat/methods.html", view=view, study=view.study)


@blueprint.get(f"/studies/<int:study_id>/methods/{GUIDELINE}")
@requires(Permission.OVERSEE)
def checklist(study_id: int, guideline: str) -> Any:
    """One checklist with what the record says and what was written."""
    view = checklist_page(reading_session(), study_id=study_id, guideline=Guideline(guideline))
    return render_template("secretariat/checklist.html", view=view, study=view.study)


@blueprint.get(f"/studies/<int:study_id>/methods/{GUIDELINE}/<item>")
@requires(Permission.OVERSEE)
def report_item(study_id: int, guideline: str, item: str) -> Any:
    """One item: what the record says, a field for the rest, every earlier version."""
    return _item(study_id, Guideline(guideline), item)


@blueprint.post(f"/studies/<int:study_id>/methods/{GUIDELINE}/<item>")
@requires(Permission.OVERSEE)
def write_item(study_id: int, guideline: str, item: str) -> Any:
    """Store a further version of what is said on an item."""
    chosen = Guideline(guideline)
    _known(chosen, item)
    typed = typed_text(request.form, languages=study_head(reading_session(), study_id=study_id).languages)
    base = request.form.get("version", "")
    try:
        with transaction() as session:
            write_entry(
                session,
                actor=current_actor(),
                study_id=study_id,
                guideline=chosen,
                item=item,
                text=typed,
                base_version=int(base) if base.isascii() and base.isdecimal() and len(base) < 7 else -1,
                now=clock.now(),
            )
    except RuleViolation as violation:
        status = 409 if violation.code is ViolationCode.EDITED_MEANWHILE else 422
        return _item(study_id, chosen, item, typed=typed, problem=violation_sentence(violation), status=status)
    flash(gettext("Stored. Earlier versions are kept below."))
    return redirect(url_for("secretariat.report_item", study_id=study_id, guideline=guideline, item=item), 303)


@blueprint.get("/studies/<int:study_id>/methods/report-<in_language>.<format>")
@requires(Permission.OVERSEE)
def methods_report(study_id: int, in_language: str, format: str) -> Response:
    """The report as a file, made now."""
    if in_language not in LANGUAGES or format not in FORMATS:
        abort(404)
    session, now = reading_session(), clock.now()
    contents = methods_contents(session, study_id=study_id)
    document = methods_document(contents, in_language_of=in_language, made_at=now)
    content = written(document, format=format, made_at=now)
    response = Response(content, mimetype="application/pdf" if format == "pdf" else WORD)
    name = f"{contents.record.slug}-methods-{in_language}.{format}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@blueprint.get("/studies/<int:study_id>/methods/<any(participants, statements):which>-<in_language>.svg")
@requires(Permission.OVERSEE)
def methods_flow(study_id: int, which: str, in_language: str) -> Response:
    """One of the two flow diagrams."""
    if in_language not in LANGUAGES:
        abort(404)
    record = methods_record(reading_session(), study_id=study_id)
    with speaking(in_language):
        return Response(FLOWS[which](record).svg, mimetype="image/svg+xml")


def _known(guideline: Guideline, item: str) -> None:
    try:
        item_of(guideline, item)
    except RuleViolation:
        raise NotFound from None


def _item(
    study_id: int,
    guideline: Guideline,
    item: str,
    *,
    typed: LocalizedText | None = None,
    problem: str = "",
    status: int = 200,
) -> Any:
    _known(guideline, item)
    view = item_page(reading_session(), study_id=study_id, guideline=guideline, number=item)
    page = render_template(
        "secretariat/report_item.html",
        view=view,
        study=view.study,
        typed=view.stored if typed is None else typed,
        problem=problem,
    )
    return page, status
