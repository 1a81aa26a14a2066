"""Keys for programs: the list, a new one shown once, the end of one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.secretariat import blueprint
from delphi.secretariat.pages.keys import KeyInput, keys_page
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.api_tokens import make_token, revoke_token
from surveys.vocabulary import Permission


@blueprint.get("/studies/<int:study_id>/keys")
@requires(Permission.OVERSEE)
def keys(study_id: int) -> Any:
    """Which programs may read, until when, and when they last did."""
    return _show(study_id, typed=KeyInput())


@blueprint.post("/studies/<int:study_id>/keys")
@requires(Permission.OVERSEE)
def make_key(study_id: int) -> Any:
    """Make a key and show it, here and never again.

    The answer is the page itself, not a redirect: the key would have to wait somewhere in between. Sending the page
    again is refused, because the name is taken.
    """
    typed = KeyInput.from_form(request.form)
    try:
        with transaction() as session:
            key = make_token(
                session,
                actor=current_actor(),
                study_id=study_id,
                name=typed.name,
                scopes=typed.scopes,
                days=typed.n_days,
                now=clock.now(),
            )
    except RuleViolation as violation:
        return _show(study_id, typed=typed, problem=violation_sentence(violation), status=422)
    return _show(study_id, typed=KeyInput(), key=key, status=201)


@blueprint.post("/studies/<int:study_id>/keys/<int:token_id>/revoke")
@requires(Permission.OVERSEE)
def revoke_key(study_id: int, token_id: int) -> Any:
    """End a key at once."""
    with transaction() as session:
        revoke_token(session, actor=current_actor(), study_id=study_id, token_id=token_id, now=clock.now())
    flash(gettext("The key is revoked. Programs that use it are refused from now on."))
    return redirect(url_for("secretariat.keys", study_id=study_id), 303)


def _show(study_id: int, *, typed: KeyInput, problem: str = "", key: str = "", status: int = 200) -> Any:
    view = keys_page(reading_session(), study_id=study_id, now=clock.now())
    page = render_template("secretariat/keys.html", view=view, study=view.study, typed=typed, problem=problem, key=key)
    return page, status
