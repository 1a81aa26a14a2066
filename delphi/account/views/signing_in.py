"""Staff sign in with address and password, then a second factor where they have one; everybody signs out here."""

from datetime import datetime, timedelta
from typing import Any

from flask import redirect, render_template, request, session, url_for

from delphi import clock
from delphi.account import blueprint
from delphi.account.devices import device_words
from delphi.account.forms import CodeForm, SignInForm
from delphi.account.passkeys import ask_for_known, check_known, host_of
from delphi.database import reading_session, transaction
from delphi.proofs import check_code, check_password, settings, status_of
from delphi.security import current_actor, remember_sign_in, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Authenticator, StaffPassword
from surveys.services.second_factor import has_second_factor, note_passkey_used, passkeys_of
from surveys.services.sign_in import sign_in_staff, sign_out
from surveys.vocabulary import Permission

HALF_WAY = "half_way"
SECOND_STEP_LASTS = timedelta(minutes=10)


@blueprint.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def sign_in() -> Any:
    """Address and password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("account/sign_in.html", form=form, problem=""), 422 if form.errors else 200
    try:
        person, password = check_password(email=form.email.data or "", password=form.password.data or "")
    except RuleViolation as violation:
        problem = violation_sentence(violation)
        return render_template("account/sign_in.html", form=form, problem=problem), status_of(violation)
    if has_second_factor(reading_session(), person_id=person.id):
        now = clock.now()
        session.clear()
        session[HALF_WAY] = [person.id, now.isoformat(), password.changed_at.isoformat()]
        return redirect(url_for("account.second_step"), 303)
    return _let_in(person.id, is_strong=False)


@blueprint.route("/second-step", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def second_step() -> Any:
    """A code of the app, a recovery code, or a passkey; only shortly after the right password."""
    person_id = _half_way()
    if person_id is None:
        return redirect(url_for("account.sign_in"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return _show(person_id, form=form, status=422 if form.errors else 200)
    try:
        check_code(person_id=person_id, code=form.passcode.data or "")
    except RuleViolation as violation:
        return _show(person_id, form=form, problem=violation_sentence(violation), status=status_of(violation))
    return _let_in(person_id, is_strong=True)


@blueprint.post("/second-step/passkey")
@requires(Permission.PUBLIC)
def second_step_passkey() -> Any:
    """The browser's answer for a passkey."""
    person_id = _half_way()
    if person_id is None:
        return redirect(url_for("account.sign_in"), 303)
    passkeys = passkeys_of(reading_session(), person_id=person_id)
    try:
        passkey_id, count, asked_at = check_known(
            request.form.get("answer", ""), passkeys=passkeys, settings=settings()
        )
        with transaction() as opened:
            note_passkey_used(opened, passkey_id=passkey_id, sign_count=count, asked_at=asked_at, now=clock.now())
    except RuleViolation as violation:
        form = CodeForm(formdata=None)
        return _show(person_id, form=form, problem=violation_sentence(violation), status=422)
    return _let_in(person_id, is_strong=True)


@blueprint.post("/sign-out")
@requires(Permission.SIGN_OUT)
def leave() -> Any:
    """End this device's sign-in on the server."""
    actor = current_actor()
    with transaction() as opened:
        sign_out(opened, actor=actor, now=clock.now())
    session.clear()
    response = redirect(url_for("public.front"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _half_way() -> int | None:
    """Whose password was right a moment ago on this device; nobody's once that password was changed."""
    stored = session.get(HALF_WAY)
    if not isinstance(stored, list) or len(stored) != 3:
        return None
    person_id, since, changed_at = stored
    password = reading_session().get(StaffPassword, person_id)
    is_over = clock.now() - datetime.fromisoformat(since) > SECOND_STEP_LASTS
    if is_over or password is None or password.changed_at.isoformat() != changed_at:
        return None
    return int(person_id)


def _let_in(person_id: int, *, is_strong: bool) -> Any:
    with transaction() as opened:
        token = sign_in_staff(
            opened,
            person_id=person_id,
            now=clock.now(),
            device=device_words(request.user_agent.string),
            is_strong=is_strong,
        )
    remember_sign_in(token)
    return redirect(url_for("public.front"), 303)


def _show(person_id: int, *, form: CodeForm, problem: str = "", status: int = 200) -> Any:
    opened = reading_session()
    passkeys = passkeys_of(opened, person_id=person_id)
    asked = ask_for_known(passkeys=passkeys, settings=settings()) if passkeys and host_of(settings()) else ""
    has_app = opened.get(Authenticator, person_id) is not None
    page = render_template(
        "account/second_step.html", form=form, problem=problem, has_app=has_app, passkey_options=asked
    )
    return page, status
