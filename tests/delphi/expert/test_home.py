"""Where an expert lands: one task force or many, and always where they stopped."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from surveys.models import Panellist, Round
from surveys.services.rounds import close_round
from surveys.vocabulary import MembershipStatus, RoundStatus
from tests.builders import (
    SmallStudy,
    a_study,
    a_task_force,
    an_open_ideas_round,
    an_open_rating_round,
    expert_client,
    token_in,
)
from tests.delphi.expert.answering import Study


def landing(client: FlaskClient) -> str:
    """The path on which `/my/` ends."""
    return client.get("/my/", follow_redirects=True).request.path


def test_a_single_task_force_opens_where_the_expert_stopped(app: Flask) -> None:
    study = Study(app, n_statements=14)
    rounds = f"/my/rounds/{study.round_id}"
    assert landing(study.client) == f"{rounds}/rate/1"
    page = study.page()
    token = token_in(page)
    fields = dict.fromkeys(re.findall(r'<fieldset class="question" id="([^"]+)"', page), "5")
    study.client.post(study.address, data={"csrf_token": token, **fields})
    assert landing(study.client) == f"{rounds}/rate/2"
    page = study.client.get(f"{rounds}/rate/2").get_data(as_text=True)
    fields = dict.fromkeys(re.findall(r'<fieldset class="question" id="([^"]+)"', page), "5")
    study.client.post(f"{rounds}/rate/2", data={"csrf_token": token, **fields})
    assert landing(study.client) == f"{rounds}/check"
    study.client.post(f"{rounds}/check", data={"csrf_token": token})
    assert landing(study.client) == f"/my/{study.small.task_force_id}/"
    assert "Sent. You can change your answers" in study.client.get("/my/?all=1").get_data(as_text=True)


def test_one_redirect_leads_to_the_page_with_the_next_question(app: Flask) -> None:
    study = Study(app)
    response = study.client.get("/my/", follow_redirects=True)
    assert [step.request.path for step in response.history] == ["/my/"]
    assert response.request.path == study.address


def test_between_rounds_there_is_nothing_to_do(app: Flask) -> None:
    study = Study(app)
    with study.database.writing() as session:
        close_round(session, actor=None, round_id=study.round_id, now=datetime.now(UTC))
    response = study.client.get("/my/", follow_redirects=True)
    assert response.request.path == f"/my/{study.small.task_force_id}/"
    page = response.get_data(as_text=True)
    assert "Nothing to do now" in page
    assert "You did not answer." in page


def several(app: Flask) -> tuple[SmallStudy, list[int]]:
    """One person in three task forces: rating round, ideas round with a nearer deadline, nothing yet."""
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=1)
        an_open_rating_round(session, small, n_statements=2)
        ids = [small.task_force_id]
        for code in ("B1", "C2"):
            other = a_task_force(session, study_id=small.study_id, goal_id=1, code=code)
            session.add(
                Panellist(
                    task_force_id=other,
                    person_id=small.experts[0],
                    status=MembershipStatus.JOINED,
                    consented_at=datetime.now(UTC),
                )
            )
            ids.append(other)
        session.flush()
        second = SmallStudy(**{**vars(small), "task_force_id": ids[1]})
        an_open_ideas_round(session, second, deadline_at=datetime.now(UTC) + timedelta(days=2))
    return small, ids


def test_several_task_forces_are_listed_nearest_deadline_first(app: Flask) -> None:
    small, _ = several(app)
    client = expert_client(app, small, small.experts[0])
    response = client.get("/my/")
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert re.findall(r'<p class="kind">(\w+)</p>', page) == ["B1", "A5", "C2"]
    assert "2 task forces wait for you." in page
    assert "About 14 minutes." in page, "12 for the ideas, 2 for two statements with two questions each"
    assert "The first round is not open yet." in page


def test_a_declined_task_force_stays_on_the_list_and_closed_to_its_former_member(app: Flask) -> None:
    small, ids = several(app)
    client = expert_client(app, small, small.experts[0])
    token = token_in(client.get(f"/my/{ids[1]}/decline").get_data(as_text=True))
    response = client.post(f"/my/{ids[1]}/decline", data={"csrf_token": token, "reason": "No time"})
    assert response.headers["Location"] == "/my/?all=1"
    page = client.get("/my/").get_data(as_text=True)
    assert "You said no to this task force." in page
    assert "One task force waits for you." in page
    assert client.get(f"/my/{ids[1]}/").status_code == 404
    assert client.get(f"/my/{ids[2]}/").status_code == 200


def test_a_planned_round_is_not_announced(app: Flask) -> None:
    study = Study(app)
    with study.database.writing() as session:
        round_ = session.get_one(Round, study.round_id)
        round_.opened_at, round_.deadline_at = None, None
        round_.status = RoundStatus.PLANNED
    page = study.client.get(f"/my/{study.small.task_force_id}/").get_data(as_text=True)
    assert "The first round is not open yet." in page
    assert "The rounds so far" not in page
