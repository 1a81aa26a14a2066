"""Records of the installation for the administrator: the list of breaches, the whole log and its chain."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.privacy import blueprint
from delphi.privacy.pages.records import breaches_page, log_page
from delphi.privacy.views.studies import day_typed
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.audit_chain import check_chain
from surveys.services.data_protection import note_check, write_breach
from surveys.vocabulary import Permission

BREACH_FIELDS = ("what", "concerned", "measures", "told")


@blueprint.get("/breaches")
@requires(Permission.ADMINISTER)
def breaches() -> Any:
    """The list, to be printed as it is."""
    return _breaches()


@blueprint.post("/breaches")
@requires(Permission.ADMINISTER)
def new_breach() -> Any:
    """A further entry."""
    try:
        with transaction() as session:
            write_breach(
                session,
                actor=current_actor(),
                noticed_at=day_typed(request.form.get("noticed", "")),
                **{name: request.form.get(name, "") for name in BREACH_FIELDS},
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _breaches(problem=violation_sentence(violation)), 422
    flash(gettext("Written into the list."))
    return redirect(url_for("privacy.breaches"), 303)


@blueprint.get("/log")
@requires(Permission.ADMINISTER)
def log() -> Any:
    """Who did what, when, with what changed, over all studies."""
    view = log_page(
        reading_session(), before=request.args.get("before", type=int), action=request.args.get("action", "")
    )
    return render_template("privacy/log.html", view=view)


@blueprint.post("/log/check")
@requires(Permission.ADMINISTER)
def check() -> Any:
    """Recompute every seal; the result is logged and stands on the page."""
    with transaction() as session:
        found = check_chain(session)
        state = "whole" if found.kind is None else f"{found.kind.value} {found.broken_at}"
        note_check(session, actor=current_actor(), n=found.n_entries, state=state, now=clock.now())
    return redirect(url_for("privacy.log"), 303)


def _breaches(*, problem: str = "") -> Any:
    view = breaches_page(reading_session())
    return render_template("privacy/breaches.html", view=view, problem=problem, typed=request.form)
