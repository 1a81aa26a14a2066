"""Two pages a study, both for reading only."""

from typing import Any

from flask import redirect, render_template, url_for

from delphi import clock
from delphi.database import lagging_session
from delphi.observer import blueprint
from delphi.observer.pages import activities_page, board_page, observed_studies
from delphi.security import current_actor, requires
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.OBSERVE_SOME)
def home() -> Any:
    """The studies one may follow; straight on where there is one."""
    studies = observed_studies(lagging_session(), study_ids=current_actor().observes)
    if len(studies) == 1:
        return redirect(url_for("observer.board", study_id=studies[0].id))
    return render_template("observer/home.html", studies=studies)


@blueprint.get("/studies/<int:study_id>/")
@requires(Permission.OBSERVE)
def board(study_id: int) -> Any:
    """How far each task force is."""
    return render_template(
        "observer/board.html", view=board_page(lagging_session(), study_id=study_id, now=clock.now())
    )


@blueprint.get("/studies/<int:study_id>/activities")
@requires(Permission.OBSERVE)
def activities(study_id: int) -> Any:
    """What was published, in rank order."""
    return render_template("observer/activities.html", view=activities_page(lagging_session(), study_id=study_id))
