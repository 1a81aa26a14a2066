"""The front door and personal links."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.public import blueprint
from delphi.public.pages import masked_name
from delphi.security import current_actor, remember_sign_in, requires, same_origin_instead_of_csrf_token
from surveys.errors import RuleViolation
from surveys.models import Study
from surveys.services.sign_in import find_invitation, sign_in_by_link
from surveys.vocabulary import Audience, Permission


@blueprint.get("/")
@requires(Permission.PUBLIC)
def front() -> Any:
    """Where somebody lands without a link: on to their own pages if signed in."""
    actor = current_actor()
    if actor.audience is Audience.EXPERT:
        return redirect(url_for("expert.home"))
    if actor.facilitates:
        return redirect(url_for("facilitator.home"))
    if actor.oversees:
        return redirect(url_for("secretariat.home"))
    return render_template("public/front.html")


@blueprint.get("/r/<token>")
@requires(Permission.PUBLIC)
def invitation(token: str) -> Any:
    """A personal link: a page with one button. GET and HEAD change nothing, so mail scanners may open it."""
    try:
        found, person = find_invitation(reading_session(), token=token)
    except RuleViolation as violation:
        return render_template("public/link_unknown.html", violation=violation), 404
    study = reading_session().get_one(Study, found.study_id)
    # Nothing is remembered before the button is pressed: the page itself follows the person's language.
    with force_locale(request.args.get("language") or person.language):
        return render_template(
            "public/invitation.html",
            token=token,
            name=masked_name(person.name),
            study=study,
            language_asked=request.args.get("language", ""),
        )


@blueprint.post("/r/<token>")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def enter(token: str) -> Response | Any:
    """The button: signs this device in and leaves the token's address."""
    try:
        with transaction() as session:
            sign_in = sign_in_by_link(session, token=token, now=clock.now())
    except RuleViolation as violation:
        return render_template("public/link_unknown.html", violation=violation), 404
    remember_sign_in(sign_in)
    asked = request.form.get("language")
    target = url_for("expert.home", language=asked) if asked else url_for("expert.home")
    return redirect(target, 303)
