"""The desk where texts are read over: pages, counts, undo, and that nothing unread is on another page or in a file."""

import json
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from delphi.database import Database
from surveys.models import AnswerReview, FrozenQuestionAnswer
from surveys.services.question_answers import AnswerGiven, save_question_answers
from surveys.services.rounds import close_round
from surveys.vocabulary import AnswerState, CommentReview, QuestionKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_question,
    a_study,
    an_open_rating_round,
    as_expert,
    expert_client,
    staff_client,
    token_in,
)
from tests.conftest import SECRET_KEY
from tests.delphi.exports.files import export_data
from tests.delphi.facilitator.test_apart import everything_reached

NAMED, HARMLESS = "Ask Awa Ndiaye of the <ministry>", "More rain, less wind"


@dataclass
class Desk:
    """A closed round with a text question, answered in two ways; its facilitator's browser."""

    app: Flask
    database: Database
    small: SmallStudy
    round_id: int
    facilitator: FlaskClient

    @property
    def address(self) -> str:
        return f"/facilitate/rounds/{self.round_id}/written-answers"

    def page(self, address: str = "") -> str:
        response = self.facilitator.get(address or self.address)
        assert response.status_code == 200, response.text
        return response.text

    def ids(self) -> dict[str, int]:
        """Text to the id of its decision: the form that holds the text."""
        found = {}
        for form in self.page().split('<form method="post" class="comment" id="answer-')[1:]:
            text = NAMED if "Ndiaye" in form else HARMLESS
            found[text] = int(form.split('"', 1)[0])
        return found

    def decide(self, text: str, decision: str, **fields: str):  # type: ignore[no-untyped-def]
        data = {"csrf_token": token_in(self.page()), "decision": decision, **fields}
        return self.facilitator.post(f"{self.address}/{self.ids()[text]}", data=data)

    def reviews(self) -> dict[str, str]:
        with self.database.reading() as session:
            stored = {one.id: one.review.value for one in session.exec(select(AnswerReview)).all()}
        return {text: stored[answer_id] for text, answer_id in self.ids().items()}


@pytest.fixture
def desk(app: Flask) -> Desk:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small, n_statements=1)
        question = a_question(session, round_id=round_.id, kind=QuestionKind.LONG_TEXT, options=(), text="What else?")
        for expert, text in enumerate((NAMED, HARMLESS)):
            save_question_answers(
                session,
                actor=as_expert(small, small.experts[expert]),
                round_id=round_.id,
                answers=[AnswerGiven(question, AnswerState.ANSWERED, {"text": text})],
                language="en",
                now=NOW,
            )
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    return Desk(app, database, small, round_.id, staff_client(app, small.facilitator_id))


def test_what_is_still_to_be_read_is_counted_where_work_is_listed(desk: Desk) -> None:
    page = desk.page()
    assert "2 of 2 are still to be read." in page
    assert "Few wrote in this language" not in page, "everybody wrote in the same"
    assert "Ask Awa Ndiaye of the &lt;ministry&gt;" in page and HARMLESS in page
    link = f'href="{desk.address}"'
    for address, words in (
        ("/facilitate/", "Read 2 written answers over"),
        (f"/facilitate/task-forces/{desk.small.task_force_id}", "(2 to read over)"),
        (f"/facilitate/rounds/{desk.round_id}/comments", "Read 2 written answers over"),
        (f"/facilitate/rounds/{desk.round_id}/board", "2 answers are not yet read over."),
    ):
        shown = desk.page(address)
        assert words in shown and link in shown, address
    secretary = staff_client(desk.app, desk.small.secretary_id)
    board = secretary.get(f"/facilitate/rounds/{desk.round_id}/board").text
    assert "2 answers are not yet read over." in board and link not in board
    for name in ("exports", "archive"):
        shown = secretary.get(f"/secretariat/studies/{desk.small.study_id}/{name}").text
        assert "2 answers are not yet read over." in shown, name


def test_a_text_is_shared_paraphrased_withheld_and_undone(desk: Desk) -> None:
    refused = desk.decide(NAMED, "withhold", reason=" ")
    assert refused.status_code == 422
    assert "Please give a reason" in refused.text and "<title>Error:" in refused.text
    half = desk.decide(NAMED, "paraphrase", **{"text-en": "Ask those who know", "text-fr": ""})
    assert half.status_code == 422
    assert ">Ask those who know</textarea>" in half.text
    assert desk.decide(NAMED, "burn").status_code == 400
    assert set(desk.reviews().values()) == {"waiting"}
    done = desk.decide(NAMED, "withhold", reason="It names <somebody>")
    assert (done.status_code, done.headers["Location"]) == (303, desk.address)
    assert desk.decide(HARMLESS, "share").status_code == 303
    assert desk.reviews() == {NAMED: "withheld", HARMLESS: "shared"}
    page = desk.page()
    assert "All 2 are read over." in page and "Reason: “It names &lt;somebody&gt;”" in page
    board = desk.page(f"/facilitate/rounds/{desk.round_id}/board")
    assert HARMLESS in board and "Ndiaye" not in board and "1 answer is withheld." in board
    assert desk.decide(NAMED, "undo").status_code == 303
    assert "Undone: the answer waits to be read over again." in desk.page()
    assert desk.decide(NAMED, "paraphrase", **{"text-en": "Ask them", "text-fr": "Demandez"}).status_code == 303
    board = desk.page(f"/facilitate/rounds/{desk.round_id}/board")
    assert "Ask them" in board and "paraphrased" in board and "Ndiaye" not in board
    log = desk.page(f"/facilitate/task-forces/{desk.small.task_force_id}/log")
    assert "Withheld a written answer to Q1 of round 1: “It names &lt;somebody&gt;”" in log
    assert "Took back a decision on a written answer to Q1 of round 1." in log and "Ndiaye" not in log


@pytest.mark.slow
def test_nothing_unread_or_withheld_is_on_another_page_or_in_a_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One text is withheld, the other unread: of all that links lead staff and another expert to, one page has them."""
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    desk.decide(NAMED, "withhold", reason="A name")
    visitors = {
        "facilitator": (desk.facilitator, f"/facilitate/task-forces/{desk.small.task_force_id}"),
        "secretariat": (
            staff_client(desk.app, desk.small.secretary_id),
            f"/secretariat/studies/{desk.small.study_id}/exports",
        ),
        "another expert": (expert_client(desk.app, desk.small, desk.small.experts[2]), "/my/"),
    }
    for visitor, (client, start) in visitors.items():
        found = everything_reached(client, start=start, but="sign-out|/account/")
        assert len(found) > 3, visitor
        held = {address for address, content in found.items() if b"Ndiaye" in content or b"less wind" in content}
        assert held == ({desk.address} if visitor == "facilitator" else set()), visitor
    with desk.database.reading() as session:
        document, workbook = (
            export_data(session, study_id=desk.small.study_id, format=name, language="en") for name in ("json", "xlsx")
        )
    with ZipFile(BytesIO(workbook)) as package:
        files = [document, b"".join(package.read(name) for name in package.namelist())]
    assert all(b"What else?" in content for content in files)
    assert not any(word in content for content in files for word in (b"Ndiaye", b"less wind"))
    (question,) = json.loads(document)["questions"]
    assert (question["n"], question["n_unread"], question["n_withheld"]) == (2, 1, 1)
    assert "1 answer is not yet read over. 1 answer is withheld." in json.loads(document)["about"]


def test_a_lone_language_is_pointed_out_where_it_is_decided(desk: Desk) -> None:
    with desk.database.writing() as session:
        for frozen in session.exec(select(FrozenQuestionAnswer)).all():
            frozen.language = "fr" if frozen.answer == {"text": HARMLESS} else "en"
    assert desk.page().count("Few wrote in this language") == 2
    desk.decide(HARMLESS, "paraphrase", **{"text-en": "Less wind", "text-fr": "Moins de vent"})
    assert desk.page().count("Few wrote in this language") == 1


def test_only_the_facilitator_of_the_round_reads_texts_over(desk: Desk) -> None:
    with desk.database.writing() as session:
        other = a_study(session, slug="other")
    answer_id = desk.ids()[NAMED]
    for person_id in (other.facilitator_id, desk.small.secretary_id):
        client = staff_client(desk.app, person_id)
        assert client.get(desk.address).status_code == 404
        token = token_in(client.get("/account/").text)
        sent = client.post(f"{desk.address}/{answer_id}", data={"csrf_token": token, "decision": "share"})
        assert sent.status_code == 404
    with desk.database.reading() as session:
        reviews = session.exec(select(AnswerReview.review).order_by(col(AnswerReview.id))).all()
    assert set(reviews) == {CommentReview.WAITING}
