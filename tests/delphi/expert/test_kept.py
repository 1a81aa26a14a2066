"""Whatever happens between opening a page and sending it, the typed text is shown and nothing wrong is stored."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import select

from surveys.models import FieldWrite, Panellist, Round
from surveys.services.rounds import close_round
from surveys.vocabulary import RoundStatus
from tests.builders import a_study, an_open_rating_round, everything_stored, token_in
from tests.delphi.expert.answering import Study
from tests.delphi.expert.test_field import Typing


@pytest.fixture
def study(app: Flask) -> Study:
    return Study(app)


def close(study: Study) -> None:
    with study.database.writing() as session:
        close_round(session, actor=None, round_id=study.round_id, now=datetime.now(UTC))


def test_a_round_that_closed_meanwhile_shows_what_was_typed_and_stores_nothing(study: Study) -> None:
    token = token_in(study.page())
    study.send({study.field(2): "5"})
    close(study)
    before = everything_stored(study.database)
    fields = {study.field(0): "9", study.field(1): "outside", f"c-{study.statements[0]}": "Too <late>"}
    response = study.client.post(study.address, data={"csrf_token": token, **fields})
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert everything_stored(study.database) == before
    assert "Train advisers in soil testing 1" in page
    assert "Importance: 9" in page
    assert "Importance: Outside my expertise" in page
    assert "Too &lt;late&gt;" in page

    text = re.search(r'name="text" value="([^"]*)"', page)
    assert text is not None
    kept = study.client.post("/my/kept", data={"csrf_token": token, "text": "Too <late>\r\nand more"})
    assert kept.get_data(as_text=True) == "Too <late>\nand more"
    assert kept.headers["Content-Type"].startswith("text/plain")
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert everything_stored(study.database) == before


def test_a_deadline_that_passed_is_a_closed_round(study: Study) -> None:
    token = token_in(study.page())
    with study.database.writing() as session:
        session.get_one(Round, study.round_id).deadline_at = datetime.now(UTC) - timedelta(seconds=1)
    response = study.client.post(study.address, data={"csrf_token": token, f"c-{study.statements[0]}": "late words"})
    assert response.status_code == 409
    assert "late words" in response.get_data(as_text=True)
    assert study.client.get(study.address).headers["Location"] == f"/my/rounds/{study.round_id}/answers"


def test_an_expired_sign_in_keeps_the_text(study: Study) -> None:
    token = token_in(study.page())
    study.client.post("/account/sign-out", data={"csrf_token": token})
    response = study.client.post(
        study.address, data={"csrf_token": token, f"c-{study.statements[0]}": "typed for long", study.field(): "7"}
    )
    assert response.status_code in (400, 401)
    assert "typed for long" in response.get_data(as_text=True)
    assert study.stored() == {}


def test_a_wrong_token_keeps_the_text_and_one_button_sends_it(study: Study) -> None:
    response = study.client.post(
        study.address, data={"csrf_token": "stale", f"c-{study.statements[0]}": "typed for long", study.field(): "7"}
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 400
    assert "typed for long" in page
    again = study.client.post(
        study.address,
        data={"csrf_token": token_in(page), f"c-{study.statements[0]}": "typed for long", study.field(): "7"},
    )
    assert again.status_code == 303
    assert study.stored() == {study.field(): 7}


def test_kept_texts_carry_words_and_nothing_that_nobody_typed(study: Study) -> None:
    fields = {
        f"c-{study.statements[0]}": "typed for long",
        "problem-2": "Rain comes late",
        "reason": "because of it",
        study.field(): "outside",
        "seen": "2026-05-04T09:00:00+00:00",
        "client": "Xy12345678",
    }
    response = study.client.post(study.address, data={"csrf_token": "stale", **fields})
    page = response.get_data(as_text=True)
    shown = re.findall(r'<label for="(kept-\d)">([^<]*)</label>\s*<textarea readonly rows="3" id="\1">([^<]*)<', page)
    assert [(words, text) for _, words, text in shown] == [
        ("Your comment", "typed for long"),
        ("Problem 2", "Rain comes late"),
        ("Text 3", "because of it"),
    ]
    again = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page))
    assert fields.items() <= again.items(), "one button sends everything again"


def test_a_second_window_is_told_and_the_last_answer_counts(study: Study) -> None:
    old = study.page()
    study.send({study.field(): "3"})
    seen = re.search(r'name="seen" value="([^"]*)"', old)
    assert seen is not None
    study.client.post(study.address, data={"csrf_token": token_in(old), "seen": seen[1], study.field(): "6"})
    assert study.stored() == {study.field(): 6}
    assert "in another window" in study.page()
    study.client.post(study.address, data={"csrf_token": token_in(old), "seen": _seen(study), study.field(): "7"})
    assert "in another window" not in study.page()


def _seen(study: Study) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', study.page())
    assert found is not None
    return found[1]


def test_a_round_that_is_not_open_yet_shows_none_of_its_statements(study: Study) -> None:
    with study.database.writing() as session:
        round_ = session.get_one(Round, study.round_id)
        round_.status = RoundStatus.PLANNED
        round_.opened_at = None
    for page in ("rate/1", "check", "answers", "receipt", ""):
        response = study.client.get(f"/my/rounds/{study.round_id}/{page}", follow_redirects=True)
        assert "Train advisers" not in response.get_data(as_text=True)
    response = study.client.post(study.address, data={"csrf_token": _any_token(study), study.field(): "5"})
    assert response.status_code == 409
    assert study.stored() == {}


def _any_token(study: Study) -> str:
    return token_in(study.client.get(f"/my/{study.small.task_force_id}/leave").get_data(as_text=True))


def test_nobody_answers_before_agreeing(study: Study) -> None:
    with study.database.writing() as session:
        session.get_one(Panellist, study.small.panellists[0]).consented_at = None
    welcome = f"/my/{study.small.task_force_id}/welcome"
    assert study.client.get(study.address).headers["Location"] == welcome
    response = study.client.post(study.address, data={"csrf_token": _any_token(study), study.field(): "5"})
    assert response.status_code == 422
    assert study.stored() == {}


def test_a_foreign_round_does_not_exist(app: Flask) -> None:
    study = Study(app)
    with study.database.writing() as session:
        other = a_study(session, slug="water", n_experts=1)
        round_, _ = an_open_rating_round(session, other, n_statements=1)
        foreign = round_.id
    assert study.client.get(f"/my/rounds/{foreign}/rate/1").status_code == 404
    response = study.client.post(f"/my/rounds/{foreign}/check", data={"csrf_token": token_in(study.page())})
    assert response.status_code == 404


def test_closing_forgets_in_what_order_fields_were_saved(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    typing = Typing(study)
    assert typing.send(study.field(), "7")[0] == 200
    assert typing.send(study.field(1), "5")[0] == 200
    with study.database.reading() as session:
        assert len(session.exec(select(FieldWrite)).all()) == 2
    close(study)
    with study.database.reading() as session:
        assert session.exec(select(FieldWrite)).all() == []
    assert sorted(study.stored().values()) == [5, 7]
