"""Where the protocol says so, who leaves the middle half is asked why: kindly, once, and silence is an answer too."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlmodel import select

from analysis.types import Scale
from surveys.models import Comment, Rating
from surveys.rules.protocol import default_settings
from tests.builders import a_second_look, a_study, expert_client, token_in

ROWS = "9 5 | 8 5 | 8 5 | 8 5 | 7 5 | 7 5"
NINE = Scale(1, 9)


class SecondLook:
    """An expert before the second look at two statements on which the group lies close together."""

    def __init__(self, app: Flask, *, asks: bool = True, rows: str = ROWS) -> None:
        settings = default_settings({"importance": NINE, "feasibility": NINE})
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small = a_study(session, n_experts=6, settings=replace(settings, asks_reason=asks))
            _, self.round_id, self.statements = a_second_look(session, self.small, rows=rows)
        self.client = expert_client(app, self.small, self.small.experts[0])
        self.address = f"/my/rounds/{self.round_id}/rate/1"

    def send(self, values: dict[str, str]) -> str:
        token = token_in(self.client.get(self.address).text)
        return self.client.post(self.address, data={"csrf_token": token, **values}).headers["Location"]

    def cells(self, *values: str) -> dict[str, str]:
        pairs = zip(self.statements, values, strict=True)
        return {f"r-{statement}-{self.small.importance_id}": value for statement, value in pairs}


def test_an_answer_apart_is_saved_and_asked_about_once(app: Flask) -> None:
    look = SecondLook(app)
    asked_at = look.send(look.cells("2", "5"))
    assert asked_at == f"{look.address}?why=1#why"
    with look.database.reading() as session:
        stored = session.exec(select(Rating.value).where(Rating.round_id == look.round_id)).all()
        assert sorted(stored) == [2, 5], "it is saved all the same"
    page = look.client.get(asked_at).text
    assert page.count("What do others overlook?") == 1
    assert "One statement below asks you for a reason" in page
    first = look.statements[0]
    assert look.send({f"c-{first}": "The rains have moved."}).endswith("/check")
    with look.database.reading() as session:
        assert [one.text for one in session.exec(select(Comment)).all()] == ["The rains have moved."]


def test_who_neither_says_why_nor_that_they_will_not_goes_on_all_the_same(app: Flask) -> None:
    look = SecondLook(app)
    asked_at = look.send(look.cells("2", "5")).partition("#")[0]
    token = token_in(look.client.get(asked_at).text)
    sent = look.client.post(asked_at, data={"csrf_token": token, **look.cells("2", "5"), "then": "next"})
    assert sent.headers["Location"].endswith("/check")


def test_who_prefers_not_to_say_goes_on_and_is_not_asked_again(app: Flask) -> None:
    look = SecondLook(app)
    look.send(look.cells("2", "5"))
    assert look.send({f"w-{look.statements[0]}": "on"}).endswith("/check")
    assert look.send({}).endswith("/check")
    page = look.client.get(look.address).text
    assert "What do others overlook?" not in page
    assert f'name="w-{look.statements[0]}" value="on" checked' in page
    check = look.client.get(f"/my/rounds/{look.round_id}/check").text
    assert "kept and do" not in check, "it is no unfinished text"


def test_the_box_is_saved_field_by_field_and_can_be_taken_back(app: Flask) -> None:
    look = SecondLook(app)
    look.send(look.cells("2", "5"))
    token = token_in(look.client.get(look.address).text)
    field = f"w-{look.statements[0]}"
    for sequence, value in ((1, "on"), (2, "")):
        data = {"field": field, "value": value, "client": "page", "sequence": sequence}
        sent = look.client.post(f"/my/rounds/{look.round_id}/field", json=data, headers={"X-CSRFToken": token})
        assert sent.status_code == 200
        assert (f'name="{field}" value="on" checked' in look.client.get(look.address).text) is bool(value)


@pytest.mark.parametrize(
    ("asks", "rows", "values"),
    [
        (False, ROWS, ("2", "5")),
        (True, ROWS, ("8", "5")),
        (True, ROWS, ("outside", "5")),
        (True, "9 5 | 8 5 | 8 5 | 8 5 | . . | . .", ("2", "5")),
    ],
    ids=["off by default", "within the middle half", "outside my expertise", "too few to show counts"],
)
def test_nobody_else_is_asked(app: Flask, asks: bool, rows: str, values: tuple[str, str]) -> None:
    look = SecondLook(app, asks=asks, rows=rows)
    assert look.send(look.cells(*values)).endswith("/check")
    assert "overlook" not in look.client.get(f"{look.address}?why=1").text
