"""My data: read it, download it, leave."""

import json
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.pages.my_data import IN_IT, asked_questions, my_data_page, with_words
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.lookups import n_shown
from surveys.queries.my_data import everything_about
from surveys.queries.my_panels import my_panels
from surveys.queries.questions import questions_by_id
from surveys.services.erasure import ask_for_erasure as request_erasure
from surveys.services.membership import leave_study as leave_whole_study
from surveys.vocabulary import Permission

SCHEMA = "delphi-my-data/1"


@blueprint.get("/data")
@requires(Permission.SEE_OWN_PANELS)
def my_data() -> Any:
    """What is stored about the signed-in person, in words."""
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    page = my_data_page(data=_everything(), panels=panels)
    n_names = n_shown(reading_session(), task_force_ids=[panel.task_force_id for panel in panels])
    return render_template("expert/my_data.html", mydata=page, n_names=n_names)


@blueprint.get("/data.json")
@requires(Permission.SEE_OWN_PANELS)
def my_data_file() -> Response:
    """The same, every row of it, for other programs."""
    data = _everything()
    asked = questions_by_id(reading_session(), question_ids=asked_questions(data))
    content = {"schema": SCHEMA, "written_at": clock.now().isoformat(), **with_words(data, questions=asked)}
    return Response(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="my-data.json"'},
    )


@blueprint.post("/data/erasure")
@requires(Permission.SEE_OWN_PANELS)
def ask_for_erasure() -> Any:
    """The expert asks the secretariat to remove their name; asking twice changes nothing."""
    with transaction() as session:
        request_erasure(session, actor=current_actor(), now=clock.now())
    flash(gettext("The secretariat has your request."))
    return redirect(url_for("expert.my_data"), 303)


@blueprint.get("/studies/<int:study_id>/leave")
@requires(Permission.SEE_OWN_PANELS)
def leave_study(study_id: int) -> Any:
    return _parting(study_id)


@blueprint.post("/studies/<int:study_id>/leave")
@requires(Permission.SEE_OWN_PANELS)
def confirm_leave_study(study_id: int) -> Any:
    """Leave every task force of the study; answers of open rounds are kept or removed as chosen."""
    removes = request.form.get("answers") == "remove"
    try:
        with transaction() as session:
            leave_whole_study(
                session,
                actor=current_actor(),
                study_id=study_id,
                reason=request.form.get("reason", ""),
                removes_answers=removes,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _parting(study_id, problem=violation_sentence(violation)), 422
    if removes:
        flash(gettext("You have left the study. Your answers in open rounds are removed."))
    else:
        flash(gettext("You have left the study. Your answers so far stay and count."))
    return redirect(url_for("expert.my_data"), 303)


def _everything() -> dict[str, list[dict[str, Any]]]:
    person_id = current_actor().person_id
    if person_id is None:
        abort(401)
    return everything_about(reading_session(), person_id=person_id)


def _parting(study_id: int, *, problem: str = "") -> str:
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    own = [panel for panel in panels if panel.study_id == study_id and panel.membership in IN_IT]
    if not own:
        abort(404)
    return render_template(
        "expert/leave_study.html",
        panels=own,
        reason=request.form.get("reason", ""),
        problem=problem,
    )
