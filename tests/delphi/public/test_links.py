"""Personal links: harmless to open, one button to enter, and the way back for who has lost one."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlmodel import select

from surveys.models import OutboxMessage, Panellist, SignIn
from surveys.services.sign_in import ensure_invitation, revoke_invitation
from surveys.vocabulary import MembershipStatus, MessageKind, OutboxStatus
from tests.builders import (
    NOW,
    a_study,
    an_expert,
    an_open_ideas_round,
    as_secretary,
    everything_stored,
    expert_client,
    invitation_path,
)
from tests.conftest import SECRET_KEY


def test_opening_a_link_changes_nothing_however_often(app_on_each: Flask) -> None:
    database = app_on_each.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=1)
        an_open_ideas_round(session, small)
        path = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
    before = everything_stored(database)
    for _ in range(50):
        client = app_on_each.test_client()
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
        assert client.get("/my/").status_code == 401
    assert everything_stored(database) == before
    human = app_on_each.test_client()
    assert human.post(path).headers["Location"] == "/my/"
    assert human.get("/my/", follow_redirects=True).status_code == 200


def test_the_door_shows_no_full_name_and_follows_the_language(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=0)
        person, _ = an_expert(session, task_force_id=small.task_force_id, slug="awa", language="fr")
        path = invitation_path(session, person_id=person.id, study_id=small.study_id)
        name, address = person.name, person.email
    client = app.test_client()
    page = client.get(path).get_data(as_text=True)
    assert '<html lang="fr">' in page
    assert "Étude des sols" in page
    assert "E*** a***" in page
    assert name not in page
    assert address not in page
    assert '<html lang="en">' in client.get(path + "?language=en").get_data(as_text=True)
    response = client.post(path, data={"language": "en"})
    assert response.headers["Location"] == "/my/?language=en"


def test_the_link_is_the_door_to_one_own_pages_once_signed_in(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=2)
        own = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
        other = invitation_path(session, person_id=small.experts[1], study_id=small.study_id)
    client = expert_client(app, small, small.experts[0])
    assert client.get(own).headers["Location"] == "/my/"
    assert client.get(other).status_code == 200


@pytest.mark.parametrize(("revoked", "status"), [(False, 404), (True, 410)])
def test_a_dead_link_offers_a_new_one(app: Flask, revoked: bool, status: int) -> None:
    path = "/r/unknown"
    if revoked:
        with app.extensions["delphi_database"].writing() as session:
            small = a_study(session, n_experts=1)
            invitation, token = ensure_invitation(
                session, person_id=small.experts[0], study_id=small.study_id, secret_key=SECRET_KEY, now=NOW
            )
            revoke_invitation(session, invitation=invitation, actor=as_secretary(small), now=NOW)
            path = f"/r/{token}"
    client = app.test_client()
    for response in (client.get(path), client.post(path)):
        assert response.status_code == status
        assert 'name="email"' in response.get_data(as_text=True)
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(SignIn)).all() == []


def test_asking_for_a_link_tells_nobody_who_is_on_a_panel(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        session.get_one(Panellist, small.panellists[1]).status = MembershipStatus.LEFT
    client = app.test_client()
    known = client.post("/link", data={"email": " Expert.SOIL.a5.1@example.org "})
    again = client.post("/link", data={"email": "expert.soil.a5.1@example.org"})
    left = client.post("/link", data={"email": "expert.soil.a5.2@example.org"})
    unknown = client.post("/link", data={"email": "nobody@example.org"})
    pages = {(each.status_code, each.get_data(as_text=True)) for each in (known, again, left, unknown)}
    assert len(pages) == 1
    assert known.status_code == 200
    with database.reading() as session:
        queued = session.exec(select(OutboxMessage)).all()
        assert [(message.kind, message.person_id) for message in queued] == [(MessageKind.NEW_LINK, small.experts[0])]


def test_a_lost_link_is_mailed_once_in_five_minutes(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        a_study(session, n_experts=1)
    for minutes, n_mails in ((0, 1), (4, 1), (6, 2)):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=False):
            app.test_client().post("/link", data={"email": "expert.soil.a5.1@example.org"})
        with database.writing() as session:
            mails = session.exec(select(OutboxMessage)).all()
            for mail in mails:
                mail.status = OutboxStatus.SENT
        assert len(mails) == n_mails


def test_asking_with_half_an_address_keeps_it_and_says_so(app: Flask) -> None:
    response = app.test_client().post("/link", data={"email": "awa"})
    assert response.status_code == 422
    assert 'value="awa"' in response.get_data(as_text=True)


def test_another_site_cannot_ask_or_enter(app: Flask) -> None:
    headers = {"Origin": "https://evil.example"}
    assert app.test_client().post("/link", data={"email": "a@example.org"}, headers=headers).status_code == 400
    assert app.test_client().post("/r/anything", headers=headers).status_code == 400
