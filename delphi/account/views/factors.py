"""Setting up a second factor: an app with a QR code, passkeys, recovery codes."""

import io
from typing import Any

import pyotp
import segno
from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext

from delphi import clock
from delphi.account import blueprint
from delphi.account.pages import needs_factor
from delphi.account.passkeys import ask_for_new, check_new, host_of
from delphi.database import reading_session, transaction
from delphi.proofs import requires_recent, settings
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Person
from surveys.services.second_factor import (
    add_authenticator,
    add_passkey,
    n_recovery_codes,
    passkeys_of,
    remove_factor,
    renew_recovery_codes,
)
from surveys.services.sign_in import note_proven
from surveys.vocabulary import Permission

NEW_SECRET = "new_secret"


@blueprint.post("/app")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def begin_app() -> Any:
    """Draw a secret for an app; it counts only once a code of it was typed."""
    session[NEW_SECRET] = pyotp.random_base32()
    return redirect(url_for("account.new_app"), 303)


@blueprint.get("/app/new")
@requires(Permission.HAVE_ACCOUNT)
def new_app() -> Any:
    """The QR code and the secret in letters."""
    return _show_app()


@blueprint.get("/app/new.svg")
@requires(Permission.HAVE_ACCOUNT)
def app_picture() -> Any:
    """The secret as a QR code, drawn here: no other site is asked."""
    secret = session.get(NEW_SECRET)
    if not isinstance(secret, str):
        abort(404)
    person = reading_session().get_one(Person, current_actor().person_id)
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="Delphi")
    stream = io.BytesIO()
    segno.make(address, error="m", micro=False).save(stream, kind="svg", scale=5, border=4, dark="#000", light="#fff")
    return Response(stream.getvalue(), mimetype="image/svg+xml")


@blueprint.post("/app/new")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def store_app() -> Any:
    """Take the app into use by its first code; the recovery codes are shown, once."""
    secret = session.get(NEW_SECRET)
    if not isinstance(secret, str):
        return redirect(url_for("account.own"), 303)
    try:
        with transaction() as opened:
            typed = request.form.get("passcode", "").replace(" ", "")
            add_authenticator(opened, actor=current_actor(), secret=secret, code=typed, now=clock.now())
            note_proven(opened, actor=current_actor(), is_strong=True, now=clock.now())
            codes = renew_recovery_codes(opened, actor=current_actor(), now=clock.now())
    except RuleViolation as violation:
        return _show_app(problem=violation_sentence(violation), status=422)
    session.pop(NEW_SECRET)
    return render_template("account/recovery_codes.html", codes=codes)


@blueprint.post("/app/remove")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def remove_app() -> Any:
    """Remove the app; where a role needs a second factor, only if a passkey is left."""
    return _remove(passkey_id=None)


@blueprint.post("/recovery-codes")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def recovery_codes() -> Any:
    """Fresh ones, shown once."""
    with transaction() as opened:
        codes = renew_recovery_codes(opened, actor=current_actor(), now=clock.now())
    return render_template("account/recovery_codes.html", codes=codes)


@blueprint.post("/passkeys/begin")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def begin_passkey() -> Any:
    """The page whose script asks the browser to make a passkey."""
    return _show_passkey()


@blueprint.post("/passkeys")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def store_passkey() -> Any:
    """The browser's answer; with a first factor come recovery codes."""
    name = request.form.get("name", "").strip() or gettext("Passkey")
    try:
        credential_id, public_key, count = check_new(request.form.get("answer", ""), settings=settings())
        with transaction() as opened:
            actor, now = current_actor(), clock.now()
            add_passkey(
                opened,
                actor=actor,
                credential_id=credential_id,
                public_key=public_key,
                sign_count=count,
                name=name,
                now=now,
            )
            note_proven(opened, actor=actor, is_strong=True, now=now)
            is_first = not n_recovery_codes(opened, person_id=actor.person_id or 0)
            codes = renew_recovery_codes(opened, actor=actor, now=now) if is_first else ()
    except RuleViolation as violation:
        return _show_passkey(problem=violation_sentence(violation), status=422)
    if codes:
        return render_template("account/recovery_codes.html", codes=codes)
    flash(gettext("The passkey is stored."))
    return redirect(url_for("account.own"), 303)


@blueprint.post("/passkeys/<int:passkey_id>/remove")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def remove_passkey(passkey_id: int) -> Any:
    """Remove one passkey."""
    return _remove(passkey_id=passkey_id)


def _remove(*, passkey_id: int | None) -> Any:
    actor = current_actor()
    try:
        with transaction() as opened:
            is_needed = needs_factor(actor, settings=settings())
            remove_factor(opened, actor=actor, passkey_id=passkey_id, is_needed=is_needed, now=clock.now())
    except RuleViolation as violation:
        flash(violation_sentence(violation))
    else:
        flash(gettext("The second factor is removed."))
    return redirect(url_for("account.own"), 303)


def _show_app(*, problem: str = "", status: int = 200) -> Any:
    secret = session.get(NEW_SECRET)
    if not isinstance(secret, str):
        return redirect(url_for("account.own"), 303)
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template("account/new_app.html", secret=groups, problem=problem), status


def _show_passkey(*, problem: str = "", status: int = 200) -> Any:
    if not host_of(settings()):
        abort(404)
    opened = reading_session()
    person = opened.get_one(Person, current_actor().person_id)
    asked = ask_for_new(person=person, passkeys=passkeys_of(opened, person_id=person.id), settings=settings())
    return render_template("account/new_passkey.html", options=asked, problem=problem), status
