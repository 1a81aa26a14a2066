"""Publishing the outcomes of a task force, and the page that shows them."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.forms import ConfirmForm
from delphi.facilitator.pages.outcome import outcome_page, publishing_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.outcomes import publish_outcomes
from surveys.vocabulary import Permission, ViolationCode


@blueprint.get("/task-forces/<int:task_force_id>/outcomes")
@requires(Permission.SEE_RESULTS)
def outcome(task_force_id: int) -> Any:
    """Ranked activities, obstacles and success factors of an objective."""
    view = outcome_page(reading_session(), task_force_id=task_force_id, actor=current_actor())
    return render_template("facilitator/outcome.html", view=view)


@blueprint.get("/task-forces/<int:task_force_id>/publish")
@requires(Permission.FACILITATE)
def publishing(task_force_id: int) -> Any:
    """What publishing now would store."""
    return _show(task_force_id)


@blueprint.post("/task-forces/<int:task_force_id>/publish")
@requires(Permission.FACILITATE)
def publish(task_force_id: int) -> Any:
    """Publish as the preview showed it."""
    form = ConfirmForm()
    try:
        with transaction() as session:
            publish_outcomes(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                now=clock.now(),
                digest=form.digest.data or "",
            )
    except RuleViolation as violation:
        if violation.code is not ViolationCode.PREVIEW_OUTDATED:
            raise
        return _show(task_force_id, problem=violation_sentence(violation), status=409)
    flash(gettext("The outcomes are published."))
    return redirect(url_for("facilitator.outcome", task_force_id=task_force_id), 303)


def _show(task_force_id: int, *, problem: str = "", status: int = 200) -> Any:
    view = publishing_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        form=ConfirmForm(formdata=None),
        problem=problem,
    )
    return render_template("facilitator/publishing.html", view=view), status
