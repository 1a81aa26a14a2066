"""Consent and retention of one study."""

from datetime import UTC, datetime, time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.privacy import blueprint
from delphi.privacy.pages.study import study_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.services.consents import change_consent
from surveys.services.retention import set_retention
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>")
@requires(Permission.OVERSEE)
def study(study_id: int) -> Any:
    """The consent text with its versions, and the day on which names are unlinked."""
    return _show(study_id)


@blueprint.post("/studies/<int:study_id>/consent")
@requires(Permission.OVERSEE)
def new_consent(study_id: int) -> Any:
    """A new wording: whoever agreed to the old one is asked again."""
    languages = study_page(reading_session(), study_id=study_id, now=clock.now()).study.languages
    typed = LocalizedText({code: request.form.get(f"consent-{code}", "") for code in languages})
    try:
        with transaction() as session:
            n = change_consent(
                session,
                actor=current_actor(),
                study_id=study_id,
                text=typed,
                reason=request.form.get("reason", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), anchor="consent-reason"), 422
    flash(ngettext("Stored. One expert is asked again.", "Stored. %(num)s experts are asked again.", n))
    return redirect(url_for("privacy.study", study_id=study_id), 303)


@blueprint.post("/studies/<int:study_id>/retention")
@requires(Permission.OVERSEE)
def retention(study_id: int) -> Any:
    """Set the day on which names are unlinked."""
    try:
        with transaction() as session:
            set_retention(
                session,
                actor=current_actor(),
                study_id=study_id,
                until=day_typed(request.form.get("until", "")),
                reason=request.form.get("reason", ""),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), anchor="until"), 422
    flash(gettext("The day is set. The secretariat is written to thirty days before."))
    return redirect(url_for("privacy.study", study_id=study_id), 303)


def day_typed(text: str) -> datetime | None:
    """A day such as 2028-05-31 as its first moment in UTC; None for anything else."""
    try:
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date(), time(), tzinfo=UTC)
    except ValueError:
        return None


def _show(study_id: int, *, problem: str = "", anchor: str = "") -> Any:
    view = study_page(reading_session(), study_id=study_id, now=clock.now())
    return render_template(
        "privacy/study.html", view=view, study=view.study, problem=problem, anchor=anchor, typed=request.form
    )
