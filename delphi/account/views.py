"""Staff sign in with address and password; everybody signs out here."""

from typing import Any

from flask import redirect, render_template, session, url_for

from delphi import clock
from delphi.account import blueprint
from delphi.account.forms import SignInForm
from delphi.account.passwords import SPARE_HASH, is_right
from delphi.database import reading_session, transaction
from delphi.security import current_actor, remember_sign_in, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.sign_in import find_staff, sign_in_staff, sign_out
from surveys.vocabulary import Permission, ViolationCode


@blueprint.route("/sign-in", methods=["GET", "POST"])
@requires(Permission.PUBLIC)
def sign_in() -> Any:
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("account/sign_in.html", form=form, problem=""), 422 if form.errors else 200
    found = find_staff(reading_session(), email=form.email.data or "")
    # An unknown address costs as much time as a wrong password, so that neither can be told from the other.
    right = is_right(found[1].password_hash if found else SPARE_HASH, form.password.data or "")
    if found is None or not right:
        problem = violation_sentence(RuleViolation(ViolationCode.WRONG_PASSWORD))
        return render_template("account/sign_in.html", form=form, problem=problem), 422
    with transaction() as database_session:
        token = sign_in_staff(database_session, person_id=found[0].id, now=clock.now())
    remember_sign_in(token)
    return redirect(url_for("public.front"), 303)


@blueprint.post("/sign-out")
@requires(Permission.SIGN_OUT)
def leave() -> Any:
    actor = current_actor()
    with transaction() as database_session:
        sign_out(database_session, actor=actor, now=clock.now())
    session.clear()
    response = redirect(url_for("public.front"), 303)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response
