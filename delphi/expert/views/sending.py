"""The last look, sending, the receipt, and one's own answers."""

from typing import Any

from flask import redirect, render_template, url_for

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.expert import blueprint
from delphi.expert.pages.sending import answers_page, check_page
from delphi.expert.sitting import detour, sit_down
from delphi.expert.views.keeping import closed_meanwhile
from delphi.security import current_actor, requires
from surveys.errors import RuleViolation
from surveys.queries.my_ideas import ideas_of_others
from surveys.queries.next_rounds import next_openings
from surveys.queries.paper import entered_by
from surveys.services.receipts import send_answers
from surveys.vocabulary import Permission, RoundStatus, ViolationCode


@blueprint.get("/rounds/<int:round_id>/check")
@requires(Permission.ANSWER)
def check(round_id: int) -> Any:
    sitting = sit_down(round_id)
    if elsewhere := detour(sitting, kind=sitting.asked.kind):
        return elsewhere
    session = reading_session()
    by = entered_by(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    return render_template("expert/check.html", check=check_page(session, sitting=sitting), entered_by=by)


@blueprint.post("/rounds/<int:round_id>/check")
@requires(Permission.ANSWER)
def send(round_id: int) -> Any:
    """Declare the answers complete. Gaps are allowed; sending twice gives the same receipt."""
    sitting = sit_down(round_id)
    try:
        with transaction() as session:
            send_answers(session, actor=current_actor(), round_id=round_id, now=clock.now())
    except RuleViolation as violation:
        if violation.code is ViolationCode.ROUND_CLOSED:
            return closed_meanwhile(sitting, violation, [])
        raise
    return redirect(url_for("expert.receipt", round_id=round_id), 303)


def send_if_complete(round_id: int) -> Any:
    """From a last page that was just saved: to the receipt, or to the last look where something is open."""
    if check_page(reading_session(), sitting=sit_down(round_id)).is_complete:
        return send(round_id=round_id)
    return redirect(url_for("expert.check", round_id=round_id), 303)


@blueprint.get("/rounds/<int:round_id>/receipt")
@requires(Permission.ANSWER)
def receipt(round_id: int) -> Any:
    """The receipt of what is stored; before sending there is none, and a closed round has its answers page."""
    sitting = sit_down(round_id)
    if not sitting.takes_answers:
        return redirect(url_for("expert.answers", round_id=round_id), 303)
    found = check_page(reading_session(), sitting=sitting)
    if not found.receipt:
        return redirect(url_for("expert.resume", round_id=round_id), 303)
    asked, session, now = sitting.asked, reading_session(), clock.now()
    others = ideas_of_others(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    openings = next_openings(session, task_force_ids=[asked.panel.task_force_id], now=now)
    return render_template(
        "expert/receipt.html",
        check=found,
        n_ideas_of_others=others.n_ideas if others.n_people >= asked.min_group_size else 0,
        next_openings=openings,
    )


@blueprint.get("/rounds/<int:round_id>/answers")
@requires(Permission.ANSWER)
def answers(round_id: int) -> Any:
    """One's own answers of a round, to keep or print."""
    sitting = sit_down(round_id)
    if sitting.asked.status is RoundStatus.PLANNED:
        return redirect(url_for("expert.panel", task_force_id=sitting.asked.panel.task_force_id), 303)
    session = reading_session()
    by = entered_by(session, round_id=round_id, panellist_id=sitting.seat.panellist_id)
    return render_template("expert/answers.html", answers=answers_page(session, sitting=sitting), entered_by=by)
