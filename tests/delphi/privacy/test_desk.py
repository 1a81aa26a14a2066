"""The desk in the browser: requests, search, files, removal, consent, retention, breaches, the whole log."""

import json
import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from delphi.retention import keep_retention
from surveys.models import AuditEvent, Breach, OutboxMessage, Panellist, Person, Study
from surveys.services.audit_chain import check_chain
from surveys.vocabulary import AuditAction, MessageKind
from tests.builders import SmallStudy, a_second_look, a_study, an_administrator, expert_client, staff_client, token_in

NOW = datetime.now(UTC)
DESK = "/data-protection/"


def a_panel(app: Flask) -> SmallStudy:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=5)
        a_second_look(session, small, rows="9 | 8 | 7 | 8 | 9")
    return small


def post(client: FlaskClient, path: str, *, page: str = DESK, **fields: str):  # type: ignore[no-untyped-def]
    return client.post(path, data={"csrf_token": token_in(client.get(page).text), **fields})


def test_an_expert_asks_and_the_desk_removes(app_on_each: Flask) -> None:
    small = a_panel(app_on_each)
    expert = expert_client(app_on_each, small, small.experts[0])
    assert post(expert, "/my/data/erasure", page="/my/data").status_code == 303
    assert "You asked on" in expert.get("/my/data").text
    desk = staff_client(app_on_each, small.secretary_id)
    address = f"{DESK}people/{small.experts[0]}"
    assert address in desk.get(DESK).text
    page = desk.get(address).text
    assert "Kept without name: 1 answers" in page
    digest = re.search(r'name="digest" value="(\w+)"', page)
    assert digest is not None
    assert post(desk, f"{address}/erase", page=address, reason="Asked", digest="old").status_code == 409
    assert post(desk, f"{address}/erase", page=address, reason="", digest=digest[1]).status_code == 422
    assert post(desk, f"{address}/erase", page=address, reason="Asked", digest=digest[1]).status_code == 303
    assert desk.get(address).status_code == 404
    assert expert.get("/my/data").status_code == 401
    facilitator = staff_client(app_on_each, small.facilitator_id)
    for path in ("panel",):
        assert facilitator.get(f"/facilitate/task-forces/{small.task_force_id}/{path}").status_code == 200
    with app_on_each.extensions["delphi_database"].reading() as session:
        assert session.get_one(Person, small.experts[0]).name == "–"
        assert check_chain(session).kind is None


def test_a_search_is_logged_without_what_was_typed(app: Flask) -> None:
    small = a_panel(app)
    desk = staff_client(app, small.secretary_id)
    with app.extensions["delphi_database"].reading() as session:
        person = session.get_one(Person, small.experts[0])
    assert person.name in post(desk, f"{DESK}find", words=person.email).text
    assert "Nobody in your studies" in post(desk, f"{DESK}find", words="nobody@example.org").text
    with app.extensions["delphi_database"].reading() as session:
        sought = select(AuditEvent.details).where(AuditEvent.action == AuditAction.PERSON_SOUGHT)
        logged = session.exec(sought.order_by(col(AuditEvent.id))).all()
    assert logged == [{"n": 1}, {"n": 0}]


def test_the_file_holds_everything_in_both_forms(app: Flask) -> None:
    small = a_panel(app)
    desk = staff_client(app, small.secretary_id)
    address = f"{DESK}people/{small.experts[0]}"
    assert post(desk, f"{address}/file", page=address, reason="", format="json").status_code == 422
    content = json.loads(post(desk, f"{address}/file", page=address, reason="Her request", format="json").data)
    pdf = post(desk, f"{address}/file", page=address, reason="Her request", format="pdf").data
    assert content["rating"]
    assert content["person"][0]["id"] == small.experts[0]
    assert pdf.startswith(b"%PDF-")


def test_a_new_wording_asks_again_and_is_shown(app_on_each: Flask) -> None:
    small = a_panel(app_on_each)
    desk = staff_client(app_on_each, small.secretary_id)
    address = f"{DESK}studies/{small.study_id}"
    fields = {"consent-en": "1. We keep codes.", "consent-fr": "1. Des codes."}
    assert post(desk, f"{address}/consent", page=address, **fields).status_code == 422
    assert post(desk, f"{address}/consent", page=address, reason="Codes", **fields).status_code == 303
    expert = expert_client(app_on_each, small, small.experts[0])
    welcome = f"/my/{small.task_force_id}/welcome"
    page = expert.get(welcome).text
    assert "We keep codes." in page
    with app_on_each.extensions["delphi_database"].reading() as session:
        assert session.get_one(Panellist, small.panellists[0]).consent_is_due
    post(expert, welcome, page=welcome, agree="yes")
    with app_on_each.extensions["delphi_database"].reading() as session:
        seat = session.get_one(Panellist, small.panellists[0])
        assert not seat.consent_is_due
        assert seat.consent_version_id is not None
    assert "to wording en 1" in expert.get("/my/data").text
    assert "to wording en 1" in desk.get(f"{DESK}people/{small.experts[0]}").text
    assert "one agreed" in desk.get(address).text


def test_retention_is_set_noticed_and_kept_by_the_worker(app: Flask) -> None:
    small = a_panel(app)
    database = app.extensions["delphi_database"]
    desk = staff_client(app, small.secretary_id)
    address = f"{DESK}studies/{small.study_id}"
    day = NOW + timedelta(days=60)
    for until, status in (("soon", 422), (day.date().isoformat(), 303)):
        reply = post(desk, f"{address}/retention", page=address, until=until, reason="Plan")
        assert reply.status_code == status
    assert keep_retention(database, now=NOW) == 0
    assert keep_retention(database, now=day) == 1
    assert keep_retention(database, now=day + timedelta(days=30)) == 1
    with database.reading() as session:
        mails = session.exec(select(OutboxMessage).where(OutboxMessage.kind == MessageKind.RETENTION_NOTICE)).all()
        assert [mail.person_id for mail in mails] == [small.secretary_id]
        assert session.get_one(Study, small.study_id).unlinked_at is not None
        assert set(session.exec(select(Panellist.person_id)).all()) == {None}


def test_breaches_and_the_whole_log_are_the_administrators(app: Flask) -> None:
    small = a_panel(app)
    with app.extensions["delphi_database"].writing() as session:
        administrator = an_administrator(session)
    assert staff_client(app, small.secretary_id).get(f"{DESK}log").status_code == 403
    client = staff_client(app, administrator)
    page = f"{DESK}breaches"
    assert post(client, page, page=page, noticed="", what="Laptop").status_code == 422
    assert post(client, page, page=page, noticed="2026-05-01", what="Laptop lost").status_code == 303
    assert "Laptop lost" in client.get(page).text
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Breach.author_id)).all() == [administrator]
    log = f"{DESK}log"
    assert "It was not checked here yet." in client.get(log).text
    assert post(client, f"{log}/check", page=log).status_code == 303
    assert "the chain was whole" in client.get(log).text
    with app.extensions["delphi_database"].writing() as session:
        event = session.exec(select(AuditEvent).limit(1)).one()
        event.details = {**event.details, "number": 99}
        session.add(event)
    post(client, f"{log}/check", page=log)
    assert "the chain is broken (changed" in client.get(log).text
