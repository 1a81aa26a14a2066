"""What overlaps across task forces: link two activities, or dismiss the proposal, with a reason."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.overlaps import kind_of, overlaps_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.links import link_statements
from surveys.vocabulary import Permission, ViolationCode


@blueprint.get("/studies/<int:study_id>/overlaps")
@requires(Permission.OVERSEE)
def overlaps(study_id: int) -> Any:
    """Proposals, most alike first, and what was decided."""
    view = overlaps_page(reading_session(), study_id=study_id)
    return render_template("secretariat/overlaps.html", view=view, study=view.study, problem="")


@blueprint.post("/studies/<int:study_id>/overlaps")
@requires(Permission.OVERSEE)
def link(study_id: int) -> Any:
    """Link the pair, or dismiss it."""
    first, second = (request.form.get(name, 0, type=int) for name in ("first", "second"))
    kind = kind_of(request.form.get("kind", ""))
    reason = request.form.get("reason", "")
    try:
        if kind is None:
            raise RuleViolation(ViolationCode.CHOICE_MISSING)
        with transaction() as session:
            link_statements(
                session,
                actor=current_actor(),
                study_id=study_id,
                first_id=first,
                second_id=second,
                kind=kind,
                reason=reason,
                now=clock.now(),
            )
    except RuleViolation as violation:
        view = overlaps_page(reading_session(), study_id=study_id, typed_pair=f"{first}-{second}", typed_reason=reason)
        page = render_template(
            "secretariat/overlaps.html", view=view, study=view.study, problem=violation_sentence(violation)
        )
        return page, 422
    flash(gettext("The decision is stored."))
    return redirect(url_for("secretariat.overlaps", study_id=study_id), 303)
