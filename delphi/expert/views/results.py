"""After closing: what the task force found, and what became of one's own ideas."""

from typing import Any

from flask import render_template

from delphi.database import reading_session
from delphi.expert import blueprint
from delphi.expert.pages.results import IdeasFatePage, results_page
from delphi.security import current_actor, requires
from surveys.queries.asked_round import membership_of, panel_context
from surveys.queries.my_ideas import fates_of_ideas, has_statements_out
from surveys.queries.my_results import published_results
from surveys.vocabulary import Permission


@blueprint.get("/<int:task_force_id>/results")
@requires(Permission.ANSWER)
def results(task_force_id: int) -> Any:
    """The ranked list, once the facilitator has published it."""
    session = reading_session()
    seat = membership_of(session, person_id=current_actor().person_id, task_force_id=task_force_id)
    page = results_page(
        panel=panel_context(session, task_force_id=task_force_id),
        published=published_results(session, task_force_id=task_force_id, panellist_id=seat.panellist_id),
    )
    return render_template("expert/results.html", results=page)


@blueprint.get("/<int:task_force_id>/ideas")
@requires(Permission.ANSWER)
def idea_fates(task_force_id: int) -> Any:
    """What became of one's own ideas, once statements were put to the panel."""
    session = reading_session()
    seat = membership_of(session, person_id=current_actor().person_id, task_force_id=task_force_id)
    is_out = has_statements_out(session, task_force_id=task_force_id)
    fates = fates_of_ideas(session, task_force_id=task_force_id, panellist_id=seat.panellist_id) if is_out else []
    page = IdeasFatePage(panel=panel_context(session, task_force_id=task_force_id), is_out=is_out, fates=tuple(fates))
    return render_template("expert/idea_fates.html", fates=page)
