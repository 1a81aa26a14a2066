"""Demo mode only: one-button sign-in for staff, and the outbox. In a real installation these addresses do not exist."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from sqlmodel import col, select

from delphi import clock
from delphi.database import reading_session, transaction
from delphi.mail.messages import LINK, mail_language
from delphi.mail.outgoing import prepare
from delphi.security import remember_sign_in, requires, same_origin_instead_of_csrf_token
from surveys.models import OutboxMessage, Person, StaffRole
from surveys.services.sign_in import sign_in_staff
from surveys.vocabulary import MessageKind, OutboxStatus, Permission, Role

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
STAFF = {"facilitator": Role.FACILITATOR, "secretariat": Role.SECRETARIAT}
LISTED = 200
KINDS = {
    MessageKind.INVITATION: _l("Invitation"),
    MessageKind.REMINDER: _l("Reminder"),
    MessageKind.RECEIPT: _l("Receipt"),
    MessageKind.ROUND_OPENED: _l("Round opened"),
    MessageKind.ROUND_RESULTS: _l("Round results"),
    MessageKind.ROUND_REOPENED: _l("Round opened again"),
    MessageKind.NEW_LINK: _l("Personal link"),
    MessageKind.THANKS: _l("Thanks"),
    MessageKind.CONSULTATION_OPENED: _l("Consultation opened"),
    MessageKind.CONSULTATION_REMINDER: _l("Reminder of a consultation"),
    MessageKind.ACCOUNT_INVITATION: _l("Invitation to the staff"),
    MessageKind.PASSWORD_FORGOTTEN: _l("New password"),
    MessageKind.ACCOUNT_NOTICE: _l("Notice about an account"),
    MessageKind.RETENTION_NOTICE: _l("Notice that names are unlinked"),
}
STATUSES = {
    OutboxStatus.QUEUED: _l("Waiting"),
    OutboxStatus.LEASED: _l("Being sent"),
    OutboxStatus.SENT: _l("Sent"),
    OutboxStatus.FAILED: _l("Not sent"),
    OutboxStatus.HELD: _l("Held back"),
    OutboxStatus.CANCELLED: _l("Taken back"),
}


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One mail in the list."""

    id: int
    kind: Any
    status: Any
    name: str
    queued_at: datetime


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """One mail as its reader sees it. `link` is the personal link in it."""

    subject: str
    to: str
    reply_to: str
    text: str
    language: str
    link: str


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


@blueprint.get("/outbox")
@requires(Permission.PUBLIC)
def outbox() -> Any:
    """The newest mails. Nothing leaves this machine in demo mode: they can be read here instead."""
    rows = (
        reading_session()
        .exec(
            select(OutboxMessage, Person)
            .join(Person, col(Person.id) == OutboxMessage.person_id)
            .order_by(col(OutboxMessage.created_at).desc(), col(OutboxMessage.id).desc())
            .limit(LISTED)
        )
        .all()
    )
    listed = [
        OutboxRow(message.id, KINDS[message.kind], STATUSES[message.status], person.name, message.created_at)
        for message, person in rows
    ]
    return render_template("demo/outbox.html", rows=listed, limit=LISTED)


@blueprint.get("/outbox/<int:message_id>")
@requires(Permission.PUBLIC)
def outbox_message(message_id: int) -> Any:
    """One mail as text, made as it would be sent now."""
    session = reading_session()
    queued = session.get(OutboxMessage, message_id)
    if queued is None:
        abort(404)
    message = prepare(session, queued=queued, settings=current_app.config["DELPHI"], now=clock.now())
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    link = LINK.search(text)
    mail = OutboxMail(
        subject=str(message["Subject"]),
        to=str(message["To"]),
        reply_to=str(message["Reply-To"]),
        text=text,
        language=mail_language(queued.language),
        link=link.group() if link else "",
    )
    return render_template("demo/mail.html", mail=mail)
