"""One person at the desk: what is stored, a file of everything, corrections, removal."""

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.documents.writing import written
from delphi.privacy import blueprint
from delphi.privacy.pages.file import data_document, whole_file
from delphi.privacy.pages.person import person_page
from delphi.proofs import requires_recent
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.data_protection import note_export
from surveys.services.erasure import correct_person, erase_person
from surveys.vocabulary import Permission, ViolationCode

PERSON = "/people/<int:person_id>"


@blueprint.get(PERSON)
@requires(Permission.PROTECT_DATA)
def person(person_id: int) -> Any:
    """Who it is, what they agreed to, and what a removal would do."""
    return _show(person_id)


@blueprint.post(f"{PERSON}/file")
@requires(Permission.PROTECT_DATA)
@requires_recent
def person_file(person_id: int) -> Any:
    """Everything stored about the person, to hand over to them; logged with the reason."""
    now = clock.now()
    try:
        with transaction() as session:
            reason = request.form.get("reason", "")
            note_export(session, actor=current_actor(), person_id=person_id, reason=reason, now=now)
    except RuleViolation as violation:
        return _show(person_id, problem=violation, anchor="file-reason")
    content = whole_file(reading_session(), person_id=person_id, now=now)
    if request.form.get("format") == "pdf":
        body, kind = written(data_document(content), format="pdf", made_at=now), "pdf"
    else:
        body, kind = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode(), "json"
    name = f'attachment; filename="person-{person_id}.{kind}"'
    return Response(body, mimetype=f"application/{kind}", headers={"Content-Disposition": name})


@blueprint.post(f"{PERSON}/correct")
@requires(Permission.PROTECT_DATA)
def correct(person_id: int) -> Any:
    """Mend name and address."""
    try:
        with transaction() as session:
            correct_person(
                session,
                actor=current_actor(),
                person_id=person_id,
                name=request.form.get("name", ""),
                email=request.form.get("email", ""),
                reason=request.form.get("reason", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(person_id, problem=violation, anchor="name")
    flash(gettext("Corrected. With a new address the old links open nothing any more."))
    return redirect(url_for("privacy.person", person_id=person_id), 303)


@blueprint.post(f"{PERSON}/erase")
@requires(Permission.PROTECT_DATA)
@requires_recent
def erase(person_id: int) -> Any:
    """Remove name and address, as previewed."""
    try:
        with transaction() as session:
            erase_person(
                session,
                actor=current_actor(),
                person_id=person_id,
                digest=request.form.get("digest", ""),
                reason=request.form.get("reason", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(person_id, problem=violation, anchor="erase-reason")
    flash(gettext("Name and address are removed. Backups lose them within 35 days."))
    return redirect(url_for("privacy.desk"), 303)


def _show(person_id: int, *, problem: RuleViolation | None = None, anchor: str = "") -> Any:
    view = person_page(reading_session(), actor=current_actor(), person_id=person_id)
    page = render_template(
        "privacy/person.html",
        view=view,
        problem=violation_sentence(problem) if problem else "",
        anchor=anchor,
        typed=request.form,
    )
    if problem is None:
        return page
    return page, 409 if problem.code is ViolationCode.PREVIEW_OUTDATED else 422
