"""After closing: what the task force found, who stays, and what became of one's own ideas."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.pages.documents import counted_rounds
from delphi.expert.pages.results import IdeasFatePage, TypedRemark, divided_rounds, results_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.after import stays_on
from surveys.queries.asked_round import membership_of, panel_context
from surveys.queries.my_ideas import fates_of_ideas, gathered, has_statements_out
from surveys.queries.my_panels import my_panels
from surveys.queries.my_results import published_results, shared_reasons
from surveys.services.freezing import protocol_of
from surveys.services.idea_flags import flag_idea
from surveys.services.staying import reconfirm
from surveys.vocabulary import Permission

STAYING = {"yes": True, "no": False}


@blueprint.get("/<int:task_force_id>/results")
@requires(Permission.ANSWER)
def results(task_force_id: int) -> Any:
    """The ranked list, once the facilitator has published it."""
    return _results(task_force_id)


@blueprint.post("/<int:task_force_id>/results")
@requires(Permission.ANSWER)
def stay(task_force_id: int) -> Any:
    """Whether the expert stays for the implementation."""
    choice = STAYING.get(request.form.get("stays", ""))
    try:
        with transaction() as session:
            reconfirm(session, actor=current_actor(), task_force_id=task_force_id, stays_on=choice, now=clock.now())
    except RuleViolation as violation:
        return _results(task_force_id, problem=violation_sentence(violation)), 422
    if choice:
        flash(gettext("Thank you for staying. The facilitator will be in touch."))
    else:
        flash(gettext("Thank you for your work so far. You can change your mind on this page."))
    return redirect(url_for("expert.results", task_force_id=task_force_id), 303)


@blueprint.get("/<int:task_force_id>/ideas")
@requires(Permission.ANSWER)
def idea_fates(task_force_id: int) -> Any:
    """What became of one's own ideas, once statements were put to the panel."""
    return _fates(task_force_id)


@blueprint.post("/<int:task_force_id>/ideas/<int:idea_id>/remark")
@requires(Permission.ANSWER)
def remark(task_force_id: int, idea_id: int) -> Any:
    """My point is missing or distorted."""
    text = request.form.get("text", "")
    try:
        with transaction() as session:
            flag_idea(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                idea_id=idea_id,
                text=text,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _fates(task_force_id, typed=TypedRemark(idea_id, text, violation_sentence(violation))), 422
    flash(gettext("Thank you. The facilitator reads this without your name; the answer will stand here."))
    return redirect(url_for("expert.idea_fates", task_force_id=task_force_id, _anchor=f"idea-{idea_id}"), 303)


def _results(task_force_id: int, *, problem: str = "") -> str:
    session, person_id = reading_session(), current_actor().person_id
    panellist_id = membership_of(session, person_id=person_id, task_force_id=task_force_id).panellist_id
    published = published_results(session, task_force_id=task_force_id, panellist_id=panellist_id)
    mine = next(one for one in my_panels(session, person_id=person_id) if one.task_force_id == task_force_id)
    page = results_page(
        panel=panel_context(session, task_force_id=task_force_id),
        published=published,
        reasons=shared_reasons(session, task_force_id=task_force_id, round_ids=divided_rounds(published)),
        fates=fates_of_ideas(session, task_force_id=task_force_id, panellist_id=panellist_id),
        n_rounds=len(counted_rounds(mine)),
        panellist_id=panellist_id,
        stays_on=stays_on(session, panellist_id=panellist_id),
        problem=problem,
    )
    return render_template("expert/results.html", results=page)


def _fates(task_force_id: int, *, typed: TypedRemark | None = None) -> str:
    session = reading_session()
    seat = membership_of(session, person_id=current_actor().person_id, task_force_id=task_force_id)
    is_out = has_statements_out(session, task_force_id=task_force_id)
    fates = fates_of_ideas(session, task_force_id=task_force_id, panellist_id=seat.panellist_id) if is_out else []
    panel = panel_context(session, task_force_id=task_force_id)
    together = gathered(session, task_force_id=task_force_id)
    is_many = together.n_people >= protocol_of(session, study_id=panel.study_id).min_group_size
    page = IdeasFatePage(
        panel=panel, is_out=is_out, fates=tuple(fates), together=together if is_many else None, typed=typed
    )
    return render_template("expert/idea_fates.html", fates=page)
