"""The assignment desk: activities to tick, a facility, a source and a reason."""

from typing import Any

from flask import flash, redirect, render_template, request
from flask_babel import ngettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.facets import selection_from
from delphi.secretariat.pages.sorting import FacilitiesPage, facilities_page
from delphi.secretariat.posted import FacilityInput, ticked
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.facilities import decide_parts
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>/facilities")
@requires(Permission.OVERSEE)
def facilities(study_id: int) -> Any:
    """Who carries which activity, and what documents say."""
    return _show(_page(study_id), typed=FacilityInput(), chosen=frozenset(), problem="", status=200)


@blueprint.post("/studies/<int:study_id>/facilities")
@requires(Permission.OVERSEE)
def assign(study_id: int) -> Any:
    """Give the ticked activities to the chosen facility."""
    typed = FacilityInput.from_form(request.form)
    shown = [row for group in _page(study_id).desk.groups for row in group.rows]
    chosen = ticked(request.form, shown=shown)
    try:
        with transaction() as session:
            decided = decide_parts(
                session,
                actor=current_actor(),
                study_id=study_id,
                statement_ids=chosen,
                parts=typed.parts(),
                source=typed.source,
                reason=typed.reason,
                leader=typed.leader,
                partners=typed.partners,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(
            _page(study_id), typed=typed, chosen=frozenset(chosen), problem=violation_sentence(violation), status=422
        )
    flash(ngettext("%(num)s activity assigned.", "%(num)s activities assigned.", decided))
    return redirect(request.full_path.rstrip("?"), 303)


def _page(study_id: int) -> FacilitiesPage:
    return facilities_page(reading_session(), study_id=study_id, selection=selection_from(request.args, kind=None))


def _show(view: FacilitiesPage, *, typed: FacilityInput, chosen: frozenset[int], problem: str, status: int) -> Any:
    page = render_template(
        "secretariat/facilities.html", view=view, study=view.desk.study, typed=typed, chosen=chosen, problem=problem
    )
    return page, status
