"""The door: all task forces of one person, one of them, and the place where they stopped."""

from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session
from delphi.expert import blueprint
from delphi.expert.going_on import go_on
from delphi.expert.pages.calendar import calendar_entry
from delphi.expert.pages.home import home_page, panel_card
from delphi.i18n import in_language
from delphi.security import current_actor, requires
from surveys.queries.asked_round import panel_context
from surveys.queries.my_panels import my_panels
from surveys.queries.next_rounds import next_openings
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.SEE_OWN_PANELS)
def home() -> Any:
    """All task forces; a person with a single one goes straight to what there is to do (unless `all` is asked)."""
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    found = home_page(panels, now=clock.now())
    if "all" not in request.args:
        if found.next_round_id is not None:
            return go_on(found.next_round_id)
        if found.next_url:
            return redirect(found.next_url, 303)
    openings = next_openings(
        reading_session(), task_force_ids=[panel.task_force_id for panel in panels], now=clock.now()
    )
    return render_template("expert/home.html", home=found, next_openings=openings)


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
        next_openings=next_openings(reading_session(), task_force_ids=[task_force_id], now=clock.now()),
    )


@blueprint.get("/<int:task_force_id>/next-round.ics")
@requires(Permission.ANSWER)
def next_round_file(task_force_id: int) -> Response:
    """The planned opening of the next round, for somebody's own calendar."""
    session, now = reading_session(), clock.now()
    opens_at = next_openings(session, task_force_ids=[task_force_id], now=now).get(task_force_id)
    if opens_at is None:
        abort(404)
    panel = panel_context(session, task_force_id=task_force_id)
    title = gettext("%(code)s, %(title)s: the next round", code=panel.code, title=in_language(panel.title))
    entry = calendar_entry(
        uid=f"task-force-{task_force_id}-{opens_at.timestamp():.0f}@{request.host}",
        summary=title,
        address=url_for("expert.panel", task_force_id=task_force_id, _external=True),
        starts_at=opens_at,
        now=now,
    )
    headers = {"Content-Disposition": f'attachment; filename="{panel.code}.ics"'}
    return Response(entry, mimetype="text/calendar", headers=headers)


@blueprint.get("/rounds/<int:round_id>/")
@requires(Permission.ANSWER)
def resume(round_id: int) -> Any:
    """On to the first page with an open question, or to the last look."""
    return go_on(round_id)
