"""Two pages a study, both for reading only."""

from typing import Any

from flask import redirect, render_template, url_for

from delphi import clock
from delphi.observer import blueprint
from delphi.observer.pages import activities_page, board_page, observed_studies
from delphi.replica import read_lagging
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.OBSERVE_SOME)
def home() -> Any:
    """The studies one may follow; straight on where there is one."""
    observed = current_actor().observes
    studies = read_lagging(lambda session: observed_studies(session, study_ids=observed))
    if len(studies) == 1:
        return redirect(url_for("observer.board", study_id=studies[0].id))
    return render_template("observer/home.html", studies=studies)


@blueprint.get("/studies/<int:study_id>/")
@requires(Permission.OBSERVE)
def board(study_id: int) -> Any:
    """How far each task force is."""
    view = read_lagging(lambda session: board_page(session, study_id=study_id, now=clock.now()))
    return render_template("observer/board.html", view=view)


@blueprint.get("/studies/<int:study_id>/activities")
@requires(Permission.OBSERVE)
def activities(study_id: int) -> Any:
    """What was published, in rank order."""
    view = read_lagging(lambda session: activities_page(session, study_id=study_id))
    return render_template("observer/activities.html", view=view)
