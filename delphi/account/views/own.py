"""My account: what proves who I am, and on which devices I am signed in."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext

from delphi import clock
from delphi.account import blueprint
from delphi.account.pages import account_page
from delphi.database import reading_session, transaction
from delphi.proofs import settings
from delphi.security import current_actor, requires
from surveys.services.staff_roles import end_device
from surveys.vocabulary import Permission


@blueprint.get("/")
@requires(Permission.HAVE_ACCOUNT)
def own() -> Any:
    """Roles, password, second factor, devices."""
    view = account_page(reading_session(), actor=current_actor(), settings=settings(), now=clock.now())
    return render_template("account/own.html", view=view)


@blueprint.post("/devices/<int:sign_in_id>/end")
@requires(Permission.HAVE_ACCOUNT)
def end(sign_in_id: int) -> Any:
    """Sign one of one's own devices out."""
    with transaction() as session:
        end_device(session, actor=current_actor(), sign_in_id=sign_in_id, now=clock.now())
    flash(gettext("That device is signed out."))
    return redirect(url_for("account.own"), 303)
