"""The synthesis desk through the browser, without a script."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from surveys.models import (
    Category,
    DeskStep,
    Idea,
    IdeaPair,
    IdeaPlacement,
    IdeaTag,
    SimilarityRun,
    Statement,
    StatementVersion,
)
from surveys.services.similar_ideas import finish_run
from surveys.vocabulary import IdeaStatus, JobStatus, PlacementAction, StatementKind
from tests.builders import NOW, SmallStudy, a_closed_ideas_round, a_study, everybody, said, staff_client, token_in

ACTIVITY, OBSTACLE = StatementKind.ACTIVITY, StatementKind.OBSTACLE
IDEAS = (
    (0, ACTIVITY, "Publish the price of every soil carbon credit", "en"),
    (1, ACTIVITY, "Prices of carbon credits should be public", "en"),
    (2, ACTIVITY, "Former les conseillers", "fr"),
    (3, OBSTACLE, "Audits cost <b>too much</b>", "en"),
)


class Desk:
    """A facilitator's browser at a desk with four ideas."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session)
            _, self.ideas = a_closed_ideas_round(session, self.small, ideas=IDEAS)
        self.client: FlaskClient = staff_client(app, self.small.facilitator_id)
        self.base = f"/facilitate/task-forces/{self.small.task_force_id}"

    def page(self, **arguments: Any) -> str:
        response = self.client.get(f"{self.base}/synthesis", query_string=arguments)
        assert response.status_code == 200
        return response.text

    def post(self, path: str, **data: Any) -> TestResponse:
        return self.client.post(f"{self.base}/{path}", data={"csrf_token": token_in(self.page()), **data})

    def keep(self, idea: int, english: str = "Publish the price", french: str = "Publier le prix") -> int:
        """Keep an idea as a statement; the statement's id."""
        response = self.post(f"ideas/{idea}/new", **{"text-en": english, "text-fr": french})
        assert response.status_code == 303
        with self.database.reading() as session:
            return session.exec(select(Statement.id).order_by(col(Statement.id).desc())).first() or 0


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


def test_the_desk_shows_ideas_by_code_and_never_a_person(desk: Desk) -> None:
    pages = [desk.page(kind=kind) for kind in ("activity", "obstacle")]
    desk.keep(desk.ideas[0])
    pages.append(desk.page(idea=desk.ideas[1]))
    with desk.database.reading() as session:
        experts = [p for p in everybody(session) if p.id in desk.small.experts]
        assert len(experts) == 6
        for page in pages:
            for person in experts:
                assert person.name not in page
                assert person.email not in page
            assert "panellist" not in page.lower()
    assert "P-0" in pages[0]
    assert "@" not in "".join(pages)


def test_an_idea_is_shown_as_typed_in_its_language_and_escaped(desk: Desk) -> None:
    assert "Audits cost &lt;b&gt;too much&lt;/b&gt;" in desk.page(kind="obstacle")
    assert '<p class="said" lang="fr">Former les conseillers</p>' in desk.page(idea=desk.ideas[2])


def test_keeping_stores_the_wording_in_both_languages(desk: Desk) -> None:
    assert "0 of 4" in desk.page()
    statement_id = desk.keep(desk.ideas[0], IDEAS[0][2], "Publier le prix de chaque crédit")
    with desk.database.reading() as session:
        version = session.exec(select(StatementVersion).where(StatementVersion.statement_id == statement_id)).one()
        assert version.text == {"en": IDEAS[0][2], "fr": "Publier le prix de chaque crédit"}
        assert session.exec(select(IdeaPlacement.action)).one() is PlacementAction.KEPT
    page = desk.page(kind="activity")
    assert "1 of 4" in page
    assert "from 1 idea" in page
    assert "no Français text" not in page


def test_a_statement_that_shares_words_is_suggested_and_merging_uses_its_button(desk: Desk) -> None:
    statement_id = desk.keep(desk.ideas[0], IDEAS[0][2])
    page = desk.page(idea=desk.ideas[1])
    assert "May say the same as" in page
    assert f'<button class="move best" name="statement" value="{statement_id}:' in page
    assert "May say the same as" not in desk.page(idea=desk.ideas[2]), "another language is not compared"
    assert desk.post(f"ideas/{desk.ideas[1]}/merge", statement=statement_id).status_code == 303
    with desk.database.reading() as session:
        placed = session.exec(select(IdeaPlacement.statement_id)).all()
        assert placed == [statement_id, statement_id]
        assert len(session.exec(select(Statement)).all()) == 1


def test_splitting_keeps_the_idea_in_hand_for_its_second_place(desk: Desk) -> None:
    data = {"text-en": "Train advisers", "text-fr": "Former les conseillers", "again": "1"}
    response = desk.post(f"ideas/{desk.ideas[2]}/new", **data)
    assert response.headers["Location"].endswith(f"/synthesis?idea={desk.ideas[2]}")
    page = desk.page(idea=desk.ideas[2])
    assert "second place for this idea" in page
    assert 'name="split" value="1"' in page
    data = {"text-en": "Pay advisers", "text-fr": "Payer les conseillers", "split": "1"}
    assert desk.post(f"ideas/{desk.ideas[2]}/new", **data).status_code == 303
    assert desk.page(kind="activity").count("in 2 statements") == 2


def test_setting_aside_and_taking_up_again(desk: Desk) -> None:
    refused = desk.post(f"ideas/{desk.ideas[3]}/park", reason=" ")
    assert refused.status_code == 422
    assert "Please give a reason" in refused.text
    assert desk.post(f"ideas/{desk.ideas[3]}/park", reason="Out of scope").status_code == 303
    page = desk.page(kind="obstacle")
    assert "Out of scope" in page
    assert "Undo “set aside”" in page
    assert desk.post(f"ideas/{desk.ideas[3]}/take-back").status_code == 303
    with desk.database.reading() as session:
        assert session.get_one(Idea, desk.ideas[3]).status is IdeaStatus.WAITING


def test_the_last_step_is_undone_from_the_bar(desk: Desk) -> None:
    desk.keep(desk.ideas[0])
    page = desk.page()
    assert "Undo “placed in A5-01”" in page
    with desk.database.reading() as session:
        step = session.exec(select(DeskStep.id)).one()
    assert page.count(f"/steps/{step}/undo") == 2, "on the bar and in the list of steps"
    assert desk.post(f"steps/{step}/undo", idea=desk.ideas[0]).status_code == 303
    assert "0 of 4" in desk.page()
    again = desk.post(f"steps/{step}/undo", idea=desk.ideas[0])
    assert again.status_code == 409
    assert "nothing left to undo" in again.text


def test_an_idea_is_taken_out_beside_its_statement_and_that_is_a_step_too(desk: Desk) -> None:
    desk.keep(desk.ideas[0])
    with desk.database.reading() as session:
        placement = session.exec(select(IdeaPlacement.id)).one()
    assert f"/placements/{placement}/undo" in desk.page()
    assert desk.post(f"placements/{placement}/undo", idea=desk.ideas[0]).status_code == 303
    page = desk.page()
    assert "0 of 4" in page
    assert "Undo “taken out of A5-01”" in page
    assert desk.post(f"placements/{placement}/undo").status_code == 409


def test_ideas_are_tagged_and_untagged(desk: Desk) -> None:
    assert desk.post(f"ideas/{desk.ideas[0]}/tags", tag="Markets").status_code == 303
    page = desk.page(idea=desk.ideas[0])
    assert "markets ×" in page
    with desk.database.reading() as session:
        tag = session.exec(select(IdeaTag.id)).one()
    assert desk.post(f"ideas/{desk.ideas[0]}/tags", off=tag).status_code == 303
    assert "markets ×" not in desk.page(idea=desk.ideas[0])
    assert desk.post(f"ideas/{desk.ideas[0]}/tags", tag=" ").status_code == 422


def test_a_statement_is_edited_linked_and_sorted_without_leaving_the_desk(desk: Desk) -> None:
    activity = desk.keep(desk.ideas[0])
    obstacle = desk.keep(desk.ideas[3], "Audits", "Audits")
    with desk.database.writing() as session:
        category = Category(study_id=desk.small.study_id, code="money", name=said("Money"))
        session.add(category)
        session.flush()
        category_id = category.id
    page = desk.page(statement=obstacle)
    assert "Edit A5-02" in page
    seen = page.split('name="seen" value="')[1].split('"')[0]
    for path, data in (
        ("wording", {"text-en": "Audits are dear", "text-fr": "Audits chers", "seen": seen}),
        ("parent", {"parent": activity}),
        ("category", {"category": category_id}),
    ):
        data |= {"csrf_token": token_in(page), "back": "desk"}
        response = desk.client.post(f"/facilitate/statements/{obstacle}/{path}", data=data)
        assert response.status_code == 303
        assert response.headers["Location"].endswith(f"/synthesis?statement={obstacle}")
    page = desk.page(kind="obstacle")
    assert "Audits are dear" in page
    assert "belongs to A5-01" in page
    assert "Money" in page
    assert "Undo “sorted A5-02 into a category”" in page


def test_a_suggested_group_is_confirmed_idea_by_idea(desk: Desk) -> None:
    with desk.database.writing() as session:
        first, second = sorted(desk.ideas[:2])
        session.add(IdeaPair(first_id=first, second_id=second, score=0.9))
    page = desk.page()
    assert "1 group of ideas that may say the same" in page
    one = desk.post("ideas/group", **{"in-group": [first], "text-en": "Prices"})
    assert one.status_code == 422, "one idea is no group"
    both = desk.post("ideas/group", **{"in-group": [first, second], "text-en": "Prices", "text-fr": "Prix"})
    assert both.status_code == 303
    with desk.database.reading() as session:
        statement = session.exec(select(Statement)).one()
        placed = session.exec(select(IdeaPlacement).order_by(col(IdeaPlacement.id))).all()
        assert [one.statement_id for one in placed] == [statement.id] * 2
    assert "may say the same" not in desk.page(kind="activity").split("Ideas</h2>")[0]
    again = desk.post("ideas/group", **{"in-group": [first, second], "text-en": "Again"})
    assert again.status_code == 409
    with desk.database.reading() as session:
        assert len(session.exec(select(Statement)).all()) == 1


def test_the_desk_asks_for_a_look_for_similar_ideas_and_shows_its_progress(desk: Desk) -> None:
    with desk.database.writing() as session:
        run = session.exec(select(SimilarityRun)).one()
        run.status, run.n_done, run.n_steps = JobStatus.RUNNING, 128, 400
        session.add(run)
    assert "Looking for similar ideas: 128 of 400 texts." in desk.page()
    answer = desk.client.post(f"{desk.base}/here", headers={"X-CSRFToken": token_in(desk.page())}).get_json()
    assert answer["search"] == {"done": 128, "steps": 400}
    with desk.database.writing() as session:
        finish_run(session, run_id=run.id, encoder="", pairs=(), now=NOW)
    assert "Look for similar ideas again" in desk.page()
    assert desk.post("similar").status_code == 303
    assert "waiting for its turn" in desk.page()


def test_too_long_a_wording_comes_back_as_typed(desk: Desk) -> None:
    long = "very " * 200
    response = desk.post(f"ideas/{desk.ideas[0]}/new", **{"text-en": long, "text-fr": "Court"})
    assert response.status_code == 422
    assert long.strip() in response.text
    assert ">Court</textarea>" in response.text
    with desk.database.reading() as session:
        assert session.exec(select(Statement)).all() == []


def test_two_facilitators_do_not_place_one_idea_twice(desk: Desk) -> None:
    second = staff_client(desk.app, desk.small.facilitator_id)
    token = token_in(second.get(f"{desk.base}/synthesis").text)
    desk.keep(desk.ideas[0])
    data = {"csrf_token": token, "text-en": "My words", "text-fr": "Mes mots"}
    response = second.post(f"{desk.base}/ideas/{desk.ideas[0]}/new", data=data)
    assert response.status_code == 409
    assert "My words" in response.text
    with desk.database.reading() as session:
        assert len(session.exec(select(Statement)).all()) == 1


def test_an_idea_of_a_foreign_task_force_is_not_found(desk: Desk) -> None:
    with desk.database.writing() as session:
        other = a_study(session, slug="other", code="B1")
        _, foreign = a_closed_ideas_round(session, other, ideas=[(0, ACTIVITY, "Theirs alone", "en")])
    for path in (f"ideas/{foreign[0]}/new", f"ideas/{foreign[0]}/merge", f"ideas/{foreign[0]}/take-back"):
        assert desk.post(path, **{"text-en": "Mine", "statement": 1}).status_code == 404
    assert desk.post(f"ideas/{foreign[0]}/park", reason="Theirs").status_code == 404
    assert "Theirs alone" not in desk.page(idea=foreign[0])
    assert desk.client.get(f"/facilitate/task-forces/{other.task_force_id}/synthesis").status_code == 404
    with desk.database.reading() as session:
        assert session.exec(select(IdeaPlacement)).all() == []
        assert session.get_one(Idea, foreign[0]).status is IdeaStatus.WAITING


def test_when_every_idea_has_its_place_the_desk_says_what_is_next(desk: Desk) -> None:
    for idea in desk.ideas[:3]:
        desk.keep(idea)
    assert "Every idea has its place" not in desk.page()
    desk.post(f"ideas/{desk.ideas[3]}/park", reason="Out of scope")
    page = desk.page()
    assert "Every idea has its place" in page
    assert f'href="{desk.base}/next-round"' in page
