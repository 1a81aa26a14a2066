"""Rating statements: what is stored, what is refused, and that nothing typed is lost."""

import re

import pytest
from flask import Flask
from sqlmodel import col, select

from surveys.models import Comment, Criterion, Rating, RatingChange, Round, Submission
from surveys.vocabulary import RatingState, Stance
from tests.builders import (
    everything_stored,
    expert_client,
    token_in,
)
from tests.delphi.expert.answering import Study


@pytest.fixture
def study(app: Flask) -> Study:
    return Study(app)


def test_every_choice_is_stored_as_it_was_made(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    first, second, third = (study.field(index) for index in range(3))
    response = study.send({first: "9", second: "outside", third: "information", "then": "next"})
    assert (response.status_code, response.headers["Location"]) == (303, f"/my/rounds/{study.round_id}/check")
    assert study.stored() == {first: 9, second: "outside_expertise", third: "need_information"}
    page = study.page()
    assert re.search(rf'name="{first}" value="9"[^>]* checked', page)
    assert re.search(rf'name="{second}" value="outside" checked', page)
    assert page.count(" checked") == 3


def test_behind_a_round_of_ideas_one_may_look_what_became_of_them_and_the_page_is_saved(study: Study) -> None:
    button = 'value="ideas" class="link">What became of your ideas<'
    assert button not in study.page(), "nothing was asked before the first round"
    with study.database.writing() as session:
        session.get_one(Round, study.round_id).number = 2
    assert button in study.page()
    response = study.send({study.field(): "9", "then": "ideas"})
    assert (response.status_code, response.headers["Location"]) == (303, f"/my/{study.small.task_force_id}/ideas")
    assert study.stored() == {study.field(): 9}


def test_a_choice_can_be_taken_back(study: Study) -> None:
    study.send({study.field(): "9"})
    study.send({study.field(): "none"})
    assert study.stored() == {}
    assert " checked" not in study.page()
    with study.database.reading() as session:
        history = session.exec(select(RatingChange)).all()
        assert [(change.old_state, change.old_value) for change in history] == [(RatingState.RATED, 9)]


def test_fields_that_were_not_sent_keep_their_answers(study: Study) -> None:
    study.send({study.field(0): "9"})
    study.send({study.field(1): "2"})
    assert study.stored() == {study.field(0): 9, study.field(1): 2}


def test_sending_the_same_page_again_makes_no_second_row(study: Study) -> None:
    for _ in range(3):
        study.send({study.field(): "7", f"c-{study.statements[0]}": "Why"})
    with study.database.reading() as session:
        assert len(session.exec(select(Rating)).all()) == 1
        assert len(session.exec(select(Comment)).all()) == 1
        assert len(session.exec(select(Submission)).all()) == 1
        assert session.exec(select(RatingChange)).all() == []


@pytest.mark.parametrize("value", ["0", "10", "99999", "-1", "٥", "1_0", "5.0", "nan", "five", ""])
def test_a_value_off_the_scale_is_refused_with_everything_kept(study: Study, value: str) -> None:
    statement = study.statements[1]
    before = everything_stored(study.database)
    fields = {study.field(0): value, study.field(1): "3", f"c-{statement}": "My <b>words</b>", f"s-{statement}": "for"}
    response = study.send(fields)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert everything_stored(study.database) == before
    assert "My &lt;b&gt;words&lt;/b&gt;</textarea>" in page
    assert re.search(rf'name="{study.field(1)}" value="3"[^>]* checked', page)
    assert re.search(rf'name="s-{statement}" value="for" checked', page)
    assert f'<a href="#{study.field(0)}">' in page
    assert "<title>Error:" in page


def test_a_comment_that_is_too_long_is_kept_and_counted(study: Study) -> None:
    text = "soil " * 500 + "end"
    response = study.send({f"c-{study.statements[0]}": text, study.field(): "4"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert text + "</textarea>" in page
    assert "503 characters too long" in page
    assert re.search(rf'name="{study.field()}" value="4"[^>]* checked', page)
    assert study.stored() == {}


def test_an_answer_to_a_foreign_statement_is_refused(study: Study) -> None:
    response = study.send({"r-999-1": "5", f"c-{study.statements[0]}": "keep me"})
    assert response.status_code == 422
    assert "keep me" in response.get_data(as_text=True)
    assert study.stored() == {}


def test_a_comment_keeps_side_and_the_language_it_was_written_in(study: Study) -> None:
    statement = study.statements[0]
    fields = {f"c-{statement}": "Trop cher", f"s-{statement}": "against"}
    token = token_in(study.page())
    study.client.get(study.address + "?language=fr")
    study.client.post(study.address, data={"csrf_token": token, **fields})
    study.client.get(study.address + "?language=en")
    study.client.post(study.address, data={"csrf_token": token, **fields, study.field(): "2"})
    with study.database.reading() as session:
        comment = session.exec(select(Comment)).one()
        assert (comment.text, comment.stance, comment.language) == ("Trop cher", Stance.AGAINST, "fr")
    study.client.post(study.address, data={"csrf_token": token, f"c-{statement}": "  "})
    with study.database.reading() as session:
        assert session.exec(select(Comment)).all() == []


def test_the_language_switch_saves_the_page_and_stays_on_it(study: Study) -> None:
    response = study.send({study.field(): "8", f"c-{study.statements[0]}": "half a thou", "then": "language-fr"})
    assert response.headers["Location"] == f"{study.address}?language=fr"
    page = study.client.get(response.headers["Location"]).get_data(as_text=True)
    assert '<html lang="fr">' in page
    assert "Quelle importance ?" in page
    assert "half a thou</textarea>" in page
    assert study.stored() == {study.field(): 8}


@pytest.mark.parametrize(
    ("then", "target"),
    [("next", "check"), ("stay", "rate/1"), ("section-1", "rate/1"), ("check", "check"), ("section-x", "check")],
)
def test_the_pressed_button_says_where_to_go(study: Study, then: str, target: str) -> None:
    response = study.send({study.field(): "8", "then": then})
    assert response.headers["Location"] == f"/my/rounds/{study.round_id}/{target}"


def test_save_and_leave_leads_home(study: Study) -> None:
    assert study.send({study.field(): "8", "then": "leave"}).headers["Location"] == "/my/?all=1"


def test_saving_shows_the_time_and_the_progress(study: Study) -> None:
    assert "Not saved yet" in study.page()
    study.send({study.field(0): "8", study.field(0, criterion="feasibility"): "4"})
    page = study.page()
    assert re.search(r"Saved \d\d:\d\d<", page)
    assert "1 of 3 done" in page


def test_every_radio_has_a_name_of_number_and_word(study: Study) -> None:
    page = study.page()
    names = re.findall(r'aria-label="(\d[^"]*)"', page)
    assert names[:9] == ["1, not at all", "2", "3", "4", "5", "6", "7", "8", "9, essential"]


def test_only_questions_that_the_kind_asks_are_shown(study: Study) -> None:
    page = study.page()
    assert page.count("How important is this?") == page.count("How feasible is this?") == 3
    with study.database.writing() as session:
        feasibility = session.exec(select(Criterion).where(col(Criterion.code) == "feasibility")).one()
        feasibility.kinds = ["obstacle"]
    assert "How feasible is this?" not in study.page()


def test_the_order_is_one_of_the_persons_own_and_stays(app: Flask) -> None:
    study = Study(app, n_experts=5, n_statements=10)
    orders = []
    for person_id in study.small.experts:
        client = expert_client(app, study.small, person_id)
        pages = [client.get(study.address).get_data(as_text=True) for _ in range(2)]
        first, second = ([int(each) for each in re.findall(r'id="statement-(\d+)"', page)] for page in pages)
        assert first == second
        assert sorted(first) == sorted(study.statements)
        orders.append(tuple(first))
    assert len(set(orders)) == 5


def test_long_rounds_come_in_sections(app: Flask) -> None:
    study = Study(app, n_statements=14)
    first, second = (
        study.client.get(f"/my/rounds/{study.round_id}/rate/{number}").get_data(as_text=True) for number in (1, 2)
    )
    shown = [{int(each) for each in re.findall(r'id="statement-(\d+)"', page)} for page in (first, second)]
    assert [len(each) for each in shown] == [7, 7]
    assert shown[0] | shown[1] == set(study.statements)
    assert study.client.get(f"/my/rounds/{study.round_id}/rate/3").status_code == 404
    assert study.send({"then": "next"}).headers["Location"].endswith("/rate/2")
