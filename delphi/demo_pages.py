"""Demo mode only: one-button sign-in for the two staff roles. In a real installation these addresses do not exist."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlmodel import col, select

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.security import remember_sign_in, requires, same_origin_instead_of_csrf_token
from surveys.models import Person, StaffRole
from surveys.services.sign_in import sign_in_staff
from surveys.vocabulary import Permission, Role

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
STAFF = {"facilitator": Role.FACILITATOR, "secretariat": Role.SECRETARIAT}


def _person_of(role_name: str) -> Person:
    """The demo's facilitator or secretariat: the first of that role."""
    if role_name not in STAFF:
        abort(404)
    person = (
        reading_session()
        .exec(
            select(Person)
            .join(StaffRole, col(StaffRole.person_id) == Person.id)
            .where(StaffRole.role == STAFF[role_name])
            .order_by(col(Person.id))
        )
        .first()
    )
    if person is None:
        abort(404)
    return person


@blueprint.get("/<role_name>")
@requires(Permission.PUBLIC)
def staff(role_name: str) -> Any:
    return render_template("demo/staff.html", person=_person_of(role_name), role_name=role_name)


@blueprint.post("/<role_name>")
@requires(Permission.PUBLIC)
@same_origin_instead_of_csrf_token
def enter(role_name: str) -> Any:
    person_id = _person_of(role_name).id
    with transaction() as session:
        token = sign_in_staff(session, person_id=person_id, now=clock.now())
    remember_sign_in(token)
    return redirect(url_for("public.front"), 303)
