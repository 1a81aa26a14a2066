"""The activity list, and one statement with what the secretariat decides about it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.activities import activities_page
from delphi.secretariat.pages.facets import selection_from
from delphi.secretariat.pages.statement import statement_page
from delphi.secretariat.posted import FacilityInput, chosen_category
from delphi.security import current_actor, current_subject, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.categories import assign_category
from surveys.services.facilities import decide_parts
from surveys.vocabulary import Permission, StatementKind


@blueprint.get("/studies/<int:study_id>/activities")
@requires(Permission.OVERSEE)
def activities(study_id: int) -> Any:
    """Published activities, obstacles or success factors in rank order."""
    listing = activities_page(
        reading_session(),
        study_id=study_id,
        selection=selection_from(request.args, kind=StatementKind.ACTIVITY),
        by_overall_rank=request.args.get("order") == "overall",
    )
    return render_template("secretariat/activities.html", listing=listing, study=listing.study)


@blueprint.get("/statements/<int:statement_id>")
@requires(Permission.OVERSEE)
def statement(statement_id: int) -> Any:
    """One statement."""
    return _show(statement_id, typed=FacilityInput(), problem="", status=200)


@blueprint.post("/statements/<int:statement_id>/category")
@requires(Permission.OVERSEE)
def categorise(statement_id: int) -> Any:
    """Sort one statement into a category."""
    try:
        with transaction() as session:
            assign_category(
                session,
                actor=current_actor(),
                study_id=_study_id(),
                statement_ids=[statement_id],
                category_id=chosen_category(request.form),
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(statement_id, typed=FacilityInput(), problem=violation_sentence(violation), status=422)
    flash(gettext("The category is stored."))
    return redirect(url_for("secretariat.statement", statement_id=statement_id), 303)


@blueprint.post("/statements/<int:statement_id>/facility")
@requires(Permission.OVERSEE)
def decide(statement_id: int) -> Any:
    """Give one activity to a facility."""
    typed = FacilityInput.from_form(request.form)
    try:
        with transaction() as session:
            decide_parts(
                session,
                actor=current_actor(),
                study_id=_study_id(),
                statement_ids=[statement_id],
                parts=typed.parts(),
                source=typed.source,
                reason=typed.reason,
                leader=typed.leader,
                partners=typed.partners,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(statement_id, typed=typed, problem=violation_sentence(violation), status=422)
    flash(gettext("The decision is stored; the earlier one stays in the record."))
    return redirect(url_for("secretariat.statement", statement_id=statement_id), 303)


def _study_id() -> int:
    """The study of the statement in the address, as the guard found it."""
    study_id = current_subject().study_id
    if study_id is None:
        raise LookupError("the guard lets no statement without a study through")
    return study_id


def _show(statement_id: int, *, typed: FacilityInput, problem: str, status: int) -> Any:
    view = statement_page(reading_session(), study_id=_study_id(), statement_id=statement_id)
    page = render_template("secretariat/statement.html", view=view, study=view.study, typed=typed, problem=problem)
    return page, status
