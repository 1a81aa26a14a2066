"""Setting a password by a link in a mail, and changing one's own."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext

from delphi import clock
from delphi.account import blueprint
from delphi.account.forms import NewPasswordForm
from delphi.account.words import words_to_avoid
from delphi.database import reading_session, transaction
from delphi.passwords import hash_password
from delphi.proofs import requires_recent, settings
from delphi.security import current_actor, requires, same_origin_instead_of_csrf_token
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.models import Person
from surveys.rules.passwords import ADVISED_LENGTH, MIN_LENGTH
from surveys.services.passwords import ask_for_password, change_password, find_account_link, set_password_by_link
from surveys.vocabulary import Permission, ViolationCode


@blueprint.route("/forgotten", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def forgotten() -> Any:
    """Send a link to the address, if it is of staff; the reply is the same whether it is or not."""
    if request.method != "POST":
        return render_template("account/forgotten.html", typed="", is_asked=False)
    address = request.form.get("email", "").strip()
    if "@" not in address or len(address) > 254:
        return render_template("account/forgotten.html", typed=address or " ", is_asked=False), 422
    with transaction() as session:
        ask_for_password(session, email=address, secret_key=settings().secret_key, now=clock.now())
    return render_template("account/forgotten.html", typed="", is_asked=True)


@blueprint.get("/password/<token>")
@requires(Permission.PUBLIC)
def set_password(token: str) -> Any:
    """The link of a mail. Looking at it uses nothing up, so mail scanners may."""
    try:
        _, person = find_account_link(reading_session(), token=token, now=clock.now())
    except RuleViolation as violation:
        return render_template("account/link_over.html", problem=violation_sentence(violation)), 410
    return _show_by_link(NewPasswordForm(formdata=None), person)


@blueprint.post("/password/<token>")
@requires(Permission.PUBLIC)
def store_password(token: str) -> Any:
    """Set it. Nobody is signed in by that: the password is asked for next, and the second factor as always."""
    form = NewPasswordForm()
    try:
        _, person = find_account_link(reading_session(), token=token, now=clock.now())
    except RuleViolation as violation:
        return render_template("account/link_over.html", problem=violation_sentence(violation)), 410
    if not form.validate():
        return _show_by_link(form, person, status=422)
    try:
        hashed = _hashed(form, person)
        with transaction() as session:
            set_password_by_link(session, token=token, password_hash=hashed, now=clock.now())
    except RuleViolation as violation:
        return _show_by_link(form, person, problem=violation_sentence(violation), status=422)
    flash(gettext("Your password is set. Please sign in with it."))
    return redirect(url_for("account.sign_in"), 303)


@blueprint.route("/change-password", methods=["GET"])
@requires(Permission.HAVE_ACCOUNT)
def new_password() -> Any:
    """Where one's own password is changed."""
    return _show_own(NewPasswordForm(formdata=None))


@blueprint.post("/change-password")
@requires(Permission.HAVE_ACCOUNT)
@requires_recent
def store_new_password() -> Any:
    """Change it; every other device is signed out."""
    form = NewPasswordForm()
    if not form.validate():
        return _show_own(form, status=422)
    person = reading_session().get_one(Person, current_actor().person_id)
    try:
        hashed = _hashed(form, person)
        with transaction() as session:
            change_password(session, actor=current_actor(), password_hash=hashed, now=clock.now())
    except RuleViolation as violation:
        return _show_own(form, problem=violation_sentence(violation), status=422)
    flash(gettext("Your password is changed, and your other devices are signed out."))
    return redirect(url_for("account.own"), 303)


def _hashed(form: NewPasswordForm, person: Person) -> str:
    if form.new_password.data != form.again_password.data:
        raise RuleViolation(ViolationCode.PASSWORDS_DIFFER)
    return hash_password(form.new_password.data or "", about=words_to_avoid(reading_session(), person=person))


def _show_by_link(form: NewPasswordForm, person: Person, *, problem: str = "", status: int = 200) -> Any:
    return _page(form, template="account/set_password.html", problem=problem, status=status, email=person.email)


def _show_own(form: NewPasswordForm, *, problem: str = "", status: int = 200) -> Any:
    email = reading_session().get_one(Person, current_actor().person_id).email
    return _page(form, template="account/change_password.html", problem=problem, status=status, email=email)


def _page(form: NewPasswordForm, *, template: str, problem: str, status: int, email: str) -> Any:
    lengths = {"shortest": MIN_LENGTH, "advised": ADVISED_LENGTH}
    return render_template(template, form=form, problem=problem, email=email, **lengths), status
