"""The facilitator's front page, and a task force."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.forms import DeadlineForm
from delphi.facilitator.pages.home import home_page
from delphi.facilitator.pages.task_force import task_force_page
from delphi.security import current_actor, requires
from surveys.services.colleagues import settle_colleague
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.FACILITATE_SOME)
def home() -> Any:
    """Own task forces, and today's list."""
    view = home_page(reading_session(), actor=current_actor(), now=clock.now())
    return render_template("facilitator/home.html", view=view)


@blueprint.get("/task-forces/<int:task_force_id>")
@requires(Permission.FACILITATE)
def task_force(task_force_id: int) -> Any:
    """One task force with its rounds."""
    return show_task_force(task_force_id, form=DeadlineForm(formdata=None))


@blueprint.post("/task-forces/<int:task_force_id>/colleagues/<int:suggestion_id>")
@requires(Permission.FACILITATE)
def colleague_settled(task_force_id: int, suggestion_id: int) -> Any:
    """Take a suggested colleague off the list."""
    with transaction() as session:
        settle_colleague(
            session,
            actor=current_actor(),
            task_force_id=task_force_id,
            suggestion_id=suggestion_id,
            now=clock.now(),
        )
    flash(gettext("Done: the suggestion is off your list."))
    return redirect(url_for("facilitator.task_force", task_force_id=task_force_id), 303)


def show_task_force(task_force_id: int, *, form: DeadlineForm, problem: str = "", status: int = 200) -> Any:
    """The task force's page, perhaps with what was wrong with a form on it."""
    view = task_force_page(
        reading_session(),
        task_force_id=task_force_id,
        actor=current_actor(),
        now=clock.now(),
        form=form,
        problem=problem,
    )
    return render_template("facilitator/task_force.html", view=view), status
