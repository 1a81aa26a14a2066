"""The demo's one-button pages and its outbox: there in demo mode, nowhere else, and they change nothing by looking."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func
from sqlmodel import select

from delphi.database import Database
from delphi.demo_pages import KINDS, STATUSES
from surveys.models import Invitation, OutboxMessage, Person, metadata
from surveys.services.outbox import queue_message
from surveys.services.rounds import close_round
from surveys.vocabulary import MessageKind, OutboxStatus
from tests.builders import NOW, a_study, an_open_rating_round
from tests.conftest import an_app

PATHS = ("/demo/facilitator", "/demo/secretariat", "/demo/outbox", "/demo/outbox/1")


@pytest.fixture
def demo_app(lite: Database) -> Iterator[Flask]:
    """The application in demo mode, with one invitation and one receipt waiting."""
    with lite.writing() as session:
        small = a_study(session, n_experts=2)
        round_, _ = an_open_rating_round(session, small, n_statements=2)
        for kind, person_id in zip((MessageKind.INVITATION, MessageKind.NEW_LINK), small.experts, strict=True):
            person = session.get_one(Person, person_id)
            params = {"round_id": round_.id} if kind is MessageKind.INVITATION else {}
            queue_message(session, kind=kind, person=person, study_id=small.study_id, params=params, now=NOW)
    app = an_app(lite, demo=True)
    yield app
    app.extensions["delphi_database"].engine.dispose()


def n_rows(app: Flask) -> dict[str, int]:
    with app.extensions["delphi_database"].engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("path", PATHS)
def test_outside_demo_mode_there_is_no_such_page(app: Flask, path: str) -> None:
    client = app.test_client()
    assert client.get(path).status_code == 404
    assert client.post(path).status_code in (400, 404)


@pytest.mark.parametrize("path", PATHS)
def test_looking_changes_nothing(demo_app: Flask, path: str) -> None:
    before = n_rows(demo_app)
    assert demo_app.test_client().get(path).status_code == 200
    assert n_rows(demo_app) == before


@pytest.mark.parametrize(("role", "home"), [("facilitator", "/facilitate/"), ("secretariat", "/secretariat/")])
def test_the_button_signs_staff_in(demo_app: Flask, role: str, home: str) -> None:
    client = demo_app.test_client()
    page = client.get(f"/demo/{role}").get_data(as_text=True)
    assert page.count("<button") == 1
    response = client.post(f"/demo/{role}", follow_redirects=True)
    assert response.status_code == 200
    assert response.request.path.startswith(home)


def test_another_site_cannot_press_the_button(demo_app: Flask) -> None:
    client = demo_app.test_client()
    response = client.post("/demo/facilitator", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 400
    assert client.get("/facilitate/").status_code == 401


def test_the_outbox_lists_mails_and_shows_one_with_its_link(demo_app: Flask) -> None:
    client = demo_app.test_client()
    listed = client.get("/demo/outbox").get_data(as_text=True)
    assert "Expert soil.a5.1" in listed and 'href="/demo/outbox/1"' in listed
    page = client.get("/demo/outbox/1").get_data(as_text=True)
    assert "A5: your view by" in page and "Lukas A5" in page
    assert "http://localhost/r/" in page
    assert "A5: your view" not in client.get("/demo/outbox/2").get_data(as_text=True)


def test_a_mail_in_french_is_shown_in_french_on_an_english_page(demo_app: Flask) -> None:
    with demo_app.extensions["delphi_database"].writing() as session:
        session.get_one(OutboxMessage, 1).language = "fr"
    page = demo_app.test_client().get("/demo/outbox/1?language=en").get_data(as_text=True)
    assert "votre avis d’ici le" in page and "Open the personal link" in page
    assert '<pre class="mail-text" lang="fr">' in page


def test_a_mail_of_a_closed_round_can_still_be_read(demo_app: Flask) -> None:
    with demo_app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=1, now=NOW)
    assert "A5: your view by" in demo_app.test_client().get("/demo/outbox/1").get_data(as_text=True)


def test_an_unknown_mail_is_not_found(demo_app: Flask) -> None:
    assert demo_app.test_client().get("/demo/outbox/99").status_code == 404


def test_every_kind_and_state_of_mail_has_a_word() -> None:
    assert (set(KINDS), set(STATUSES)) == (set(MessageKind), set(OutboxStatus))


def test_no_link_is_made_by_looking(demo_app: Flask) -> None:
    demo_app.test_client().get("/demo/outbox/1")
    with demo_app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Invitation)).all() == []
