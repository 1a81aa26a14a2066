"""Building the next rating round from the rule's proposals."""

from typing import Any

from flask import redirect, render_template, request, url_for

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.pages.next_round import Decided, next_round_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.rules.settling import Decision, RoundChoice
from surveys.services.next_round import build_next_round
from surveys.vocabulary import Permission

CHOICE = "choice-"


@blueprint.get("/task-forces/<int:task_force_id>/next-round")
@requires(Permission.FACILITATE)
def next_round(task_force_id: int) -> Any:
    """What the rule proposes."""
    return _show(task_force_id, decided=Decided())


@blueprint.post("/task-forces/<int:task_force_id>/next-round")
@requires(Permission.FACILITATE)
def build(task_force_id: int) -> Any:
    """Plan the round as decided, then show what opening it takes."""
    decisions = _decisions()
    try:
        with transaction() as session:
            round_ = build_next_round(
                session, actor=current_actor(), task_force_id=task_force_id, decisions=decisions, now=clock.now()
            )
    except RuleViolation as violation:
        refused = Decided(decisions=decisions, problem=violation_sentence(violation))
        return _show(task_force_id, decided=refused, status=422)
    return redirect(url_for("facilitator.opening", round_id=round_.id), 303)


def _decisions() -> dict[int, Decision]:
    """Statement id to what the form says of it; fields of other shapes are not looked at."""
    found = {}
    for name, value in request.form.items():
        statement_id = name.removeprefix(CHOICE)
        if name.startswith(CHOICE) and statement_id.isdigit() and value in list(RoundChoice):
            reason = request.form.get(f"reason-{statement_id}", "")
            found[int(statement_id)] = Decision(choice=RoundChoice(value), reason=reason)
    return found


def _show(task_force_id: int, *, decided: Decided, status: int = 200) -> Any:
    view = next_round_page(reading_session(), task_force_id=task_force_id, actor=current_actor(), decided=decided)
    return render_template("facilitator/next_round.html", view=view), status
