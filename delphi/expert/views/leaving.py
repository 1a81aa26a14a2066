"""Leaving: one task force, or every task force of a study."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlmodel import Session

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.pages.my_data import IN_IT
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.asked_round import panel_context
from surveys.queries.my_panels import my_panels
from surveys.services.membership import leave as leave_panel
from surveys.services.membership import leave_study as leave_whole_study
from surveys.vocabulary import Permission


@blueprint.get("/<int:task_force_id>/leave")
@requires(Permission.ANSWER)
def leave(task_force_id: int) -> Any:
    return _panel_page(task_force_id)


@blueprint.post("/<int:task_force_id>/leave")
@requires(Permission.ANSWER)
def confirm_leave(task_force_id: int) -> Any:
    """The expert leaves; answers of open rounds are kept or removed as they chose."""

    def act(session: Session) -> None:
        leave_panel(session, actor=current_actor(), task_force_id=task_force_id, now=clock.now(), **_chosen())

    problem = _refused(act)
    if problem:
        return _panel_page(task_force_id, problem=problem), 422
    if _chosen()["removes_answers"]:
        flash(gettext("You have left. Your answers in the open round are removed."))
    else:
        flash(gettext("You have left. Your answers so far stay and count."))
    return redirect(url_for("expert.home", all=1), 303)


@blueprint.get("/studies/<int:study_id>/leave")
@requires(Permission.SEE_OWN_PANELS)
def leave_study(study_id: int) -> Any:
    return _study_page(study_id)


@blueprint.post("/studies/<int:study_id>/leave")
@requires(Permission.SEE_OWN_PANELS)
def confirm_leave_study(study_id: int) -> Any:
    """Leave every task force of the study; answers of open rounds are kept or removed as chosen."""

    def act(session: Session) -> None:
        leave_whole_study(session, actor=current_actor(), study_id=study_id, now=clock.now(), **_chosen())

    problem = _refused(act)
    if problem:
        return _study_page(study_id, problem=problem), 422
    if _chosen()["removes_answers"]:
        flash(gettext("You have left the study. Your answers in open rounds are removed."))
    else:
        flash(gettext("You have left the study. Your answers so far stay and count."))
    return redirect(url_for("expert.my_data"), 303)


def _chosen() -> dict[str, Any]:
    """What the form says, the same for both ways to leave."""
    return {
        "reason": request.form.get("reason", ""),
        "removes_answers": request.form.get("answers") == "remove",
    }


def _refused(act: Callable[[Session], None]) -> str:
    """Leave; the sentence that says why not, or nothing."""
    try:
        with transaction() as session:
            act(session)
    except RuleViolation as violation:
        return violation_sentence(violation)
    return ""


def _panel_page(task_force_id: int, *, problem: str = "") -> str:
    panel = panel_context(reading_session(), task_force_id=task_force_id)
    return render_template("expert/leave.html", panel=panel, problem=problem, **_chosen())


def _study_page(study_id: int, *, problem: str = "") -> str:
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    own = [panel for panel in panels if panel.study_id == study_id and panel.membership in IN_IT]
    if not own:
        abort(404)
    return render_template("expert/leave_study.html", panels=own, problem=problem, **_chosen())
