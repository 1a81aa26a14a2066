"""The framework of a study: reading and checking it, and giving its objectives their task forces."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.framework import framework_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.study_setup import add_task_forces
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>/framework")
@requires(Permission.SEE_STUDY)
def framework(study_id: int) -> Any:
    """Goals and objectives in every language, and what looks wrong in them."""
    view = framework_page(reading_session(), study_id=study_id, actor=current_actor())
    return render_template("facilitator/framework.html", view=view)


@blueprint.post("/studies/<int:study_id>/task-forces")
@requires(Permission.SET_UP_STUDY)
def add_panels(study_id: int) -> Any:
    """A task force for each ticked objective that has none."""
    try:
        with transaction() as session:
            codes = add_task_forces(
                session,
                study_id=study_id,
                objectives=request.form.getlist("objectives"),
                actor=current_actor(),
                now=clock.now(),
            )
    except RuleViolation as violation:
        view = framework_page(
            reading_session(), study_id=study_id, actor=current_actor(), problem=violation_sentence(violation)
        )
        return render_template("facilitator/framework.html", view=view), 422
    flash(gettext("Task forces made: %(codes)s.", codes=", ".join(codes)))
    return redirect(url_for("facilitator.framework", study_id=study_id), 303)
