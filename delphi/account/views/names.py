"""The name behind a code: asked for with a reason, allowed by a second person, shown to the first."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.account import blueprint
from delphi.database import reading_session, transaction
from delphi.proofs import requires_recent
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import NotFound, RuleViolation
from surveys.models import Study
from surveys.queries.lookups import lookups_of_study, rounds_with_codes
from surveys.services.name_lookups import OPEN_FOR, ask_for_name, decide_lookup, show_name
from surveys.vocabulary import Permission

NOTHING_TYPED = {"round": "", "code": "", "reason": ""}


@blueprint.get("/studies/<int:study_id>/names")
@requires(Permission.LOOK_UP_NAMES)
def names(study_id: int) -> Any:
    """What was asked for, and by whom."""
    return _show(study_id)


@blueprint.post("/studies/<int:study_id>/names")
@requires(Permission.LOOK_UP_NAMES)
@requires_recent
def ask_name(study_id: int) -> Any:
    """Ask; somebody else decides."""
    typed = {name: request.form.get(name, "") for name in NOTHING_TYPED}
    number = typed["round"]
    try:
        with transaction() as session:
            ask_for_name(
                session,
                actor=current_actor(),
                study_id=study_id,
                round_id=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0,
                code=typed["code"],
                reason=typed["reason"],
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), typed=typed, status=422)
    flash(gettext("Asked. Another member of the secretariat, or an administrator, has to allow it."))
    return redirect(url_for("account.names", study_id=study_id), 303)


@blueprint.post("/studies/<int:study_id>/names/<int:lookup_id>/decide")
@requires(Permission.LOOK_UP_NAMES)
@requires_recent
def decide_name(study_id: int, lookup_id: int) -> Any:
    """Allow or refuse, as the second person."""
    try:
        with transaction() as session:
            decide_lookup(
                session,
                actor=current_actor(),
                study_id=study_id,
                lookup_id=lookup_id,
                is_allowed=request.form.get("act") == "allow",
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), status=422)
    return redirect(url_for("account.names", study_id=study_id), 303)


@blueprint.post("/studies/<int:study_id>/names/<int:lookup_id>/show")
@requires(Permission.LOOK_UP_NAMES)
@requires_recent
def reveal_name(study_id: int, lookup_id: int) -> Any:
    """The name, on this page alone."""
    try:
        with transaction() as session:
            name = show_name(session, actor=current_actor(), study_id=study_id, lookup_id=lookup_id, now=clock.now())
    except RuleViolation as violation:
        return _show(study_id, problem=violation_sentence(violation), status=422)
    return _show(study_id, shown=(lookup_id, name or gettext("The link to the person was destroyed.")))


def _show(
    study_id: int,
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    shown: tuple[int, str] | None = None,
    status: int = 200,
) -> Any:
    session = reading_session()
    study = session.get(Study, study_id)
    if study is None:
        raise NotFound
    page = render_template(
        "account/names.html",
        study=study,
        lines=lookups_of_study(session, study_id=study_id, now=clock.now(), open_for=OPEN_FOR),
        rounds=rounds_with_codes(session, study_id=study_id),
        problem=problem,
        typed=typed or NOTHING_TYPED,
        shown=shown,
    )
    return page, status
