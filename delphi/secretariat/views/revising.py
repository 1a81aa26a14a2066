"""Revising objectives: propose a text, approve it, make a new version of the framework, hand out the redline."""

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.exports.redline import redline_file
from delphi.exports.wanted import MEDIA_TYPES
from delphi.secretariat import blueprint
from delphi.secretariat.pages.revising import Typed, framework_page, objectives_page, revising_page
from delphi.secretariat.pages.study_head import study_head
from delphi.security import current_actor, current_subject, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.revisions import approve_field, make_framework, revise_field
from surveys.vocabulary import ObjectiveField, Permission, ViolationCode

FIELDS = ",".join(ObjectiveField)


@blueprint.get("/studies/<int:study_id>/objectives")
@requires(Permission.OVERSEE)
def objectives(study_id: int) -> Any:
    """Every objective with what is proposed and approved."""
    view = objectives_page(reading_session(), study_id=study_id)
    return render_template("secretariat/objectives.html", view=view, study=view.study)


@blueprint.get("/objectives/<int:objective_id>")
@requires(Permission.OVERSEE)
def objective(objective_id: int) -> Any:
    """One objective: its texts in every language side by side, with the evidence."""
    return _show(objective_id, typed=None, status=200)


@blueprint.post(f"/objectives/<int:objective_id>/<any({FIELDS}):field>")
@requires(Permission.OVERSEE)
def revise(objective_id: int, field: str) -> Any:
    """Propose a text for one field."""
    languages = _languages()
    text = LocalizedText({code: request.form.get(f"text_{code}", "") for code in languages})
    evidence = [int(value) for value in request.form.getlist("evidence") if value.isdecimal()]
    try:
        with transaction() as session:
            revise_field(
                session,
                actor=current_actor(),
                objective_id=objective_id,
                field=ObjectiveField(field),
                text=text,
                languages=languages,
                confirmed=request.form.getlist("confirmed"),
                reason=request.form.get("reason", ""),
                evidence=evidence,
                seen_number=request.form.get("number", 0, type=int),
                now=clock.now(),
            )
    except RuleViolation as violation:
        typed = Typed(
            ObjectiveField(field),
            text,
            request.form.get("reason", ""),
            frozenset(evidence),
            violation_sentence(violation),
        )
        is_late = violation.code is ViolationCode.EDITED_MEANWHILE
        return _show(objective_id, typed=typed, status=409 if is_late else 422)
    flash(gettext("The text is proposed."))
    return redirect(url_for("secretariat.objective", objective_id=objective_id) + f"#{field}", 303)


@blueprint.post(f"/objectives/<int:objective_id>/<any({FIELDS}):field>/approve")
@requires(Permission.OVERSEE)
def approve(objective_id: int, field: str) -> Any:
    """Approve what is proposed for one field."""
    try:
        with transaction() as session:
            approve_field(
                session,
                actor=current_actor(),
                objective_id=objective_id,
                field=ObjectiveField(field),
                seen_number=request.form.get("number", 0, type=int),
                now=clock.now(),
            )
    except RuleViolation as violation:
        now = revising_page(reading_session(), objective_id=objective_id)
        sheet = next(one for one in now.fields if one.field == field)
        text = LocalizedText({side.language: side.text for side in sheet.sides})
        typed = Typed(ObjectiveField(field), text, sheet.reason, sheet.evidence, violation_sentence(violation))
        return _show(objective_id, typed=typed, status=409)
    flash(gettext("The text is approved. It goes into the next version of the framework."))
    return redirect(url_for("secretariat.objective", objective_id=objective_id) + f"#{field}", 303)


@blueprint.get("/studies/<int:study_id>/framework")
@requires(Permission.OVERSEE)
def preview_version(study_id: int) -> Any:
    """What the next version of the framework would hold."""
    return _preview(study_id, problem="", status=200)


@blueprint.post("/studies/<int:study_id>/framework")
@requires(Permission.OVERSEE)
def make_version(study_id: int) -> Any:
    """Make the version that the preview showed."""
    try:
        with transaction() as session:
            made = make_framework(
                session,
                actor=current_actor(),
                study_id=study_id,
                reason=request.form.get("reason", ""),
                digest=request.form.get("digest", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        is_late = violation.code is ViolationCode.PREVIEW_OUTDATED
        return _preview(study_id, problem=violation_sentence(violation), status=409 if is_late else 422)
    flash(gettext("Version %(number)s of the framework is made.", number=made.number))
    return redirect(url_for("secretariat.objectives", study_id=study_id), 303)


@blueprint.get("/studies/<int:study_id>/redline-<any(en,fr):in_language>.<any(pdf,docx):format>")
@requires(Permission.OVERSEE)
def redline(study_id: int, in_language: str, format: str) -> Any:
    """Every proposed change as a document."""
    session = reading_session()
    study = study_head(session, study_id=study_id)
    if in_language not in study.languages:
        abort(404)
    content = redline_file(session, study_id=study_id, reader=in_language, format=format, now=clock.now())
    response = Response(content, mimetype=MEDIA_TYPES[format])
    name = f"{study.slug}-redline-{in_language}.{format}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _languages() -> tuple[str, ...]:
    study_id = current_subject().study_id
    if study_id is None:
        abort(404)
    return study_head(reading_session(), study_id=study_id).languages


def _show(objective_id: int, *, typed: Typed | None, status: int) -> Any:
    view = revising_page(reading_session(), objective_id=objective_id, typed=typed)
    return render_template("secretariat/objective.html", view=view, study=view.study), status


def _preview(study_id: int, *, problem: str, status: int) -> Any:
    study, preview, sheets = framework_page(reading_session(), study_id=study_id)
    page = render_template("secretariat/framework.html", study=study, preview=preview, sheets=sheets, problem=problem)
    return page, status
