"""Opening and closing rounds, reminders, more time. Each irreversible act has a preview whose digest comes back."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.facilitator import blueprint
from delphi.facilitator.forms import ConfirmForm, DeadlineForm, LaunchForm
from delphi.facilitator.pages.dates import proposed_deadline
from delphi.facilitator.pages.protocol_check import short
from delphi.facilitator.pages.rounds import after_closing, closing_page, opening_page
from delphi.facilitator.views.task_forces import show_task_force
from delphi.i18n import moment
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Round, Study
from surveys.queries.protocols import protocol_record
from surveys.services.chasing import extend_deadline, give_grace
from surveys.services.freezing import study_of_round
from surveys.services.launching import launch, schedule_launch, unschedule_launch
from surveys.services.launching import undo_launch as undo
from surveys.services.next_round import plan_ideas_round
from surveys.services.opening import preview_open
from surveys.services.rounds import close_round
from surveys.vocabulary import Permission, ViolationCode


@blueprint.post("/task-forces/<int:task_force_id>/rounds")
@requires(Permission.FACILITATE)
def plan_first_round(task_force_id: int) -> Any:
    """Plan the round of open questions, then show what opening it takes."""
    with transaction() as session:
        round_ = plan_ideas_round(session, actor=current_actor(), task_force_id=task_force_id, now=clock.now())
    return redirect(url_for("facilitator.opening", round_id=round_.id), 303)


@blueprint.get("/rounds/<int:round_id>/open")
@requires(Permission.FACILITATE)
def opening(round_id: int) -> Any:
    """The checklist of a planned round."""
    deadline = proposed_deadline(reading_session(), round_=_round(round_id), study=_study(round_id), now=clock.now())
    form = LaunchForm(formdata=None, deadline=deadline)
    return _show_opening(round_id, form=form)


@blueprint.post("/rounds/<int:round_id>/open")
@requires(Permission.FACILITATE)
def open_planned(round_id: int) -> Any:
    """Open the round that the checklist showed, now or at the time that was typed."""
    form, study = LaunchForm(), _study(round_id)
    form.time_zone = study.time_zone
    if not form.validate():
        return _show_opening(round_id, form=form, status=422)
    opens_at, actor = form.opening(), current_actor()
    was_locked = protocol_record(reading_session(), study_id=study.id).is_locked
    is_later = request.form.get("act") == "schedule"
    try:
        with transaction() as session:
            round_ = session.get_one(Round, round_id, with_for_update=True)
            if form.digest.data != preview_open(session, round_=round_, study=study).digest:
                raise RuleViolation(ViolationCode.PREVIEW_OUTDATED)
            if is_later:
                schedule_launch(
                    session,
                    actor=actor,
                    round_id=round_id,
                    opens_at=opens_at or clock.now(),
                    deadline_at=form.moment(),
                    now=clock.now(),
                )
            else:
                launch(session, actor=actor, round_id=round_id, deadline_at=form.moment(), now=clock.now())
    except RuleViolation as violation:
        return _show_opening(round_id, form=form, violation=violation)
    if is_later:
        flash(gettext("The round will be opened on %(at)s.", at=moment(opens_at, study.time_zone)))
        return redirect(url_for("facilitator.opening", round_id=round_id), 303)
    flash(gettext("Round %(number)s is open; the mails leave in ten minutes.", number=round_.number))
    if not was_locked:
        fingerprint = short(protocol_record(reading_session(), study_id=study.id).fingerprint)
        flash(gettext("The protocol was locked with it, fingerprint %(print)s.", print=fingerprint))
    return redirect(url_for("facilitator.monitor", round_id=round_id), 303)


@blueprint.post("/rounds/<int:round_id>/unschedule")
@requires(Permission.FACILITATE)
def unschedule(round_id: int) -> Any:
    """Take the opening time back."""
    with transaction() as session:
        unschedule_launch(session, actor=current_actor(), round_id=round_id, now=clock.now())
    flash(gettext("The opening time was taken back."))
    return redirect(url_for("facilitator.opening", round_id=round_id), 303)


@blueprint.post("/rounds/<int:round_id>/undo-launch")
@requires(Permission.FACILITATE)
def undo_launch(round_id: int) -> Any:
    """Make the open round a planned one again, while its mails wait."""
    with transaction() as session:
        undo(session, actor=current_actor(), round_id=round_id, now=clock.now())
    flash(gettext("The launch was undone; no mail has left."))
    return redirect(url_for("facilitator.opening", round_id=round_id), 303)


@blueprint.get("/rounds/<int:round_id>/close")
@requires(Permission.FACILITATE)
def closing(round_id: int) -> Any:
    """What closing now would freeze, without a single result."""
    return _show_closing(round_id)


@blueprint.post("/rounds/<int:round_id>/close")
@requires(Permission.FACILITATE)
def close(round_id: int) -> Any:
    """Close the round as the preview showed it, and go on to what is next."""
    form = ConfirmForm()
    try:
        with transaction() as session:
            close_round(
                session,
                actor=current_actor(),
                round_id=round_id,
                now=clock.now(),
                digest=form.digest.data or "",
            )
            round_ = session.get_one(Round, round_id)
    except RuleViolation as violation:
        return _show_closing(round_id, violation=violation)
    flash(gettext("Round %(number)s is closed, and its results are frozen.", number=round_.number))
    return redirect(after_closing(round_), 303)


@blueprint.post("/rounds/<int:round_id>/grace")
@requires(Permission.FACILITATE)
def grace(round_id: int) -> Any:
    """A day more for everybody."""
    with transaction() as session:
        round_ = give_grace(session, actor=current_actor(), round_id=round_id, now=clock.now())
    flash(gettext("The round now closes on %(at)s.", at=moment(round_.deadline_at, _study(round_id).time_zone)))
    return redirect(url_for("facilitator.monitor", round_id=round_id), 303)


@blueprint.post("/rounds/<int:round_id>/deadline")
@requires(Permission.FACILITATE)
def extend(round_id: int) -> Any:
    """Give everybody more time."""
    form, study, task_force_id = DeadlineForm(), _study(round_id), _task_force_id(round_id)
    form.time_zone = study.time_zone
    if not form.validate():
        return show_task_force(task_force_id, form=form, status=422)
    try:
        with transaction() as session:
            round_ = extend_deadline(
                session, actor=current_actor(), round_id=round_id, deadline_at=form.moment(), now=clock.now()
            )
    except RuleViolation as violation:
        return _refused(task_force_id, violation, form=form)
    flash(gettext("The round now closes on %(at)s.", at=moment(round_.deadline_at, study.time_zone)))
    return redirect(url_for("facilitator.task_force", task_force_id=task_force_id), 303)


def _show_opening(round_id: int, *, form: LaunchForm, violation: RuleViolation | None = None, status: int = 200) -> Any:
    view = opening_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        form=form,
        now=clock.now(),
        problem=_words(violation),
    )
    return render_template("facilitator/opening.html", view=view), _status(violation, status)


def _show_closing(round_id: int, *, violation: RuleViolation | None = None) -> Any:
    deadline = _round(round_id).deadline_at
    view = closing_page(
        reading_session(),
        round_id=round_id,
        actor=current_actor(),
        form=ConfirmForm(formdata=None),
        is_ahead=_is_ahead(deadline, now=clock.now()),
        problem=_words(violation),
    )
    return render_template("facilitator/closing.html", view=view), _status(violation, 200)


def _refused(task_force_id: int, violation: RuleViolation, form: DeadlineForm | None = None) -> Any:
    shown = form or DeadlineForm(formdata=None)
    return show_task_force(task_force_id, form=shown, problem=_words(violation), status=_status(violation, 200))


def _words(violation: RuleViolation | None) -> str:
    return violation_sentence(violation) if violation is not None else ""


def _status(violation: RuleViolation | None, status: int) -> int:
    if violation is None:
        return status
    changed = (ViolationCode.PREVIEW_OUTDATED, ViolationCode.ROUND_CLOSED, ViolationCode.ROUND_ALREADY_OPEN)
    return 409 if violation.code in changed else 422


def _is_ahead(deadline: datetime | None, *, now: datetime) -> bool:
    return deadline is not None and deadline > now


def _round(round_id: int) -> Round:
    return reading_session().get_one(Round, round_id)


def _study(round_id: int) -> Study:
    return study_of_round(reading_session(), round_=_round(round_id))


def _task_force_id(round_id: int) -> int:
    return _round(round_id).task_force_id
