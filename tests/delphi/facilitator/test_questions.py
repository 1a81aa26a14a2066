"""Writing further questions, previewing them, and reading what they brought."""

import json
import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlmodel import select

from surveys.models import Question, Round, TaskForce
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.rounds import close_round, open_round, plan_round
from surveys.vocabulary import AnswerState, QuestionKind, RoundKind
from tests.builders import (
    EVERY_KIND,
    NOW,
    SmallStudy,
    a_question,
    a_study,
    an_open_ideas_round,
    an_open_rating_round,
    as_expert,
    share_written_answers,
    staff_client,
    token_in,
)
from tests.conftest import SECRET_KEY
from tests.delphi.exports.files import export_data

K = QuestionKind
ANSWERS: dict[QuestionKind, list[dict[str, object]]] = {
    K.RANKING: [{"order": ["o1", "o2", "o3"]}, {"order": ["o1", "o3", "o2"]}],
    K.TOP_X: [{"order": ["o3", "o1"]}, {"order": ["o3"]}],
    K.POINTS: [{"points": {"o1": 80, "o2": 20, "o3": 0}}, {"points": {"o1": 50, "o2": 50, "o3": 0}}],
    K.MULTIPLE_CHOICE: [{"chosen": ["o1", "o2"]}, {"chosen": ["o2"]}],
    K.SINGLE_CHOICE: [{"chosen": "o1"}, {"chosen": "o2"}],
    K.YES_NO: [{"chosen": "yes"}, {"chosen": "yes"}],
    K.NUMBER: [{"value": 12.5}, {"value": 20}],
    K.PROBABILITY: [{"value": 40}, {"value": 60}],
    K.YEAR: [{"value": 2030}, {"value": 2041}],
    K.SHORT_TEXT: [{"text": "A short <i>one</i>"}, {"text": "Another"}],
    K.LONG_TEXT: [{"text": "Long"}, {"text": "Longer"}],
    K.SORT_GROUPS: [{"groups": {"o1": "g1"}}, {"groups": {"o1": "g1", "o2": "g2"}}],
}
SENTENCES = {
    K.RANKING: (
        "The order closest to all answers: 1. Public money, 2. Private money, 3. A levy. Other orders are as close."
    ),
    K.TOP_X: "Most often chosen: A levy, by 2 of 2.",
    K.POINTS: "Most points on average: Public money, 65\u00a0% of them.",
    K.MULTIPLE_CHOICE: "Most often chosen: Private money, by 2 of 2.",
    K.SINGLE_CHOICE: "Most often chosen: Public money and Private money, by 1 of 2.",
    K.YES_NO: "Most often chosen: Yes, by 2 of 2.",
    K.NUMBER: "The middle answer is 16.25\u00a0t/ha;",
    K.PROBABILITY: "The middle answer is 50\u00a0%;",
    K.YEAR: "The middle answer is 2035.5;",
    K.SHORT_TEXT: "A short &lt;i&gt;one&lt;/i&gt;",
    K.LONG_TEXT: "2 texts.",
    K.SORT_GROUPS: "Most often: Public money: Now (2 of 2); Private money: Later (1 of 1).",
}


class Planned:
    """A task force with a planned round, and its facilitator's browser."""

    def __init__(self, app: Flask) -> None:
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session)
            task_force = session.get_one(TaskForce, self.small.task_force_id)
            self.round_id = plan_round(session, actor=None, task_force=task_force, kind=RoundKind.IDEAS, now=NOW).id
        self.client = staff_client(app, self.small.facilitator_id)
        self.base = f"/facilitate/rounds/{self.round_id}/questions"

    def page(self, address: str) -> str:
        response = self.client.get(address)
        assert response.status_code == 200, response.text
        return response.text

    def post(self, address: str, **fields: str):  # type: ignore[no-untyped-def]
        return self.client.post(address, data={"csrf_token": token_in(self.page(self.base)), **fields})

    def stored(self) -> list[Question]:
        with self.database.reading() as session:
            return list(session.exec(select(Question).order_by(Question.position)).all())  # type: ignore[arg-type]


@pytest.fixture
def planned(app: Flask) -> Planned:
    return Planned(app)


def a_full_form(kind: QuestionKind, text: str = "Which first?") -> dict[str, str]:
    return {
        "kind": kind.value,
        "text-en": text,
        "text-fr": "Lequel d'abord ?",
        "options-en": "Tax\nLevy\nMarket",
        "options-fr": "Impôt\nTaxe\nMarché",
        "groups-en": "Now\nLater",
        "groups-fr": "Maintenant\nPlus tard",
    }


@pytest.mark.parametrize("kind", QuestionKind)
def test_a_question_of_each_kind_is_written_edited_and_previewed(planned: Planned, kind: QuestionKind) -> None:
    assert f'value="{kind.value}"' in planned.page(planned.base)
    planned.page(f"{planned.base}/new?kind={kind.value}")
    assert planned.post(f"{planned.base}/new", **a_full_form(kind)).status_code == 303
    (question,) = planned.stored()
    assert (question.kind, question.text["fr"]) == (kind, "Lequel d'abord ?")
    form = planned.page(f"{planned.base}/{question.id}")
    assert "Which first?" in form
    edited = a_full_form(kind, text="Which <b>second</b>?")
    assert planned.post(f"{planned.base}/{question.id}", **edited).status_code == 303
    assert planned.stored()[0].text["en"] == "Which <b>second</b>?"
    preview = planned.page(f"{planned.base}/preview")
    assert "Which &lt;b&gt;second&lt;/b&gt;?" in preview
    assert f'name="q-{question.id}-way"' in preview
    assert "Lequel d&#39;abord ?" in planned.page(f"{planned.base}/preview?language=fr")


def test_a_refused_question_comes_back_with_its_text(planned: Planned) -> None:
    response = planned.post(f"{planned.base}/new", **{**a_full_form(K.RANKING), "options-fr": "Impôt"})
    assert response.status_code == 422
    assert "The lists have different lengths (en: 3, fr: 1)" in response.text
    assert "Tax\nLevy\nMarket</textarea>" in response.text
    assert planned.stored() == []


def test_questions_are_moved_and_removed(planned: Planned) -> None:
    for text in ("One?", "Two?"):
        planned.post(f"{planned.base}/new", **a_full_form(K.YES_NO, text=text))
    second = planned.stored()[1].id
    planned.post(f"{planned.base}/{second}/move", to="up")
    assert [one.text["en"] for one in planned.stored()] == ["Two?", "One?"]
    planned.post(f"{planned.base}/{second}/remove")
    assert [(one.text["en"], one.position) for one in planned.stored()] == [("One?", 1)]
    log = planned.page(f"/facilitate/task-forces/{planned.small.task_force_id}/log")
    assert "Removed a question from round 1: “Two?”" in log


def test_the_checklist_asks_for_the_missing_language(planned: Planned) -> None:
    opening = f"/facilitate/rounds/{planned.round_id}/open"
    assert f'href="{planned.base}"' in planned.page(opening)
    planned.post(f"{planned.base}/new", **{**a_full_form(K.RANKING), "options-fr": ""})
    assert "Not complete in Français." in planned.page(planned.base)
    page = planned.page(opening)
    assert re.search(r"Français: \d+ texts are missing\.", page)
    assert "translations?to=fr&amp;show=missing" in page


def test_another_rounds_question_and_an_unknown_kind_are_not_found(app: Flask, planned: Planned) -> None:
    with planned.database.writing() as session:
        other = a_study(session, slug="other")
        foreign = a_question(session, round_id=an_open_ideas_round(session, other).id, kind=K.YEAR)
    assert planned.client.get(f"{planned.base}/{foreign}").status_code == 404
    assert planned.post(f"{planned.base}/{foreign}/remove").status_code == 404
    assert planned.client.get(f"{planned.base}/new?kind=drawing").status_code == 404


def test_an_open_round_cannot_be_changed(planned: Planned) -> None:
    token = token_in(planned.page(planned.base))
    with planned.database.writing() as session:
        round_ = session.get_one(Round, planned.round_id)
        open_round(session, actor=None, round_=round_, deadline_at=None, languages=("en",), now=NOW, notify=False)
    data = {"csrf_token": token, **a_full_form(K.YES_NO)}
    response = planned.client.post(f"{planned.base}/new", data=data)
    assert response.status_code == 422
    assert "already open" in response.text
    assert planned.stored() == []


def answered(app: Flask, *, ideas: bool = False) -> tuple[SmallStudy, int]:
    """A round with a question of every kind, answered by two people and left as outside their expertise by a third."""
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
        round_ = an_open_ideas_round(session, small) if ideas else an_open_rating_round(session, small)[0]
        ids = {
            kind: a_question(
                session, round_id=round_.id, kind=kind, settings=EVERY_KIND[kind], text=f"Question of {kind.value}?"
            )
            for kind in QuestionKind
        }
        for expert in range(3):
            save_question_answers(
                session,
                actor=as_expert(small, small.experts[expert]),
                round_id=round_.id,
                answers=[
                    AnswerGiven(ids[kind], AnswerState.ANSWERED, dict(given[expert]))
                    if expert < 2
                    else AnswerGiven(ids[kind], AnswerState.OUTSIDE_EXPERTISE)
                    for kind, given in ANSWERS.items()
                ],
                language="en",
                now=NOW,
            )
        return small, round_.id


def close(app: Flask, round_id: int) -> None:
    with app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=round_id, now=datetime.now(UTC))


def share_all(app: Flask, small: SmallStudy, round_id: int) -> None:
    with app.extensions["delphi_database"].writing() as session:
        share_written_answers(session, small, round_id=round_id)


@pytest.mark.parametrize("ideas", [False, True])
def test_results_are_shown_after_the_close_only_with_codes_and_no_names(app: Flask, ideas: bool) -> None:
    small, round_id = answered(app, ideas=ideas)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/rounds/{round_id}/{'question-results' if ideas else 'board'}"
    refused = client.get(address)
    assert refused.status_code == 422
    assert "Longer" not in refused.text
    close(app, round_id)
    unread = client.get(address).text
    assert unread.count("2 answers are not yet read over.") == 2
    assert not any(text in unread for text in ("A short", "Another", "Longer"))
    share_all(app, small, round_id)
    page = client.get(address).text
    assert "not yet read over" not in page
    for kind, sentence in SENTENCES.items():
        assert f"Question of {kind.value}?" in page
        assert sentence in page, kind
    assert page.count("2 answers. “Outside my expertise”: 1.") == len(QuestionKind)
    assert "I need more information" not in page
    assert "T-01" in page
    assert "Expert soil" not in page


def test_the_export_holds_questions_figures_answers_and_texts_apart(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    small, round_id = answered(app)
    close(app, round_id)
    share_all(app, small, round_id)
    with app.extensions["delphi_database"].reading() as session:
        document = json.loads(export_data(session, study_id=small.study_id, format="json", language="en"))
        workbook = export_data(session, study_id=small.study_id, format="xlsx", language="fr")
    assert workbook[:2] == b"PK"
    questions, figures, answers, texts = (
        document[name] for name in ("questions", "question_figures", "question_answers", "question_texts")
    )
    assert [one["kind"] for one in questions] == [kind.value for kind in QuestionKind]
    assert all((one["n"], one["n_outside_expertise"]) == (2, 1) for one in questions)
    ranking = [one for one in figures if one["question"] == "Q1"]
    assert {(one["option"], one["figure"]): one["value"] for one in ranking}["o1", "mean_rank"] == 1.0
    places = [(one["option"], one["value"]) for one in answers if one["question"] == "Q1" and one["value"]]
    assert sorted(places) == [("o1", 1), ("o1", 1), ("o2", 2), ("o2", 3), ("o3", 2), ("o3", 3)]
    assert sum(one["state"] == "outside_expertise" for one in answers) == len(QuestionKind)
    assert {one["expert"][:2] for one in answers} == {"E-"}
    assert sorted(one["text"] for one in texts) == ["A short <i>one</i>", "Another", "Long", "Longer"]
    assert all(set(one) == {"task_force", "round", "question", "text"} for one in texts)


def test_a_study_without_questions_has_no_table_of_them(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
    close(app, round_.id)
    with app.app_context(), database.reading() as session:
        assert b"question" not in export_data(session, study_id=small.study_id, format="json", language="en")
