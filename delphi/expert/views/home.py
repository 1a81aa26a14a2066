"""The door: all task forces of one person, one of them, and the place where they stopped."""

from typing import Any

from flask import redirect, render_template, request, url_for

from delphi import clock
from delphi.database import reading_session
from delphi.expert import blueprint
from delphi.expert.pages.further import questions_line
from delphi.expert.pages.home import home_page, panel_card
from delphi.expert.pages.ideas import PARTS
from delphi.expert.pages.sections import worksheet
from delphi.expert.sitting import detour, sit_down
from delphi.security import current_actor, requires
from surveys.queries.asked_round import panel_context
from surveys.queries.my_answers import own_ideas
from surveys.queries.my_panels import my_panels
from surveys.vocabulary import Permission, RoundKind


@blueprint.get("/")
@requires(Permission.SEE_OWN_PANELS)
def home() -> Any:
    """All task forces; a person with a single one goes straight to what there is to do (unless `all` is asked)."""
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    found = home_page(panels, now=clock.now())
    if found.next_url and "all" not in request.args:
        return redirect(found.next_url, 303)
    return render_template("expert/home.html", home=found)


@blueprint.get("/<int:task_force_id>/")
@requires(Permission.ANSWER)
def panel(task_force_id: int) -> Any:
    """One task force: what to do now, and its rounds so far."""
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    mine = next(each for each in panels if each.task_force_id == task_force_id)
    return render_template(
        "expert/panel.html",
        card=panel_card(mine, now=clock.now()),
        panel=panel_context(reading_session(), task_force_id=task_force_id),
    )


@blueprint.get("/rounds/<int:round_id>/")
@requires(Permission.ANSWER)
def resume(round_id: int) -> Any:
    """On to the first page with an open question, or to the last look."""
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=sitting.asked.kind):
        return elsewhere
    session = reading_session()
    if sitting.asked.kind is RoundKind.IDEAS:
        ideas = own_ideas(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
        kinds = {idea.kind for idea in ideas.values()}
        empty = next((part for part, wanted in PARTS.items() if not kinds.intersection(wanted)), None)
        if empty is not None:
            return redirect(url_for("expert.ideas", round_id=round_id, part=empty), 303)
    else:
        for line in worksheet(session, sitting=sitting).lines():
            if line.n_done < line.n_statements:
                return redirect(url_for("expert.rate", round_id=round_id, number=line.number), 303)
    questions = questions_line(session, sitting=sitting)
    if questions.n_done < questions.n_asked:
        return redirect(url_for("expert.questions", round_id=round_id), 303)
    return redirect(url_for("expert.check", round_id=round_id), 303)
