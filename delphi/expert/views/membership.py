"""Welcome and consent, saying no."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.going_on import go_on
from delphi.expert.pages.home import panel_card
from delphi.expert.pages.welcome import welcome_page
from delphi.i18n import language
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.queries.asked_round import membership_of, panel_context
from surveys.queries.my_panels import my_panels
from surveys.queries.seats import places_of
from surveys.services.colleagues import suggest_colleague
from surveys.services.freezing import protocol_of
from surveys.services.membership import decline as say_no
from surveys.services.membership import give_consent
from surveys.vocabulary import Permission, ViolationCode


def _welcome(task_force_id: int, *, problem: str = "") -> str:
    session, actor = reading_session(), current_actor()
    mine = next(each for each in my_panels(session, person_id=actor.person_id) if each.task_force_id == task_force_id)
    seat = membership_of(session, person_id=actor.person_id, task_force_id=task_force_id)
    page = welcome_page(
        panel=panel_context(session, task_force_id=task_force_id),
        card=panel_card(mine, now=clock.now()),
        places=places_of(session, panellist_id=seat.panellist_id),
        min_group_size=protocol_of(session, study_id=mine.study_id).min_group_size,
        consented_at=seat.consented_at,
        problem=problem,
    )
    return render_template("expert/welcome.html", welcome=page)


@blueprint.get("/<int:task_force_id>/welcome")
@requires(Permission.ANSWER)
def welcome(task_force_id: int) -> Any:
    return _welcome(task_force_id)


@blueprint.post("/<int:task_force_id>/welcome")
@requires(Permission.ANSWER)
def start(task_force_id: int) -> Any:
    """The expert agrees and starts; the other button says no."""
    try:
        with transaction() as session:
            give_consent(
                session,
                actor=current_actor(),
                task_force_id=task_force_id,
                agrees=request.form.get("agree") == "yes",
                now=clock.now(),
                language=language(),
            )
    except RuleViolation as violation:
        return _welcome(task_force_id, problem=violation_sentence(violation)), 422
    panels = my_panels(reading_session(), person_id=current_actor().person_id)
    mine = next(each for each in panels if each.task_force_id == task_force_id)
    card = panel_card(mine, now=clock.now())
    if card.resume_round_id is not None:
        return go_on(card.resume_round_id)
    return redirect(card.continue_url or url_for("expert.panel", task_force_id=task_force_id), 303)


@blueprint.get("/<int:task_force_id>/decline")
@requires(Permission.ANSWER)
def decline(task_force_id: int) -> Any:
    return _declining(task_force_id, problems={})


@blueprint.post("/<int:task_force_id>/decline")
@requires(Permission.ANSWER)
def confirm_decline(task_force_id: int) -> Any:
    """No, with a reason and a colleague's name where they were given."""
    actor, now, at = current_actor(), clock.now(), "colleague"
    try:
        with transaction() as session:
            suggest_colleague(
                session,
                actor=actor,
                task_force_id=task_force_id,
                name=request.form.get("colleague", ""),
                email=request.form.get("address", ""),
                now=now,
            )
            at, reason = "reason", request.form.get("reason", "")
            say_no(session, actor=actor, task_force_id=task_force_id, reason=reason, now=now)
    except RuleViolation as violation:
        field = "address" if violation.code is ViolationCode.ADDRESS_MISSING else at
        return _declining(task_force_id, problems={field: violation_sentence(violation)}), 422
    flash(gettext("Thank you for telling us. You will get no more mail about this task force."))
    return redirect(url_for("expert.home", all=1), 303)


def _declining(task_force_id: int, *, problems: dict[str, str]) -> str:
    """The form that says no, with what was typed and what is wrong with it by field."""
    return render_template(
        "expert/decline.html",
        panel=panel_context(reading_session(), task_force_id=task_force_id),
        reason=request.form.get("reason", ""),
        colleague=request.form.get("colleague", ""),
        address=request.form.get("address", ""),
        problems=problems,
    )
