"""Questions saved field by field while somebody answers: counted once they are an answer, kept until then."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from surveys.vocabulary import AnswerState, QuestionKind
from tests.builders import everything_stored, token_in
from tests.delphi.expert.test_questions import Asked

K = QuestionKind


class Typing(Asked):
    """One opened page of the questions, whose script sends each field."""

    def __init__(self, app: Flask, **settings: Any) -> None:
        super().__init__(app, **settings)
        self.token = token_in(self.client.get(self.questions).text)
        self.sequence = 0

    def type(self, kind: QuestionKind, name: str, value: str, **other: Any) -> TestResponse:
        self.sequence += 1
        data = {"client": "page-1", "sequence": self.sequence, **other}
        return self.client.post(
            f"{self.questions}/field",
            json={"field": f"q-{self.ids[kind]}-{name}", "value": value, **data},
            headers={"X-CSRFToken": self.token},
        )

    def page_now(self) -> str:
        return self.client.get(self.questions).text


@pytest.fixture
def typing(app: Flask) -> Typing:
    return Typing(app)


def test_a_ranking_counts_when_its_last_place_is_given(app_on_each: Flask) -> None:
    typing = Typing(app_on_each)
    for name, value in (("o1", "2"), ("o2", "1")):
        response = typing.type(K.RANKING, name, value)
        assert response.status_code == 200
        assert typing.answers() == {}
    page = typing.page_now()
    assert page.count('<option value="2" selected>') == 1, "what is no answer yet is shown again"
    typing.type(K.RANKING, "o3", "3")
    assert typing.answers() == {typing.ids[K.RANKING]: (AnswerState.ANSWERED, {"order": ["o2", "o1", "o3"]})}
    typing.type(K.RANKING, "o1", "1")
    assert typing.answers()[typing.ids[K.RANKING]][1] == {"order": ["o2", "o1", "o3"]}, "a tie does not count"
    check = typing.client.get(f"/my/rounds/{typing.round_id}/check").text
    assert f'href="{typing.questions}#q-{typing.ids[K.RANKING]}"' in check
    typing.type(K.RANKING, "o2", "2")
    assert typing.answers()[typing.ids[K.RANKING]][1] == {"order": ["o1", "o2", "o3"]}


@pytest.mark.parametrize(
    ("kind", "name", "value", "answer"),
    [
        (K.SINGLE_CHOICE, "way", "o2", {"chosen": "o2"}),
        (K.YES_NO, "way", "yes", {"chosen": "yes"}),
        (K.MULTIPLE_CHOICE, "o3", "on", {"chosen": ["o3"]}),
        (K.YEAR, "value", "2031", {"value": 2031}),
        (K.LONG_TEXT, "text", "Soil\nfirst", {"text": "Soil\nfirst"}),
        (K.SORT_GROUPS, "o1", "g2", {"groups": {"o1": "g2"}}),
        (K.TOP_X, "place-1", "o2", {"order": ["o2"]}),
        (K.POINTS, "o1", "100", {"points": {"o1": 100, "o2": 0, "o3": 0}}),
    ],
)
def test_one_field_can_be_an_answer_and_be_taken_back(
    typing: Typing, kind: QuestionKind, name: str, value: str, answer: dict[str, Any]
) -> None:
    assert typing.type(kind, name, value).status_code == 200
    assert typing.answers() == {typing.ids[kind]: (AnswerState.ANSWERED, answer)}
    typing.type(kind, name, "none" if name == "way" else "")
    assert typing.answers() == {}


def test_what_cannot_be_read_is_kept_and_said(typing: Typing) -> None:
    typing.type(K.YEAR, "value", "2031")
    response = typing.type(K.YEAR, "value", "soon")
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["kept"] is True
    assert "“soon” is not a number" in response.json["error"]
    assert typing.answers()[typing.ids[K.YEAR]][1] == {"value": 2031}, "what was stored counts meanwhile"
    assert 'value="soon"' in typing.page_now()
    typing.type(K.YEAR, "value", "2035")
    assert typing.answers()[typing.ids[K.YEAR]][1] == {"value": 2035}
    assert "soon" not in typing.page_now()


def test_a_way_out_replaces_the_answer_and_the_page_can_still_be_sent(typing: Typing) -> None:
    typing.type(K.YEAR, "value", "2031")
    typing.type(K.YEAR, "way", "outside")
    assert typing.answers() == {typing.ids[K.YEAR]: (AnswerState.OUTSIDE_EXPERTISE, None)}
    assert typing.answer(K.YEAR, {"value": "2031", "way": "outside"}).status_code == 303
    assert typing.answer(K.YEAR, {"value": "2040", "way": "outside"}).status_code == 422, "this was typed anew"
    assert typing.answers() == {typing.ids[K.YEAR]: (AnswerState.OUTSIDE_EXPERTISE, None)}


def test_late_and_repeated_fields_change_nothing(typing: Typing) -> None:
    typing.type(K.YEAR, "value", "2031", sequence=10)
    typing.type(K.YEAR, "value", "2040", sequence=12)
    before = everything_stored(typing.database)["question_answer"]
    for sequence in (9, 12):
        assert typing.type(K.YEAR, "value", "2031", sequence=sequence).status_code == 200
    assert everything_stored(typing.database)["question_answer"] == before


@pytest.mark.parametrize(
    ("field", "value"),
    [("q-999999-value", "1"), ("q-x", "1"), ("r-1-1", "5"), ("q-{year}-o1", "1"), ("q-{one}-way", "o9")],
)
def test_a_field_of_no_question_is_refused(typing: Typing, field: str, value: str) -> None:
    before = everything_stored(typing.database)
    name = field.format(year=typing.ids[K.YEAR], one=typing.ids[K.SINGLE_CHOICE])
    response = typing.client.post(
        f"{typing.questions}/field",
        json={"field": name, "value": value, "client": "page-1", "sequence": 1},
        headers={"X-CSRFToken": typing.token},
    )
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["kept"] is False
    assert everything_stored(typing.database) == before


def test_without_the_token_nothing_is_stored(typing: Typing) -> None:
    typing.token = ""
    assert typing.type(K.YEAR, "value", "2031").status_code == 400
    assert typing.answers() == {}


def test_sending_the_page_overwrites_only_what_was_touched_on_it(typing: Typing) -> None:
    page = typing.page_now()
    seen = page.split('name="seen" value="')[1].split('"')[0]
    typing.type(K.YEAR, "value", "2031")
    fields = {
        "csrf_token": token_in(page),
        "seen": seen,
        "client": "page-2",
        **typing.names(K.YEAR, {"value": "", "way": "answer"}),
        **typing.names(K.PROBABILITY, {"value": "40", "way": "answer"}),
    }
    assert typing.client.post(typing.questions, data=fields).status_code == 303
    assert {one for _, one in ((state, str(answer)) for state, answer in typing.answers().values())} == {
        "{'value': 2031}",
        "{'value': 40}",
    }


def test_a_second_window_is_told_what_the_first_one_saved(typing: Typing) -> None:
    typing.type(K.NUMBER, "value", "12", client="page-1", known="")
    said = typing.type(K.NUMBER, "value", "30", client="page-2", known="").get_json()
    assert said["notice"] == "You saved “12” in another window meanwhile. Now “30” counts."
    assert "notice" not in typing.type(K.NUMBER, "value", "31", client="page-2", known=said["known"]).get_json()
    assert typing.answers()[typing.ids[K.NUMBER]] == (AnswerState.ANSWERED, {"value": 31})


def test_a_second_window_that_knew_the_value_is_told_nothing(typing: Typing) -> None:
    known = typing.type(K.NUMBER, "value", "12", client="page-1", known="").get_json()["known"]
    assert "notice" not in typing.type(K.NUMBER, "value", "30", client="page-2", known=known).get_json()


def test_a_chosen_option_is_named_in_the_notice_by_its_words(typing: Typing) -> None:
    typing.type(K.SINGLE_CHOICE, "way", "o1", client="page-1", known="")
    said = typing.type(K.SINGLE_CHOICE, "way", "o2", client="page-2", known="").get_json()
    assert said["notice"] == "You saved “Public money” in another window meanwhile. Now “Private money” counts."
