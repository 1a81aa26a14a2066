"""The protocol of a study: writing it, checking it without saving, locking it, amending it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.forms import ConfirmForm
from delphi.facilitator.pages.protocol import WrittenProtocol, protocol_page, stored_protocol, written_protocol
from delphi.facilitator.pages.protocol_check import short
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.protocols import protocol_record
from surveys.services.protocol import amend_protocol, lock_protocol, save_protocol
from surveys.vocabulary import Permission, ViolationCode

REMOVE = "remove-"
PLACES = {ViolationCode.REASON_MISSING: "reason", ViolationCode.TEXT_TOO_LONG: "reason"}


@blueprint.get("/studies/<int:study_id>/protocol")
@requires(Permission.SEE_STUDY)
def protocol(study_id: int) -> Any:
    """The protocol as it is, with its form for whoever may change it."""
    return _show(study_id, written=stored_protocol(reading_session(), study_id=study_id))


@blueprint.post("/studies/<int:study_id>/protocol")
@requires(Permission.SET_UP_STUDY)
def write_protocol(study_id: int) -> Any:
    """Check the form without saving, change its list of criteria, save the draft, or record an amendment."""
    press = request.form.get("press", "check")
    written = _written(study_id, press=press)
    if press == "save" and not written.problems:
        return _save(study_id, written=written)
    if press == "amend" and not written.problems:
        return _amend(study_id, written=written)
    is_refused = press in ("save", "amend") and bool(written.problems)
    return _show(study_id, written=written, status=422 if is_refused else 200)


@blueprint.post("/studies/<int:study_id>/protocol/lock")
@requires(Permission.SET_UP_STUDY)
def lock(study_id: int) -> Any:
    """Seal the draft that was shown."""
    form = ConfirmForm()
    try:
        with transaction() as session:
            locked = lock_protocol(
                session, study_id=study_id, actor=current_actor(), now=clock.now(), digest=form.digest.data or ""
            )
    except RuleViolation as violation:
        session = reading_session()
        if protocol_record(session, study_id=study_id).is_locked:
            written = stored_protocol(session, study_id=study_id)
        else:
            stored = stored_protocol(session, study_id=study_id)
            codes = [draft.entry.code for draft in stored.drafts]
            written = written_protocol(session, study_id=study_id, values=stored.values, codes=codes)
        return _refused(study_id, written=written, violation=violation)
    begins = short(locked.fingerprint)
    flash(gettext("The protocol is locked. Its fingerprint begins with %(fingerprint)s.", fingerprint=begins))
    return redirect(url_for("facilitator.protocol", study_id=study_id), 303)


def _written(study_id: int, *, press: str) -> WrittenProtocol:
    codes = request.form.getlist("criterion")
    if press.startswith(REMOVE):
        codes = [code for code in codes if code != press.removeprefix(REMOVE)]
    return written_protocol(
        reading_session(),
        study_id=study_id,
        values=request.form,
        codes=codes,
        add=request.form.get("new", "") if press == "add" else "",
    )


def _save(study_id: int, *, written: WrittenProtocol) -> Any:
    if written.settings is None:
        return _show(study_id, written=written, status=422)
    try:
        with transaction() as session:
            save_protocol(
                session,
                study_id=study_id,
                settings=written.settings,
                criteria=written.drafts,
                actor=current_actor(),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _refused(study_id, written=written, violation=violation)
    flash(gettext("The protocol is saved as a draft."))
    return redirect(url_for("facilitator.protocol", study_id=study_id), 303)


def _amend(study_id: int, *, written: WrittenProtocol) -> Any:
    reason = request.form.get("reason", "")
    if written.settings is None:
        return _show(study_id, written=written, status=422)
    try:
        with transaction() as session:
            made = amend_protocol(
                session,
                study_id=study_id,
                settings=written.settings,
                reason=reason,
                actor=current_actor(),
                now=clock.now(),
                digest=request.form.get("digest", ""),
            )
    except RuleViolation as violation:
        return _refused(study_id, written=written, violation=violation, reason=reason)
    flash(gettext("Amendment %(number)s is recorded. Closed rounds keep the rule they had.", number=made.number))
    return redirect(url_for("facilitator.protocol", study_id=study_id), 303)


def _refused(study_id: int, *, written: WrittenProtocol, violation: RuleViolation, reason: str = "") -> Any:
    words = violation_sentence(violation)
    if violation.code is ViolationCode.NOTHING_CHANGED:
        words = gettext("Nothing differs from the protocol in force.")
    place = PLACES.get(violation.code, "press")
    is_conflict = violation.code in (ViolationCode.PREVIEW_OUTDATED, ViolationCode.PROTOCOL_LOCKED)
    return _show(
        study_id, written=written, problems=[(place, words)], reason=reason, status=409 if is_conflict else 422
    )


def _show(
    study_id: int,
    *,
    written: WrittenProtocol,
    problems: Sequence[tuple[str, str]] = (),
    reason: str = "",
    status: int = 200,
) -> Any:
    view = protocol_page(
        reading_session(),
        study_id=study_id,
        actor=current_actor(),
        written=written,
        problems=problems,
        reason=reason or request.form.get("reason", ""),
    )
    return render_template("facilitator/protocol.html", view=view), status
