"""Questions that a later round asks again: one's own answer, the group's as far as it may be shown, and keeping."""

import html
import re

import pytest
from flask import Flask, url_for
from sqlmodel import select

from surveys.models import Question, QuestionAnswer, Round, TaskForce
from surveys.queries.questions import asked_from
from surveys.rules.questions.fields import answer_in, field_name
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.questions import ask_again
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.vocabulary import AnswerState, QuestionKind, RoundKind
from tests.builders import (
    EVERY_KIND,
    NOW,
    SmallStudy,
    a_question,
    a_study,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
    staff_client,
    token_in,
)

K = QuestionKind
TYPED: dict[QuestionKind, dict[str, str]] = {
    K.RANKING: {"o1": "2", "o2": "1", "o3": "3"},
    K.TOP_X: {"place-1": "o3"},
    K.POINTS: {"o1": "50", "o2": "50", "o3": "0"},
    K.MULTIPLE_CHOICE: {"o1": "on"},
    K.SINGLE_CHOICE: {"way": "o2"},
    K.YES_NO: {"way": "yes"},
    K.NUMBER: {"value": "12"},
    K.PROBABILITY: {"value": "40"},
    K.YEAR: {"value": "2030"},
    K.SHORT_TEXT: {"text": "Nobody else’s words"},
    K.LONG_TEXT: {"text": "Nobody else’s words"},
    K.SORT_GROUPS: {"o1": "g1"},
}


class Again:
    """A closed round with one question, answered alike by `n` of eight experts, and an open one that asks it again."""

    def __init__(self, app: Flask, *, kind: QuestionKind, n: int) -> None:
        self.app, self.kind = app, kind
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session, n_experts=8)
            first, statements = an_open_rating_round(session, self.small, n_statements=1)
            self.first_id = a_question(session, round_id=first.id, kind=kind, settings=EVERY_KIND[kind])
            question = asked_from(session.get_one(Question, self.first_id))
            state, answer = answer_in(question, TYPED[kind], stored=None)
            assert state is AnswerState.ANSWERED
            for person_id in self.small.experts[:n]:
                save_question_answers(
                    session,
                    actor=as_expert(self.small, person_id),
                    round_id=first.id,
                    answers=[AnswerGiven(self.first_id, state, answer)],
                    language="en",
                    now=NOW,
                )
            close_round(session, actor=None, round_id=first.id, now=NOW)
            second = plan_round(
                session,
                actor=None,
                task_force=session.get_one(TaskForce, self.small.task_force_id),
                kind=RoundKind.RATING,
                statement_ids=tuple(statements),
                now=NOW,
            )
            self.round_id = second.id

    def repeat(self) -> int:
        with self.database.writing() as session:
            facilitator = as_facilitator(self.small)
            again = ask_again(session, actor=facilitator, round_id=self.round_id, question_id=self.first_id, now=NOW)
            return again.id

    def open(self) -> None:
        with self.database.writing() as session:
            round_ = session.get_one(Round, self.round_id)
            open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)

    @property
    def path(self) -> str:
        return f"/my/rounds/{self.round_id}/questions"

    def page(self, person: int = 0) -> str:
        client = expert_client(self.app, self.small, self.small.experts[person])
        return html.unescape(client.get(self.path).text)

    def stored(self) -> list[tuple[AnswerState, object]]:
        with self.database.reading() as session:
            found = session.exec(select(QuestionAnswer).where(QuestionAnswer.round_id == self.round_id)).all()
            return [(one.state, one.answer) for one in found]


@pytest.mark.slow
@pytest.mark.parametrize("kind", QuestionKind)
def test_every_kind_is_asked_again_with_both_answers_and_kept_with_one_button(app: Flask, kind: QuestionKind) -> None:
    again = Again(app, kind=kind, n=6)
    question_id = again.repeat()
    again.open()
    page = again.page()
    assert "Round 1, the group:" in page and "You answered before" in page
    client = expert_client(app, again.small, again.small.experts[0])
    token = token_in(client.get(again.path).text)
    response = client.post(again.path, data={"csrf_token": token, "then": f"keep q-{question_id}"})
    assert response.headers["Location"] == f"{again.path}#q-{question_id}"
    with again.database.reading() as session:
        asked = asked_from(session.get_one(Question, question_id))
    assert again.stored() == [answer_in(asked, TYPED[kind], stored=None)]
    assert f'name="{field_name(question_id, next(iter(TYPED[kind])))}"' in again.page()


@pytest.mark.slow
@pytest.mark.parametrize("n", range(9))
@pytest.mark.parametrize("kind", [K.RANKING, K.SINGLE_CHOICE, K.NUMBER, K.SORT_GROUPS, K.SHORT_TEXT])
def test_small_groups_show_no_figures(app: Flask, kind: QuestionKind, n: int) -> None:
    again = Again(app, kind=kind, n=n)
    again.repeat()
    again.open()
    page = again.page(person=7)  # somebody who did not answer before, but with eight answers
    group = re.search(r"the group: (.*?)</p>", page)
    assert group is not None
    has_table = 'class="figures"' in page
    if n < 3:
        assert (group[1], has_table) == ("Too few answers to show.", False)
    elif n < 5:
        assert group[1].startswith("A few people answered") and not has_table
        assert str(n) not in group[1]
    else:
        assert group[1].startswith(f"{n} answers")
        assert has_table is (kind in (K.RANKING, K.SINGLE_CHOICE, K.SORT_GROUPS))
    assert ("Nobody else’s words" in page) is (kind is K.SHORT_TEXT and n == 8), "only one's own text"


def test_other_words_are_not_compared(app: Flask) -> None:
    again = Again(app, kind=K.NUMBER, n=6)
    question_id = again.repeat()
    with again.database.writing() as session:
        question = session.get_one(Question, question_id)
        question.text = type(question.text)(en="How many now?", fr="Combien ?")
        session.add(question)
    again.open()
    assert "You answered before" not in again.page() and "the group:" not in again.page()


def test_without_feedback_only_one_s_own_answer_is_shown(app: Flask) -> None:
    again = Again(app, kind=K.NUMBER, n=6)
    again.repeat()
    with again.database.writing() as session:
        session.get_one(Round, again.round_id).shows_feedback = False
    again.open()
    assert "You answered before" in again.page() and "the group:" not in again.page()


def test_the_facilitator_asks_again_with_one_button_and_only_once(app: Flask) -> None:
    again = Again(app, kind=K.RANKING, n=6)
    client = staff_client(app, again.small.facilitator_id)
    with app.test_request_context():
        path = url_for("facilitator.questions", round_id=again.round_id)
    page = client.get(path).text
    assert "Ask again what an earlier round asked" in page
    for _ in range(2):
        response = client.post(f"{path}/again", data={"csrf_token": token_in(page), "question": str(again.first_id)})
        assert response.status_code == 303
    with again.database.reading() as session:
        found = session.exec(select(Question).where(Question.round_id == again.round_id)).all()
        assert [(one.repeats_id, one.kind) for one in found] == [(again.first_id, K.RANKING)]
    assert "Ask again what an earlier round asked" not in client.get(path).text
    foreign = client.post(f"{path}/again", data={"csrf_token": token_in(page), "question": "999"})
    assert foreign.status_code == 404
