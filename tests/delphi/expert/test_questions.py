"""Further questions in an expert's hands: every kind through the browser, refusals that lose nothing, the receipt."""

import html
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlmodel import select

from surveys.models import QuestionAnswer, QuestionAnswerChange, Submission
from surveys.services.rounds import close_round
from surveys.vocabulary import AnswerState, QuestionKind
from tests.builders import (
    EVERY_KIND,
    a_question,
    a_study,
    an_open_ideas_round,
    everything_stored,
    expert_client,
    token_in,
)
from tests.delphi.expert.answering import Study
from tests.delphi.expert.test_weight import FIRST_LOAD, LATER_LOAD, compressed_size, count_statements


class Asked(Study):
    """A study whose open rating round asks one further question of each kind."""

    def __init__(
        self,
        app: Flask,
        *,
        kinds: tuple[QuestionKind, ...] = tuple(QuestionKind),
        n_experts: int = 1,
        slug: str = "soil",
        n_statements: int = 3,
    ) -> None:
        super().__init__(app, n_experts=n_experts, slug=slug, n_statements=n_statements)
        with self.database.writing() as session:
            self.ids = {
                kind: a_question(session, round_id=self.round_id, kind=kind, settings=EVERY_KIND[kind])
                for kind in kinds
            }
        self.questions = f"/my/rounds/{self.round_id}/questions"

    def names(self, kind: QuestionKind, fields: dict[str, str]) -> dict[str, str]:
        return {f"q-{self.ids[kind]}-{name}": value for name, value in fields.items()}

    def answer(self, kind: QuestionKind, fields: dict[str, str], **extra: str):  # type: ignore[no-untyped-def]
        data = {"csrf_token": token_in(self.client.get(self.questions).text), **self.names(kind, fields), **extra}
        return self.client.post(self.questions, data=data)

    def answers(self) -> dict[int, tuple[AnswerState, object]]:
        with self.database.reading() as session:
            return {one.question_id: (one.state, one.answer) for one in session.exec(select(QuestionAnswer)).all()}


K = QuestionKind
JOURNEYS = {
    K.RANKING: ({"o1": "2", "o2": "1", "o3": "3"}, {"order": ["o2", "o1", "o3"]}, "1. Private money"),
    K.TOP_X: ({"place-1": "o3", "place-2": "o1"}, {"order": ["o3", "o1"]}, "2. Public money"),
    K.POINTS: ({"o1": "70", "o2": "30", "o3": ""}, {"points": {"o1": 70, "o2": 30, "o3": 0}}, "Private money: 30"),
    K.MULTIPLE_CHOICE: ({"o2": "on", "o3": "on"}, {"chosen": ["o2", "o3"]}, "A levy"),
    K.SINGLE_CHOICE: ({"way": "o1"}, {"chosen": "o1"}, "Public money"),
    K.YES_NO: ({"way": "yes"}, {"chosen": "yes"}, "Yes"),
    K.NUMBER: ({"value": "12,5"}, {"value": 12.5}, "12.5\u00a0t/ha"),
    K.PROBABILITY: ({"value": "40"}, {"value": 40}, "40\u00a0%"),
    K.YEAR: ({"value": "2031"}, {"value": 2031}, "2031"),
    K.SHORT_TEXT: ({"text": "<b>Soil</b>"}, {"text": "<b>Soil</b>"}, "<b>Soil</b>"),
    K.LONG_TEXT: ({"text": "One\r\nTwo"}, {"text": "One\nTwo"}, "One\nTwo"),
    K.SORT_GROUPS: ({"o1": "g1", "o2": "g2", "o3": ""}, {"groups": {"o1": "g1", "o2": "g2"}}, "Private money: Later"),
}


@pytest.fixture
def asked(app: Flask) -> Asked:
    return Asked(app)


def test_every_kind_is_answered_shown_again_and_taken_back(app: Flask) -> None:
    asked = Asked(app)
    assert set(JOURNEYS) == set(QuestionKind)
    for kind, (fields, answer, words) in JOURNEYS.items():
        response = asked.answer(kind, fields)
        assert response.headers["Location"] == f"/my/rounds/{asked.round_id}/check", kind
        assert asked.answers()[asked.ids[kind]] == (AnswerState.ANSWERED, answer), kind
        page = html.unescape(asked.client.get(f"/my/rounds/{asked.round_id}/answers").text)
        assert f"<p>{words}</p>" in page, kind
    assert len(asked.answers()) == len(QuestionKind)
    page = asked.client.get(asked.questions).text
    for value in (
        'value="12.5"',
        'value="2031"',
        'value="70"',
        'value="&lt;b&gt;Soil&lt;/b&gt;"',
        ">One\nTwo</textarea>",
    ):
        assert value in page
    for kind, (fields, _, _) in JOURNEYS.items():
        blank = {name: "none" if name == "way" else "" for name in fields}
        asked.answer(kind, {"way": "answer", **blank} if "way" not in blank else blank)
    assert asked.answers() == {}
    with asked.database.reading() as session:
        kept = {one.question_id: one.old_answer for one in session.exec(select(QuestionAnswerChange)).all()}
    assert kept == {asked.ids[kind]: answer for kind, (_, answer, _) in JOURNEYS.items()}


@pytest.mark.parametrize("kind", QuestionKind)
@pytest.mark.parametrize(
    ("way", "state"),
    [("outside", AnswerState.OUTSIDE_EXPERTISE), ("information", AnswerState.NEED_INFORMATION)],
)
def test_a_way_out_is_apart_from_blank(asked: Asked, kind: QuestionKind, way: str, state: AnswerState) -> None:
    asked.answer(kind, {"way": way})
    assert asked.answers() == {asked.ids[kind]: (state, None)}
    name = f"q-{asked.ids[kind]}-way"
    assert f'name="{name}" value="{way}" checked' in asked.client.get(asked.questions).text


def test_a_tie_is_refused_kindly_and_everything_typed_is_kept(asked: Asked) -> None:
    before = everything_stored(asked.database)
    other = asked.names(K.SHORT_TEXT, {"text": "Do not lose me"})
    response = asked.answer(K.RANKING, {"o1": "1", "o2": "1", "o3": "3"}, **other)
    assert response.status_code == 422
    page = response.text
    assert "Question 1: Place 1 is given twice" in page
    assert f'href="#q-{asked.ids[K.RANKING]}"' in page
    assert f'id="q-{asked.ids[K.RANKING]}-error"' in page
    assert page.count('<option value="1" selected>') == 2
    assert 'value="Do not lose me"' in page
    assert "<title>Error:" in page
    assert everything_stored(asked.database) == before


def test_points_say_what_is_left_to_share(asked: Asked) -> None:
    response = asked.answer(K.POINTS, {"o1": "60", "o2": "28", "o3": ""})
    assert response.status_code == 422
    assert "12 of 100 points are left to share." in response.text
    assert 'value="28"' in response.text


def test_a_way_out_beside_a_new_answer_is_asked_about_and_replaces_a_stored_one(asked: Asked) -> None:
    assert asked.answer(K.YEAR, {"value": "2040", "way": "outside"}).status_code == 422
    assert asked.answer(K.YEAR, {"value": "garbage", "way": "outside"}).status_code == 422
    assert asked.answers() == {}
    asked.answer(K.YEAR, {"value": "2040", "way": "answer"})
    assert asked.answer(K.YEAR, {"value": "2040", "way": "outside"}).status_code == 303
    assert asked.answers() == {asked.ids[K.YEAR]: (AnswerState.OUTSIDE_EXPERTISE, None)}


def test_a_question_of_another_round_is_refused(app: Flask) -> None:
    asked, foreign = Asked(app, kinds=(K.YEAR,)), Asked(app, kinds=(K.YEAR,), slug="foreign")
    data = {"csrf_token": token_in(asked.page()), f"q-{foreign.ids[K.YEAR]}-value": "2031"}
    response = asked.client.post(asked.questions, data=data)
    assert response.status_code == 422
    assert "2031" in response.text
    assert asked.answers() == {}


def test_the_way_through_a_round_leads_past_the_questions(asked: Asked) -> None:
    page = asked.page()
    assert "Some more questions" in page
    assert asked.send({asked.field(0): "9"}).headers["Location"] == asked.questions
    assert asked.send({"then": "questions"}).headers["Location"] == asked.questions
    everything = {
        asked.field(index, criterion=name): "9" for index in range(3) for name in ("importance", "feasibility")
    }
    asked.send(everything)
    assert asked.client.get(f"/my/rounds/{asked.round_id}/").headers["Location"] == asked.questions
    assert asked.answer(K.YEAR, {}, then="section-1").headers["Location"].endswith("/rate/1")
    assert asked.answer(K.YEAR, {}, then="language-fr").headers["Location"] == f"{asked.questions}?language=fr"
    check = asked.client.get(f"/my/rounds/{asked.round_id}/check").text
    assert "0 of 12 further questions answered" in check
    assert f'href="{asked.questions}#q-{asked.ids[K.YEAR]}"' in check


def test_the_receipt_covers_the_answers(asked: Asked) -> None:
    address = f"/my/rounds/{asked.round_id}/check"
    asked.answer(K.YEAR, {"value": "2031"})
    asked.client.post(address, data={"csrf_token": token_in(asked.page())})
    with asked.database.reading() as session:
        first = session.exec(select(Submission.receipt)).one()
    asked.answer(K.YEAR, {"value": "2031"})
    assert first in asked.client.get(address).text
    asked.answer(K.YEAR, {"value": "2032"})
    assert "send again for a new receipt" in asked.client.get(address).text
    with asked.database.reading() as session:
        assert session.exec(select(QuestionAnswerChange.old_answer)).one() == {"value": 2031}


def test_answers_after_the_close_are_shown_back_and_not_stored(asked: Asked) -> None:
    asked.answer(K.YEAR, {"value": "2031"})
    token = token_in(asked.page())
    with asked.database.writing() as session:
        close_round(session, actor=None, round_id=asked.round_id, now=datetime.now(UTC))
    before = everything_stored(asked.database)
    data = {**asked.names(K.LONG_TEXT, {"text": "My long text"}), **asked.names(K.SORT_GROUPS, {"o1": "g1"})}
    response = asked.client.post(asked.questions, data={"csrf_token": token, **data})
    assert response.status_code == 409
    assert "My long text" in response.text
    assert "Public money: Now" in response.text
    assert everything_stored(asked.database) == before
    assert "<p>2031</p>" in asked.client.get(f"/my/rounds/{asked.round_id}/answers").text


def test_an_ideas_round_asks_questions_too(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=1)
        round_id = an_open_ideas_round(session, small).id
        question = a_question(session, round_id=round_id, kind=K.YES_NO, options=())
    client = expert_client(app, small, small.experts[0])
    page = client.get(f"/my/rounds/{round_id}/ideas/proposals").text
    assert "Some more questions" in page
    response = client.post(f"/my/rounds/{round_id}/ideas/proposals", data={"csrf_token": token_in(page)})
    assert response.headers["Location"] == f"/my/rounds/{round_id}/questions"
    page = client.get(f"/my/rounds/{round_id}/questions").text
    data = {"csrf_token": token_in(page), f"q-{question}-way": "yes", "then": "part-problems"}
    response = client.post(f"/my/rounds/{round_id}/questions", data=data)
    assert response.headers["Location"] == f"/my/rounds/{round_id}/ideas/problems"
    with database.reading() as session:
        assert session.exec(select(QuestionAnswer.answer)).one() == {"chosen": "yes"}


def test_a_round_without_questions_has_no_page_of_them(app: Flask) -> None:
    study = Study(app)
    assert study.client.get(f"/my/rounds/{study.round_id}/questions").status_code == 404
    assert "Some more questions" not in study.page()


def test_the_page_is_light_and_its_statements_do_not_grow(app: Flask) -> None:
    one = Asked(app, kinds=(K.YEAR,))
    many = Asked(app, n_experts=40, slug="many", n_statements=20)
    for name in ("questions", "check", "answers", "rate/1"):
        first, second = (f"/my/rounds/{study.round_id}/{name}" for study in (one, many))
        assert count_statements(app, one.client, first) == count_statements(app, many.client, second), name
    size = compressed_size(many.client, many.questions)
    static = sum(
        compressed_size(many.client, f"/static/{name}") for name in ("delphi.css", "expert.css", "questions.css")
    )
    assert size < LATER_LOAD
    assert size + static < FIRST_LOAD
