"""The last look, the receipt, one's own answers to keep."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlmodel import select, update

from surveys.models import Comment, OutboxMessage, Rating, RatingChange, Submission
from surveys.services.rounds import close_round
from surveys.vocabulary import MessageKind
from tests.builders import everything_stored, token_in
from tests.delphi.expert.answering import Study


@pytest.fixture
def study(app: Flask) -> Study:
    return Study(app)


def check(study: Study) -> str:
    return study.client.get(f"/my/rounds/{study.round_id}/check").get_data(as_text=True)


def send(study: Study, *, times: int = 1) -> str:
    """Press the button; the receipt's code."""
    address = f"/my/rounds/{study.round_id}/check"
    token = token_in(study.page())
    for _ in range(times):
        response = study.client.post(address, data={"csrf_token": token})
        assert response.headers["Location"] == f"/my/rounds/{study.round_id}/receipt"
    page = study.client.get(f"/my/rounds/{study.round_id}/receipt").get_data(as_text=True)
    found = re.search(r"<b>(\w{4}-\w{4})</b>", page)
    assert found is not None
    return found[1]


def test_the_last_look_counts_and_links_the_gaps(study: Study) -> None:
    study.send({study.field(0): "9", study.field(0, criterion="feasibility"): "outside", study.field(1): "3"})
    page = check(study)
    assert "1 of 3 statements done" in page
    assert "2 ratings" in page
    assert "1 time “outside my expertise”" in page
    assert "2 statements are still open" in page
    gaps = re.findall(rf'href="/my/rounds/{study.round_id}/rate/1#statement-(\d+)"', page)
    assert sorted(map(int, gaps)) == study.statements[1:]
    assert "What is saved counts when the round closes, sent or not." in page


def test_sending_twice_gives_one_row_one_mail_and_the_same_receipt(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    study.send({study.field(0): "9"})
    first = send(study)
    assert send(study, times=20) == first
    with study.database.reading() as session:
        assert [each.receipt for each in session.exec(select(Submission)).all()] == [first]
        mails = session.exec(select(OutboxMessage)).all()
        assert [(mail.kind, mail.params["receipt"]) for mail in mails] == [(MessageKind.RECEIPT, first)]


def test_twenty_people_pressing_at_once_is_one_row_one_mail_and_the_same_receipt(app_on_each: Flask) -> None:
    """The same form and then the same button, each twenty times in parallel."""
    study = Study(app_on_each)
    token, cookie = token_in(study.page()), study.client.get_cookie("delphi")
    assert cookie is not None
    fields = {study.field(0): "9", study.field(1): "4", f"c-{study.statements[0]}": "Once is enough"}
    sent = {"csrf_token": token, "client": "page", "seen": "", **fields}

    def press(address: str, data: dict[str, str]) -> tuple[int, str]:
        client = study.app.test_client()
        client.set_cookie("delphi", cookie.value)
        return client.post(address, data=data).status_code, client.get(f"/my/rounds/{study.round_id}/receipt").text

    check_address = f"/my/rounds/{study.round_id}/check"
    with ThreadPoolExecutor(20) as threads:
        assert {status for status, _ in threads.map(lambda _: press(study.address, sent), range(20))} == {303}
        answers = list(threads.map(lambda _: press(check_address, {"csrf_token": token}), range(20)))
    assert {status for status, _ in answers} == {303}
    assert len({tuple(re.findall(r"<b>(\w{4}-\w{4})</b>", page)) for _, page in answers}) == 1
    assert study.stored() == {study.field(0): 9, study.field(1): 4}
    receipt = send(study)
    with study.database.reading() as session:
        assert [each.receipt for each in session.exec(select(Submission)).all()] == [receipt]
        assert [each.text for each in session.exec(select(Comment)).all()] == ["Once is enough"]
        assert session.exec(select(RatingChange)).all() == []
        assert [mail.params["receipt"] for mail in session.exec(select(OutboxMessage)).all()] == [receipt]


def test_a_change_after_sending_asks_for_a_new_receipt(study: Study) -> None:
    study.send({study.field(0): "9"})
    first = send(study)
    study.send({study.field(0): "9"})
    assert f"Your receipt is {first}." in check(study), "saving the same again changes nothing"
    study.send({study.field(0): "8"})
    assert "send again for a new receipt" in check(study)
    assert study.stored() == {study.field(0): 8}, "the change counts, sent or not"
    assert send(study) != first


def test_without_a_receipt_there_is_no_receipt_page(study: Study) -> None:
    response = study.client.get(f"/my/rounds/{study.round_id}/receipt")
    assert response.headers["Location"] == f"/my/rounds/{study.round_id}/"


def test_sending_after_the_close_is_refused_kindly(study: Study) -> None:
    study.send({study.field(0): "9"})
    token = token_in(study.page())
    with study.database.writing() as session:
        close_round(session, actor=None, round_id=study.round_id, now=datetime.now(UTC))
    before = everything_stored(study.database)
    response = study.client.post(f"/my/rounds/{study.round_id}/check", data={"csrf_token": token})
    assert response.status_code == 409
    assert "What you had saved before counts." in response.get_data(as_text=True)
    assert everything_stored(study.database) == before


def test_own_answers_of_a_closed_round_are_the_frozen_ones(study: Study) -> None:
    statement = study.statements[0]
    study.send({study.field(0): "9", f"c-{statement}": "Because", f"s-{statement}": "for"})
    address = f"/my/rounds/{study.round_id}/answers"
    page = study.client.get(address).get_data(as_text=True)
    assert "As they are stored now." in page
    assert "<dd>9, essential</dd>" in page
    assert re.search(r'<p class="quote">Because <span[^>]*>\(For\)', page)
    with study.database.writing() as session:
        close_round(session, actor=None, round_id=study.round_id, now=datetime.now(UTC))
        session.exec(update(Rating).values(value=1))
    page = study.client.get(address).get_data(as_text=True)
    assert "This is how your answers were counted" in page
    assert "<dd>9, essential</dd>" in page
    assert study.client.get(f"/my/rounds/{study.round_id}/receipt").headers["Location"] == address


def send_at_once(study: Study, fields: dict[str, str]) -> str:
    """Press the button under the last statement; where it leads."""
    assert '<button class="button quiet" name="then" value="send">' in study.page()
    location: str = study.send({**fields, "then": "send"}).headers["Location"]
    return location.removeprefix(f"/my/rounds/{study.round_id}/")


def every_field(study: Study) -> dict[str, str]:
    return {
        study.field(index, criterion=criterion): "7"
        for index in range(3)
        for criterion in ("importance", "feasibility")
    }


def test_a_complete_round_is_sent_from_its_last_page(app_on_each: Flask) -> None:
    study = Study(app_on_each)
    assert send_at_once(study, every_field(study)) == "receipt"
    page = study.client.get(f"/my/rounds/{study.round_id}/receipt").text
    with study.database.reading() as session:
        (stored,) = session.exec(select(Submission)).all()
        assert stored.submitted_at is not None
        assert stored.receipt in page
    assert f'href="/my/rounds/{study.round_id}/check"' in page, "the last look stays within reach"


def test_a_round_with_something_open_is_looked_at_before_it_is_sent(study: Study) -> None:
    fields = every_field(study)
    assert send_at_once(study, dict(list(fields.items())[1:])) == "check"
    assert "One statement is still open" in check(study)
    assert send_at_once(study, {**fields, "touched": " ".join(fields)}) == "receipt"


def test_nothing_is_sent_at_once_where_another_window_was_overtaken(study: Study) -> None:
    first = study.page()
    opened = dict(re.findall(r'name="(client|seen)" value="([^"]*)"', first))
    study.send(every_field(study))
    other = {**every_field(study), study.field(0): "2", "client": opened["client"], "seen": opened["seen"]}
    assert send_at_once(study, other) == "check"
    with study.database.reading() as session:
        assert session.exec(select(Submission.submitted_at)).all() == [None]
    assert study.stored()[study.field(0)] == 2


def test_only_the_last_page_offers_to_send(app: Flask) -> None:
    study = Study(app, n_statements=20)
    pages = [study.client.get(f"/my/rounds/{study.round_id}/rate/{number}").text for number in (1, 2)]
    assert ['value="send"' in page for page in pages] == [False, True]
