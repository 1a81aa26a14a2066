"""The front door and personal links."""

from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask_babel import force_locale
from werkzeug.wrappers import Response

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.public import blueprint
from delphi.public.guessing import Guesses
from delphi.public.pages import door_page
from delphi.security import current_actor, remember_sign_in, requires, same_origin_instead_of_csrf_token
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.localized import LANGUAGES
from surveys.services.link_requests import ask_for_link
from surveys.services.sign_in import find_invitation, sign_in_by_link
from surveys.vocabulary import Audience, Permission, ViolationCode


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
    if actor.observes:
        return redirect(url_for("observer.home"))
    if actor.audience is Audience.STAFF:
        return redirect(url_for("account.staff" if actor.administers else "account.own"))
    return render_template("public/front.html")


@blueprint.get("/r/<token>")
@requires(Permission.PUBLIC)
def invitation(token: str) -> Any:
    """A personal link: a page with one button. GET and HEAD change nothing, so mail scanners may open it.

    On a device where its owner is signed in already, the link leads on to their own pages.
    """
    try:
        found, person = find_invitation(reading_session(), token=token)
    except RuleViolation as violation:
        return _unknown(violation)
    actor = current_actor()
    if actor.audience is Audience.EXPERT and actor.person_id == person.id:
        return redirect(url_for("expert.home"), 303)
    asked = request.args.get("language", "")
    page = door_page(reading_session(), invitation=found, person=person, token=token)
    # Nothing is remembered before the button is pressed: the page itself follows the person's language.
    with force_locale(asked if asked in LANGUAGES else person.language):
        return render_template("public/invitation.html", door=page, language_asked=asked)


@blueprint.post("/r/<token>")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def enter(token: str) -> Response | Any:
    """The button: signs this device in and leaves the token's address."""
    try:
        with transaction() as session:
            sign_in = sign_in_by_link(session, token=token, now=clock.now())
    except RuleViolation as violation:
        return _unknown(violation)
    remember_sign_in(sign_in)
    asked = request.form.get("language")
    target = url_for("expert.home", language=asked) if asked else url_for("expert.home")
    return redirect(target, 303)


def _unknown(violation: RuleViolation) -> tuple[str, int]:
    status = 410 if violation.code is ViolationCode.LINK_REVOKED else 404
    guesses: Guesses = current_app.extensions.setdefault("delphi_guesses", Guesses())
    if status == 404 and guesses.is_too_many(request.remote_addr or "", now=clock.now()):
        abort(429)
    return render_template(
        "public/link_unknown.html", problem=violation_sentence(violation), address_problem=""
    ), status


@blueprint.get("/link")
@requires(Permission.PUBLIC)
def lost_link() -> Any:
    """Where somebody without a working link asks for a new one."""
    return render_template("public/link_unknown.html", problem="", address_problem="")


@blueprint.post("/link")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def ask_link() -> Any:
    """Queue a new link to the address, if it is on a panel; the reply is the same whether it is or not."""
    address = request.form.get("email", "").strip()
    if "@" not in address or len(address) > 254:
        return render_template("public/link_unknown.html", problem="", address_problem=address or " "), 422
    with transaction() as session:
        ask_for_link(session, email=address, now=clock.now())
    return render_template("public/link_asked.html")
