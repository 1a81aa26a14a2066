"""Electronic consultations: prepare a document for the vote, name the members, open, remind, read the result."""

from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.documents.writing import written
from delphi.exports import Wanted, What, make_file
from delphi.exports.wanted import MEDIA_TYPES
from delphi.plan.chapters import Chapters
from delphi.plan.minutes import minutes_document
from delphi.secretariat import blueprint
from delphi.secretariat.pages.consulting import consultation_page, consultations_page, typed_closing
from delphi.secretariat.pages.study_head import study_head
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import NotFound, RuleViolation
from surveys.localized import LocalizedText
from surveys.queries.consultations import consultation_sheet, sealed_bytes
from surveys.rules.consultation import members_in
from surveys.services.consultations import add_members, open_consultation, prepare_consultation, remind_members
from surveys.vocabulary import Permission, ViolationCode


@blueprint.get("/studies/<int:study_id>/consultations")
@requires(Permission.OVERSEE)
def consultations(study_id: int) -> Any:
    """All consultations, and the form for a new one."""
    return _list(study_id, typed={}, problem="", status=200)


@blueprint.post("/studies/<int:study_id>/consultations")
@requires(Permission.OVERSEE)
def prepare(study_id: int) -> Any:
    """Seal the plan as it is now, for a vote on it."""
    now = clock.now()
    study = study_head(reading_session(), study_id=study_id)
    try:
        closes_at = typed_closing(request.form, time_zone=study.time_zone)
        chapters = Chapters(request.form.get("chapters", Chapters.FACILITY.value))
        documents = {}
        for code in study.languages:
            wanted = Wanted(What.PLAN, "pdf", code, chapters=chapters)
            content = make_file(reading_session(), study_id=study_id, wanted=wanted, now=now)
            documents[code] = (wanted.file_name(study=study.slug), content)
        with transaction() as session:
            made = prepare_consultation(
                session,
                actor=current_actor(),
                study_id=study_id,
                title=_typed("title", study.languages),
                question=_typed("question", study.languages),
                languages=study.languages,
                quorum=request.form.get("quorum", 0, type=int),
                closes_at=closes_at,
                documents=documents,
                now=now,
            )
    except RuleViolation as violation:
        return _list(study_id, typed=request.form.to_dict(), problem=violation_sentence(violation), status=422)
    except ValueError:
        abort(404)
    flash(gettext("The document is sealed as it is now. Name the members next."))
    return redirect(url_for("secretariat.consultation", consultation_id=made.id), 303)


@blueprint.get("/consultations/<int:consultation_id>")
@requires(Permission.OVERSEE)
def consultation(consultation_id: int) -> Any:
    """One consultation: document, members, clock; how they voted once it is closed."""
    return _one(consultation_id, typed="", problem="", status=200)


@blueprint.post("/consultations/<int:consultation_id>/members")
@requires(Permission.OVERSEE)
def name_members(consultation_id: int) -> Any:
    """Give a vote to everybody in the pasted list."""
    pasted = request.form.get("members", "")
    try:
        with transaction() as session:
            sheet = consultation_sheet(session, consultation_id=consultation_id)
            languages = study_head(session, study_id=sheet.study_id).languages
            added = add_members(
                session,
                actor=current_actor(),
                consultation_id=consultation_id,
                members=members_in(pasted, languages=languages),
                secret_key=current_app.config["SECRET_KEY"],
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _one(consultation_id, typed=pasted, problem=violation_sentence(violation), status=422)
    flash(ngettext("%(num)s member added.", "%(num)s members added.", added))
    return redirect(url_for("secretariat.consultation", consultation_id=consultation_id), 303)


@blueprint.post("/consultations/<int:consultation_id>/open")
@requires(Permission.OVERSEE)
def open_vote(consultation_id: int) -> Any:
    """Open it, as the page showed it; every member gets a personal link."""
    try:
        with transaction() as session:
            written = open_consultation(
                session,
                actor=current_actor(),
                consultation_id=consultation_id,
                digest=request.form.get("digest", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        is_late = violation.code in (ViolationCode.PREVIEW_OUTDATED, ViolationCode.CONSULTATION_RUNNING)
        status = 409 if is_late else 422
        return _one(consultation_id, typed="", problem=violation_sentence(violation), status=status)
    flash(ngettext("Open: %(num)s mail will be sent.", "Open: %(num)s mails will be sent.", written))
    return redirect(url_for("secretariat.consultation", consultation_id=consultation_id), 303)


@blueprint.post("/consultations/<int:consultation_id>/remind")
@requires(Permission.OVERSEE)
def remind_vote(consultation_id: int) -> Any:
    """Write to the members who have not voted."""
    try:
        with transaction() as session:
            written = remind_members(session, actor=current_actor(), consultation_id=consultation_id, now=clock.now())
    except RuleViolation as violation:
        return _one(consultation_id, typed="", problem=violation_sentence(violation), status=422)
    flash(ngettext("%(num)s reminder will be sent.", "%(num)s reminders will be sent.", written))
    return redirect(url_for("secretariat.consultation", consultation_id=consultation_id), 303)


@blueprint.get("/consultations/<int:consultation_id>/document-<any(en,fr):in_language>.pdf")
@requires(Permission.OVERSEE)
def sealed_document(consultation_id: int, in_language: str) -> Any:
    """The document as it was sealed."""
    name, content = sealed_bytes(reading_session(), consultation_id=consultation_id, language=in_language)
    return _file(content, name=name, format="pdf")


@blueprint.get("/consultations/<int:consultation_id>/minutes-<any(en,fr):in_language>.<any(pdf,docx):format>")
@requires(Permission.OVERSEE)
def minutes(consultation_id: int, in_language: str, format: str) -> Any:
    """The minutes, once it is closed."""
    session, now = reading_session(), clock.now()
    sheet = consultation_sheet(session, consultation_id=consultation_id)
    if not sheet.is_closed(now):
        raise NotFound("minutes")
    study = study_head(session, study_id=sheet.study_id)
    document = minutes_document(sheet, study=study.name, time_zone=study.time_zone, reader=in_language, now=now)
    content = written(document, format=format, made_at=now)
    return _file(content, name=f"{study.slug}-minutes-{sheet.id}-{in_language}.{format}", format=format)


def _typed(name: str, languages: tuple[str, ...]) -> LocalizedText:
    return LocalizedText({code: request.form.get(f"{name}_{code}", "") for code in languages})


def _file(content: bytes, *, name: str, format: str) -> Response:
    response = Response(content, mimetype=MEDIA_TYPES[format])
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _list(study_id: int, *, typed: dict[str, str], problem: str, status: int) -> Any:
    view = consultations_page(reading_session(), study_id=study_id, now=clock.now())
    page = render_template("secretariat/consultations.html", view=view, study=view.study, typed=typed, problem=problem)
    return page, status


def _one(consultation_id: int, *, typed: str, problem: str, status: int) -> Any:
    view = consultation_page(reading_session(), consultation_id=consultation_id, now=clock.now())
    page = render_template("secretariat/consultation.html", view=view, study=view.study, typed=typed, problem=problem)
    return page, status
