"""Agreeing to take part, saying no, and leaving, as pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from surveys.localized import LocalizedText
from surveys.models import College, Panellist, Rating, Study
from surveys.vocabulary import MembershipStatus
from tests.builders import SmallStudy, a_study, an_expert, an_open_rating_round, expert_client, token_in
from tests.delphi.expert import answering

CONSENT = "Taking part is your choice.\n1. Without your name.\n2. By code.\n3. From five on.\n4. Leave at any time."


@pytest.fixture
def invited(app: Flask) -> tuple[SmallStudy, FlaskClient, int]:
    """An invited expert of a study with an open round: the study, the browser, the round."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=0)
        person, panellist = an_expert(session, task_force_id=small.task_force_id, slug="new", consented=False)
        small.experts, small.panellists = [person.id], [panellist.id]
        study = session.get_one(Study, small.study_id)
        study.consent, study.contact_email = LocalizedText(en=CONSENT, fr="1. Sans votre nom."), "lukas@example.org"
        panellist.college_id = session.exec(select(College.id).where(College.study_id == study.id)).first()
        round_, _ = an_open_rating_round(session, small, n_statements=2)
        round_id = round_.id
    return small, expert_client(app, small, small.experts[0]), round_id


def seat(app: Flask, small: SmallStudy) -> Panellist:
    with app.extensions["delphi_database"].reading() as session:
        return session.get_one(Panellist, small.panellists[0])


def college_of(app: Flask, small: SmallStudy) -> str:
    with app.extensions["delphi_database"].reading() as session:
        panellist = session.get_one(Panellist, small.panellists[0])
        return str(session.get_one(College, panellist.college_id).name["en"])


def test_the_link_leads_to_the_welcome_and_the_tick_to_the_first_question(
    app: Flask, invited: tuple[SmallStudy, FlaskClient, int]
) -> None:
    small, client, round_id = invited
    response = client.get("/my/", follow_redirects=True)
    assert response.request.path == f"/my/{small.task_force_id}/welcome"
    page = response.get_data(as_text=True)
    for line in ("Without your name.", "By code.", "From five on.", "Leave at any time."):
        assert f"<li>{line}</li>" in page
    assert "<p>Taking part is your choice.</p>" in page
    assert "About 2 minutes." in page
    listed = page.partition("You are listed under:")[2].partition("</p>")[0]
    assert "mailto:lukas@example.org" in listed
    assert listed.strip().startswith(college_of(app, small))
    response = client.post(f"/my/{small.task_force_id}/welcome", data={"csrf_token": token_in(page), "agree": "yes"})
    assert response.headers["Location"] == f"/my/rounds/{round_id}/rate/1"
    assert seat(app, small).status is MembershipStatus.JOINED


def test_without_the_tick_nothing_starts(app: Flask, invited: tuple[SmallStudy, FlaskClient, int]) -> None:
    small, client, _ = invited
    path = f"/my/{small.task_force_id}/welcome"
    response = client.post(path, data={"csrf_token": token_in(client.get(path).get_data(as_text=True))})
    assert response.status_code == 422
    assert "Please tick the box" in response.get_data(as_text=True)
    assert seat(app, small).consented_at is None


def test_a_no_keeps_its_reason(app: Flask, invited: tuple[SmallStudy, FlaskClient, int]) -> None:
    small, client, _ = invited
    path = f"/my/{small.task_force_id}/decline"
    token = token_in(client.get(path).get_data(as_text=True))
    too_long = client.post(path, data={"csrf_token": token, "reason": "x" * 2001})
    assert too_long.status_code == 422
    assert "x" * 2001 in too_long.get_data(as_text=True)
    response = client.post(path, data={"csrf_token": token, "reason": "Ask Ana Ruiz"}, follow_redirects=True)
    assert "You said no to this task force." in response.get_data(as_text=True)
    assert (seat(app, small).status, seat(app, small).decline_reason) == (MembershipStatus.DECLINED, "Ask Ana Ruiz")


@pytest.mark.parametrize(("choice", "left"), [("keep", 1), ("remove", 0)])
def test_leaving_keeps_or_removes_the_answers_of_the_open_round(app: Flask, choice: str, left: int) -> None:
    study = answering.Study(app)
    study.send({study.field(): "7"})
    path = f"/my/{study.small.task_force_id}/leave"
    token = token_in(study.client.get(path).get_data(as_text=True))
    response = study.client.post(path, data={"csrf_token": token, "answers": choice}, follow_redirects=True)
    assert "You have left" in response.get_data(as_text=True)
    with study.database.reading() as session:
        assert len(session.exec(select(Rating)).all()) == left
    assert study.client.get(study.address).status_code == 404
