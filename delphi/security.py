"""Doors: who is at the door, whether this endpoint lets them in, and the headers every answer carries."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.form_tokens import FormTokens
from surveys.queries.actors import Visit, actor_of_key, visit_of_sign_in
from surveys.queries.subjects import find_subject
from surveys.rules.permissions import STRANGER, Actor, Subject, is_allowed
from surveys.services.sign_in import SEEN_AGAIN, note_seen
from surveys.vocabulary import Audience, Permission

csrf = FormTokens()
SIGN_IN_KEY = "sign_in"
PROGRAMS = "api"
"""The blueprint that programs read from."""
View = TypeVar("View", bound=Callable[..., Any])

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
ALWAYS = {
    name.lower(): (name, value)
    for name, value in (
        ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
        # For browsers that do not know frame-ancestors; the policy above is stricter where they do.
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    )
}
"""Headers of every answer that does not say otherwise, by their names in small letters."""


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view with the permission it asks; a view without a mark is refused to everybody."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def same_origin_instead_of_csrf_token(view: View) -> View:
    """For forms that must work before any cookie is set: refuse what another site posts, ask for no token.

    Browsers say where a form was posted from (`Sec-Fetch-Site`, `Origin`); a request that names another origin is
    refused. What these views do is to open a door whose secret is in the request itself.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        site = request.headers.get("Sec-Fetch-Site", "none")
        origin = request.headers.get("Origin")
        own = request.host_url.rstrip("/")
        if request.method == "POST" and (site == "cross-site" or origin not in (None, "null", own)):
            abort(400)
        return view(*args, **kwargs)

    csrf.exempt(guarded)
    return guarded  # type: ignore[return-value]


def current_actor() -> Actor:
    """Who is asking; read once a request."""
    return _visit().actor


def forget_actor() -> None:
    """Read anew who is asking: what they may do has just changed."""
    g.pop("visit", None)


def ask_nobody() -> None:
    """The database is away: what is said now is said without knowing to whom, unless that was read before."""
    g.setdefault("visit", Visit(STRANGER))


def _visit() -> Visit:
    visit: Visit | None = g.get("visit")
    if visit is None:
        visit = g.visit = _who_asks()
    return visit


def _who_asks() -> Visit:
    if request.blueprint == PROGRAMS:
        # A program reads with its key alone: being signed in as somebody opens nothing there, and forges nothing.
        return Visit(actor_of_key(reading_session(), key=_key_sent(), now=clock.now()))
    token = session.get(SIGN_IN_KEY)
    if not isinstance(token, str):
        return Visit(STRANGER)
    round_id = (request.view_args or {}).get("round_id")
    return visit_of_sign_in(reading_session(), token=token, round_id=round_id, now=clock.now())


def _key_sent() -> str:
    """The key in `Authorization: Bearer KEY`; empty where there is none."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def current_subject() -> Subject:
    """The study and task force this page is about, as found by the guard."""
    subject: Subject = g.subject
    return subject


def remember_sign_in(token: str) -> None:
    """Give this device its sign-in; whatever the cookie held before is dropped."""
    session.clear()
    session[SIGN_IN_KEY] = token
    session.permanent = True


def _lacks_factor(actor: Actor) -> bool:
    """Whether this installation asks this role for a second factor that was not given on this device."""
    if actor.is_strong or actor.audience is not Audience.STAFF:
        return False
    settings = current_app.config["DELPHI"]
    if settings.demo:
        return False
    asked = {"asked": False, "administrators": actor.administers, "staff": actor.administers or bool(actor.oversees)}
    return asked[settings.second_factor]


def _keep_awake(actor: Actor) -> None:
    """A member of staff's device is signed out after twelve hours of rest: remember that it does not rest."""
    if actor.rests_since is None:
        return
    now = clock.now()
    if now - actor.rests_since > SEEN_AGAIN:
        with transaction() as session:
            note_seen(session, actor=actor, now=now)


def guard() -> Any:
    """Default deny: runs before every request, finds the subject of the page and asks the permission table."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None
    permission = getattr(current_app.view_functions[endpoint], "permission", None)
    if permission is Permission.PUBLIC:
        return None
    visit = _visit()
    actor = visit.actor
    if permission is None:
        abort(403)
    if actor.is_stranger:
        abort(401)
    subject = find_subject(reading_session(), request.view_args or {}, of_round=visit.of_round)
    if subject is None:
        abort(404)
    if not is_allowed(permission, actor=actor, subject=subject):
        # A foreign task force is answered as one that does not exist.
        abort(404 if subject != Subject() else 403)
    g.subject = subject
    if permission not in (Permission.SIGN_OUT, Permission.HAVE_ACCOUNT) and _lacks_factor(actor):
        flash(gettext("Your role needs a second factor: please set one up first."))
        return redirect(url_for("account.own"), 303)
    _keep_awake(actor)
    return None


def add_headers(response: Response) -> Response:
    """How long an answer may be kept, and by whom: hardly any, by nobody."""
    headers = response.headers
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.args else "no-cache"
    elif request.blueprint == PROGRAMS:
        # A program may keep what it read and ask whether it is still so (ETag).
        headers["Cache-Control"] = "private, no-cache"
    else:
        headers["Cache-Control"] = "no-store"
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def with_headers(app: WSGIApplication) -> WSGIApplication:
    """Nothing is framed, sniffed or told to other sites, whatever part of the application answers."""

    def answering(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *problem: Any) -> Any:
            given = {name.lower() for name, _ in headers}
            missing = [header for name, header in ALWAYS.items() if name not in given]
            return start_response(status, headers + missing, *problem)

        return app(environ, start)

    return answering


def init_security(app: Flask) -> None:
    csrf.init_app(app)
    app.before_request(guard)
    app.after_request(add_headers)
    app.wsgi_app = with_headers(app.wsgi_app)  # type: ignore[assignment,method-assign]
