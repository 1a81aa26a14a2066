"""Every page about accounts, data protection and health, each in a state that fills it."""

from datetime import datetime, timedelta

from flask import Flask
from sqlmodel import Session, select

from delphi import clock
from delphi.config import Settings
from delphi.mail.outgoing import prepare
from surveys.models import Authenticator, Idea, OutboxMessage, RecoveryCode, TextReview
from surveys.rules.permissions import Actor
from surveys.services.data_protection import write_breach
from surveys.services.erasure import ask_for_erasure
from surveys.services.name_lookups import ask_for_name
from surveys.services.passwords import ask_for_password
from surveys.services.retention import set_retention
from surveys.vocabulary import Audience, MessageKind, StatementKind
from tests.browser.visiting import State
from tests.builders import a_closed_ideas_round, an_administrator, as_expert, as_secretary
from tests.conftest import SECRET_KEY
from tests.delphi.account.staff_room import PAULA, Room

DESK, ADMINISTRATOR, STRANGER = "desk", "administrator", "stranger"
LEAD_BACK = {
    "account.store_app": "to the recovery codes, or the app again",
    "account.remove_app": "to the account",
    "account.store_passkey": "to the recovery codes or the account",
    "account.remove_passkey": "to the account",
    "account.end": "to the account",
    "account.store_password": "to the sign-in",
    "account.second_step": "only after a password; tests/browser/test_account.py looks at it",
    "account.second_step_passkey": "to the second step",
    "account.leave": "to the front page",
    "account.take": "to the staff",
    "account.decide_name": "to the names",
    "account.reveal_name": "to the names",
    "privacy.check": "to the log",
    "privacy.correct": "to the person",
    "privacy.erase": "to the desk",
    "privacy.read_over": "to the texts",
}
NO_PAGES = {
    "account.app_picture": "SVG",
    "account.begin_passkey": "only where the server has a name; tests/browser/test_account.py looks at it",
    "privacy.person_file": "JSON and HTML",
    "operations.health_report": "text",
    "operations.metrics": "figures for Prometheus",
}
STAFF, LOOK_UP = "/account/staff", "/account/studies/{}/names"
DATA = "/data-protection"


def build(app: Flask) -> tuple[list[State], dict[str, int]]:
    """The pages, and the people who look at them."""
    now = clock.now()
    room = Room(app)
    small = room.small
    with room.database.writing() as session:
        administrator_id = an_administrator(session)
        ideas = [(0, StatementKind.PROBLEM, "Soils erode", "en"), (1, StatementKind.PROBLEM, "No seeds", "en")]
        round_, _ = a_closed_ideas_round(session, small, ideas=ideas)
        desk = as_secretary(small)
        study_id = small.study_id
        asked = {"round_id": round_.id, "code": "P-01", "reason": "A threat in an idea"}
        ask_for_name(session, actor=desk, study_id=study_id, **asked, now=now)
        set_retention(session, actor=desk, study_id=study_id, until=now + timedelta(days=700), reason="Law", now=now)
        ask_for_erasure(session, actor=as_expert(small, small.experts[1]), now=now)
        for idea in session.exec(select(Idea)).all():
            session.add(TextReview(study_id=study_id, kind="idea", row_id=idea.id, listed_at=now))
        _second_factor(session, person_id=small.secretary_id, now=now)
        _breach(session, administrator_id=administrator_id, now=now)
        link = _password_link(session, now=now)
    root = LOOK_UP.format(study_id)
    states = [
        State("account.own", "/account/", who=DESK),
        State("account.own", "/account/", who=ADMINISTRATOR),
        State("account.new_password", "/account/change-password", who=DESK),
        State(
            "account.store_new_password", "/account/change-password", who=DESK, sent={"new_password": "x"}, status=422
        ),
        State("account.begin_app", "/account/app", who=DESK, sent={"x": ""}),
        State("account.new_app", "/account/app/new", who=DESK),
        State("account.recovery_codes", "/account/recovery-codes", who=DESK, sent={"x": ""}),
        State("account.staff", STAFF, who=DESK),
        State("account.staff", STAFF, who=ADMINISTRATOR),
        State("account.invite", STAFF, who=ADMINISTRATOR, sent={"name": "Nadia", "email": "n"}, status=422),
        State(
            "account.reset_second_factor",
            f"{STAFF}/{small.secretary_id}/reset-second-factor",
            who=ADMINISTRATOR,
            sent={"reason": " "},
            status=422,
        ),
        State("account.names", root, who=DESK),
        State("account.ask_name", root, who=DESK, sent={"round": str(round_.id), "code": "P-99"}, status=422),
        State("account.sign_in", "/account/sign-in", who=STRANGER),
        State("account.sign_in", "/account/sign-in", who=STRANGER, sent={"email": PAULA, "password": "no"}, status=422),
        State("account.forgotten", "/account/forgotten", who=STRANGER),
        State("account.set_password", link, who=STRANGER),
        State("account.set_password", "/account/password/unknown", who=STRANGER, status=410),
        State("privacy.desk", f"{DATA}/", who=DESK),
        State("privacy.desk", f"{DATA}/", who=ADMINISTRATOR),
        State("privacy.find", f"{DATA}/find", who=DESK, sent={"words": "expert"}),
        State("privacy.find", f"{DATA}/find", who=DESK, sent={"words": "nobody of this name"}),
        State("privacy.person", f"{DATA}/people/{small.experts[0]}", who=DESK),
        State("privacy.study", f"{DATA}/studies/{study_id}", who=DESK),
        State("privacy.new_consent", f"{DATA}/studies/{study_id}/consent", who=DESK, sent={"reason": ""}, status=422),
        State("privacy.retention", f"{DATA}/studies/{study_id}/retention", who=DESK, sent={"until": "x"}, status=422),
        State("privacy.texts", f"{DATA}/texts", who=DESK),
        State("privacy.breaches", f"{DATA}/breaches", who=ADMINISTRATOR),
        State("privacy.new_breach", f"{DATA}/breaches", who=ADMINISTRATOR, sent={"what": ""}, status=422),
        State("privacy.log", f"{DATA}/log", who=ADMINISTRATOR),
        State("operations.health_page", "/health", who=ADMINISTRATOR),
    ]
    return states, {DESK: small.secretary_id, ADMINISTRATOR: administrator_id}


def _second_factor(session: Session, *, person_id: int, now: datetime) -> None:
    session.add(Authenticator(person_id=person_id, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", created_at=now))
    session.add(RecoveryCode(person_id=person_id, token_hash="0" * 64))


def _breach(session: Session, *, administrator_id: int, now: datetime) -> None:
    write_breach(
        session,
        actor=Actor(person_id=administrator_id, audience=Audience.STAFF, administers=True),
        noticed_at=now - timedelta(days=1),
        what="A list of names was sent to the wrong address",
        concerned="Six experts",
        measures="The receiver deleted it",
        told="Those concerned, the same day",
        now=now,
    )


def _password_link(session: Session, *, now: datetime) -> str:
    """The path in a mail to somebody who forgot their password."""
    ask_for_password(session, email=PAULA, secret_key=SECRET_KEY, now=now)
    session.flush()
    queued = session.exec(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.PASSWORD_FORGOTTEN)).one()
    settings = Settings(secret_key=SECRET_KEY, base_url="http://localhost", testing=True)
    body = prepare(session, queued=queued, settings=settings, now=now).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).partition("http://localhost")[2].split()[0]
