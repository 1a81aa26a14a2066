"""Staff: inviting by mail, giving and taking roles."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext

from delphi import clock
from delphi.account import blueprint
from delphi.account.pages import staff_page
from delphi.database import reading_session, transaction
from delphi.i18n import LANGUAGE_NAMES
from delphi.proofs import requires_recent, settings
from delphi.security import current_actor, requires
from delphi.sentences import violation_sentence
from surveys.errors import RuleViolation
from surveys.services.second_factor import reset_factor
from surveys.services.staff_roles import invite_staff, take_role
from surveys.vocabulary import Permission, Role, ViolationCode

NOTHING_TYPED = {"name": "", "email": "", "language": "", "what": ""}


@blueprint.get("/staff")
@requires(Permission.MANAGE_STAFF)
def staff() -> Any:
    """Who may run what."""
    return _show()


@blueprint.post("/staff")
@requires(Permission.MANAGE_STAFF)
@requires_recent
def invite() -> Any:
    """Give somebody a role; who is new gets a mail to set a password."""
    typed = {name: request.form.get(name, "") for name in NOTHING_TYPED}
    try:
        role, ground = _chosen(typed["what"])
        with transaction() as session:
            person = invite_staff(
                session,
                actor=current_actor(),
                name=typed["name"],
                email=typed["email"],
                language=typed["language"] if typed["language"] in LANGUAGE_NAMES else "en",
                role=role,
                study_id=ground if role is not Role.FACILITATOR else None,
                task_force_id=ground if role is Role.FACILITATOR else None,
                secret_key=settings().secret_key,
                now=clock.now(),
            )
            name = person.name
    except RuleViolation as violation:
        return _show(problem=violation_sentence(violation), typed=typed, status=422)
    flash(gettext("%(name)s has the role now, and is told by mail.", name=name))
    return redirect(url_for("account.staff"), 303)


@blueprint.post("/staff/<int:staff_role_id>/take")
@requires(Permission.MANAGE_STAFF)
@requires_recent
def take(staff_role_id: int) -> Any:
    """Take a role away."""
    try:
        with transaction() as session:
            take_role(session, actor=current_actor(), staff_role_id=staff_role_id, now=clock.now())
    except RuleViolation as violation:
        return _show(problem=violation_sentence(violation), status=422)
    flash(gettext("The role is taken away."))
    return redirect(url_for("account.staff"), 303)


@blueprint.post("/staff/<int:person_id>/reset-second-factor")
@requires(Permission.ADMINISTER)
@requires_recent
def reset_second_factor(person_id: int) -> Any:
    """For a colleague who lost phone and codes: the password alone opens their account until they set up another."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            reset_factor(session, actor=current_actor(), person_id=person_id, reason=reason, now=clock.now())
    except RuleViolation as violation:
        return _show(problem=violation_sentence(violation), typed_reason=(person_id, reason), status=422)
    flash(gettext("The second factor is removed, and your colleague is told by mail."))
    return redirect(url_for("account.staff"), 303)


def _chosen(value: str) -> tuple[Role, int | None]:
    """The role and the id of its study or task force, as the form names them."""
    name, _, number = value.partition("-")
    allowed = {Role.ADMINISTRATOR, Role.SECRETARIAT, Role.OBSERVER, Role.FACILITATOR}
    if name not in allowed or (number and not (number.isascii() and number.isdigit() and len(number) < 10)):
        raise RuleViolation(ViolationCode.NOTHING_CHOSEN)
    return Role(name), int(number) if number else None


def _show(
    *,
    problem: str = "",
    typed: dict[str, str] | None = None,
    typed_reason: tuple[int, str] = (0, ""),
    status: int = 200,
) -> Any:
    view = staff_page(reading_session(), actor=current_actor(), language=str(get_locale()))
    page = render_template(
        "account/staff.html", view=view, problem=problem, typed=typed or NOTHING_TYPED, typed_reason=typed_reason
    )
    return page, status
