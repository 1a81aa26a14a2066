"""A second person places the ideas; then both are compared."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.second_coding import second_coding_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.second_coding import finish_coding, save_codes
from surveys.vocabulary import Permission

FIELD = "idea-"


@blueprint.get("/task-forces/<int:task_force_id>/second-coder")
@requires(Permission.FACILITATE)
def second_coding(task_force_id: int) -> Any:
    """The ideas to place, or what both codings say."""
    return _show(task_force_id, typed={})


@blueprint.post("/task-forces/<int:task_force_id>/second-coder")
@requires(Permission.FACILITATE)
def save_second_coding(task_force_id: int) -> Any:
    """Keep what was chosen; with the other button, finish."""
    typed = {
        int(name.removeprefix(FIELD)): choice
        for name, choice in request.form.items()
        if name.startswith(FIELD) and name.removeprefix(FIELD).isdecimal() and choice
    }
    who: dict[str, Any] = {"actor": current_actor(), "task_force_id": task_force_id, "now": clock.now()}
    try:
        with transaction() as session:
            save_codes(session, choices=typed, **who)
        if "finish" in request.form:
            with transaction() as session:
                finish_coding(session, **who)
    except RuleViolation as violation:
        return _show(task_force_id, typed=typed, problem=violation_sentence(violation), status=422)
    flash(gettext("Finished: both codings are compared below.") if "finish" in request.form else gettext("Saved."))
    return redirect(url_for("facilitator.second_coding", task_force_id=task_force_id), 303)


def _show(task_force_id: int, *, typed: dict[int, str], problem: str = "", status: int = 200) -> Any:
    view = second_coding_page(
        reading_session(), task_force_id=task_force_id, actor=current_actor(), typed=typed, problem=problem
    )
    return render_template("facilitator/second_coding.html", view=view), status
