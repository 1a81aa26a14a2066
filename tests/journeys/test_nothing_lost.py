"""What experts type is never lost and never doubled: late, in another language, sent twice."""

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlmodel import select

from surveys.models import Comment, Idea, OutboxMessage, Rating, Submission
from surveys.services.rounds import close_round
from surveys.vocabulary import MessageKind, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_study,
    an_open_ideas_round,
    an_open_rating_round,
    expert_client,
    staff_client,
)
from tests.journeys.acts import has_form, receipt_on
from tests.journeys.visitor import Visitor

COMMENT = "Written while the round was being closed."


@dataclass
class Open:
    """An open round, and its first expert before its first page."""

    app: Flask
    small: SmallStudy
    round_id: int
    statements: list[int]
    expert: Visitor

    def field(self, index: int) -> str:
        return f"r-{self.statements[index]}-{self.small.importance_id}"

    def stored(self) -> dict[int, int | None]:
        with self.app.extensions["delphi_database"].reading() as session:
            return {rating.statement_id: rating.value for rating in session.exec(select(Rating)).all()}


@pytest.fixture
def rating(app: Flask) -> Open:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=2)
        round_, statements = an_open_rating_round(session, small)
        round_id = round_.id
    expert = Visitor(expert_client(app, small, small.experts[0])).open("/my/")
    return Open(app, small, round_id, statements, expert)


def test_stale_page_of_a_closed_round_keeps_what_was_typed(rating: Open) -> None:
    saved: dict[str, str | list[str]] = {rating.field(0): "8"}
    rating.expert.send("Save and continue", saved).open(f"/my/rounds/{rating.round_id}/rate/1")
    facilitator = Visitor(staff_client(rating.app, rating.small.facilitator_id))
    facilitator.open(f"/facilitate/rounds/{rating.round_id}/close").send("Close round 1")
    comment = f"c-{rating.statements[1]}"
    rating.expert.send("Save and continue", {rating.field(1): "3", comment: COMMENT}, expect=409)
    assert COMMENT in rating.expert.text
    assert "Importance: 3" in rating.expert.text
    assert "Train advisers in soil testing 2" in rating.expert.text
    assert rating.stored() == {rating.statements[0]: 8}
    as_file = next(c.value for c in rating.expert.form("Keep it as a text file").controls if c.name == "text")
    assert COMMENT in as_file
    with rating.app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Comment)).all() == []
    rating.expert.follow("What is stored of this round")
    assert "This round closed" in rating.expert.text
    assert "Importance 8" in rating.expert.text


def test_stale_page_of_ideas_keeps_every_card(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=1)
        round_id = an_open_ideas_round(session, small).id
    expert = Visitor(expert_client(app, small, small.experts[0])).open("/my/")
    with app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=round_id, now=NOW)
    typed = {"problem-1": "First\nin two lines", "cause-1": "Because of <that>", "problem-2": "Second & last"}
    expert.send("Save and continue", dict(typed), expect=409)
    for text in typed.values():
        assert " ".join(text.split()) in expert.text
    with app.extensions["delphi_database"].reading() as session:
        assert session.exec(select(Idea)).all() == []


def test_language_switch_keeps_the_page_and_what_stands_on_it(rating: Open) -> None:
    comment = f"c-{rating.statements[2]}"
    rating.expert.send("Français", {rating.field(0): "7", rating.field(2): "outside", comment: COMMENT})
    assert rating.expert.path.partition("?")[0] == f"/my/rounds/{rating.round_id}/rate/1"
    assert '<html lang="fr">' in rating.expert.page
    assert "Quelle importance ?" in rating.expert.text
    form = next(form for form in rating.expert.forms if "seen" in form.names())
    chosen = {c.name: c.value for c in form.controls if c.kind == "radio" and c.checked and c.name.startswith("r-")}
    assert chosen == {rating.field(0): "7", rating.field(2): "outside"}
    assert next(c.value for c in form.controls if c.name == comment) == COMMENT
    assert has_form(rating.expert.send("English"), "Save and continue")
    assert '<html lang="en">' in rating.expert.page
    assert rating.stored() == {rating.statements[0]: 7, rating.statements[2]: None}


def test_sending_twice_gives_one_row_and_one_receipt(rating: Open) -> None:
    page = rating.expert.form("Save and continue")
    values: dict[str, str | list[str]] = {rating.field(index): "6" for index in range(3)}
    path = rating.expert.path
    for _ in range(2):
        rating.expert.path = path
        rating.expert.send_form(page, values, press="Save and continue")
    last = rating.expert.form("Send my answers")
    path, receipts = rating.expert.path, []
    for _ in range(2):
        rating.expert.path = path
        rating.expert.send_form(last, {}, press="Send my answers")
        receipts.append(receipt_on(rating.expert))
    assert len(set(receipts)) == 1
    assert rating.stored() == dict.fromkeys(rating.statements, 6)
    with rating.app.extensions["delphi_database"].reading() as session:
        assert [sent.receipt for sent in session.exec(select(Submission)).all()] == [receipts[0]]
        mails = [mail for mail in session.exec(select(OutboxMessage)).all() if mail.kind is MessageKind.RECEIPT]
        assert len(mails) == 1


def test_sending_cards_twice_gives_each_idea_once(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=1)
        an_open_ideas_round(session, small)
    expert = Visitor(expert_client(app, small, small.experts[0])).open("/my/")
    page, path = expert.form("Save and continue"), expert.path
    for _ in range(2):
        expert.path = path
        expert.send_form(page, {"problem-1": "Rain", "cause-1": "Clouds"}, press="Save and continue")
    with app.extensions["delphi_database"].reading() as session:
        ideas = {(idea.kind, idea.text) for idea in session.exec(select(Idea)).all()}
        assert len(session.exec(select(Idea)).all()) == 2
    assert ideas == {(StatementKind.PROBLEM, "Rain"), (StatementKind.CAUSE, "Clouds")}
