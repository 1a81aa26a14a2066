"""My data: read it, download it."""

import json
from typing import Any

from flask import Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.pages.my_data import asked_questions, my_data_page, with_words
from delphi.security import current_actor, requires
from surveys.queries.lookups import n_shown
from surveys.queries.my_data import everything_about
from surveys.queries.my_panels import my_panels
from surveys.queries.questions import questions_by_id
from surveys.services.erasure import ask_for_erasure as request_erasure
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


def _everything() -> dict[str, list[dict[str, Any]]]:
    person_id = current_actor().person_id
    if person_id is None:
        abort(401)
    return everything_about(reading_session(), person_id=person_id)
