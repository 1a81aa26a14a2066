"""Opening a closed round again, with a reason that everybody reads."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.forms import ReopenForm, usual_deadline
from delphi.facilitator.pages.reopening import reopening_page
from delphi.proofs import requires_recent
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Round, Study
from surveys.services.freezing import study_of_round
from surveys.services.reopening import reopen_round
from surveys.vocabulary import Permission


@blueprint.get("/rounds/<int:round_id>/reopen")
@requires(Permission.FACILITATE)
def reopening(round_id: int) -> Any:
    """What it does, and to whom it is told."""
    form = ReopenForm(formdata=None, deadline=usual_deadline(clock.now(), time_zone=_study(round_id).time_zone))
    return _show(round_id, form=form)


@blueprint.post("/rounds/<int:round_id>/reopen")
@requires(Permission.FACILITATE)
@requires_recent
def reopen(round_id: int) -> Any:
    """Take answers again; what was frozen stays."""
    form = ReopenForm()
    form.time_zone = _study(round_id).time_zone
    if not form.validate():
        return _show(round_id, form=form, status=422)
    try:
        with transaction() as session:
            reopen_round(
                session,
                actor=current_actor(),
                round_id=round_id,
                reason=form.reason.data or "",
                deadline_at=form.moment(),
                now=clock.now(),
            )
            number = session.get_one(Round, round_id).number
    except RuleViolation as violation:
        return _show(round_id, form=form, problem=violation_sentence(violation), status=422)
    flash(gettext("Round %(number)s takes answers again; everybody is told.", number=number))
    return redirect(url_for("facilitator.monitor", round_id=round_id), 303)


def _show(round_id: int, *, form: ReopenForm, problem: str = "", status: int = 200) -> Any:
    view = reopening_page(
        reading_session(), round_id=round_id, actor=current_actor(), form=form, now=clock.now(), problem=problem
    )
    return render_template("facilitator/reopening.html", view=view), status


def _study(round_id: int) -> Study:
    return study_of_round(reading_session(), round_=reading_session().get_one(Round, round_id))
