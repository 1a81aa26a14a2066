"""One act reminds all late panels, each expert in their language."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.reminding import RemindingPage, reminding_page, skipped_sentence
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.chasing import queue_reminders
from surveys.vocabulary import Permission, ViolationCode


@blueprint.get("/studies/<int:study_id>/remind")
@requires(Permission.OVERSEE)
def preview_reminders(study_id: int) -> Any:
    """Which panels are late, and how many people would get a mail."""
    view = reminding_page(reading_session(), study_id=study_id, now=clock.now())
    return _show(view, problem="", status=200)


@blueprint.post("/studies/<int:study_id>/remind")
@requires(Permission.OVERSEE)
def remind(study_id: int) -> Any:
    """Queue the reminders that the preview showed; a panel whose rules forbid one is left out and named."""
    now = clock.now()
    n_people, skipped = 0, []
    with transaction() as session:
        view = reminding_page(session, study_id=study_id, now=now)
        if view.digest != request.form.get("digest"):
            violation = RuleViolation(ViolationCode.PREVIEW_OUTDATED)
            return _show(view, problem=violation_sentence(violation), status=409)
        for panel in view.panels:
            try:
                n_people += queue_reminders(session, actor=current_actor(), round_id=panel.round_id, now=now)
            except RuleViolation as violation:
                skipped.append(skipped_sentence(panel.code, violation_sentence(violation)))
    flash(ngettext("%(num)s reminder will be sent.", "%(num)s reminders will be sent.", n_people))
    for sentence in skipped:
        flash(sentence)
    return redirect(url_for("secretariat.board", study_id=study_id), 303)


def _show(view: RemindingPage, *, problem: str, status: int) -> Any:
    return render_template("secretariat/remind.html", view=view, study=view.study, problem=problem), status
