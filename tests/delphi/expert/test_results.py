"""After closing: the published ranks, and what became of one's own ideas."""

import re

import pytest
from flask import Flask
from sqlmodel import Session, select

from surveys.models import Idea
from surveys.rules.answers import IdeaAnswer
from surveys.services.ideas import save_ideas
from surveys.services.outcomes import publish_outcomes
from surveys.services.rounds import close_round
from surveys.services.synthesis import merge_idea, park_idea, place_as_new
from surveys.vocabulary import StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_rating_round_on,
    a_study,
    an_open_ideas_round,
    an_open_rating_round,
    as_expert,
    as_facilitator,
    expert_client,
    rate,
    said,
)

PROBLEM, CAUSE = StatementKind.PROBLEM, StatementKind.CAUSE


def finished(session: Session, *, rows: str, n_experts: int = 6) -> SmallStudy:
    """A study whose only rating round is closed, not published yet."""
    small = a_study(session, n_experts=n_experts)
    n_statements = len(rows.split("|")[0].split())
    round_, statements = an_open_rating_round(session, small, n_statements=n_statements)
    rate(session, small, round_id=round_.id, statements=statements, rows=rows)
    close_round(session, actor=None, round_id=round_.id, now=NOW)
    return small


def results(app: Flask, small: SmallStudy, expert: int = 0) -> str:
    client = expert_client(app, small, small.experts[expert])
    return client.get(f"/my/{small.task_force_id}/results").get_data(as_text=True)


ROWS = "2 9 | 3 9 | 2 8 | 1 9 | 2 9 | 9 8"


def test_results_are_not_shown_before_they_are_published(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = finished(session, rows=ROWS)
    page = results(app, small)
    assert "not published yet" in page
    assert "Train advisers" not in page
    client = expert_client(app, small, small.experts[0])
    assert f"/my/{small.task_force_id}/results" not in client.get("/my/?all=1").get_data(as_text=True)


def test_published_results_are_ranked_and_show_ones_own_answer(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = finished(session, rows=ROWS)
        publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    page = results(app, small)
    ranked = re.findall(r'class="rank">([^<]*)</span>\s*<div>\s*<p class="statement">([^<]*)<', page)
    assert ranked == [("1", "Train advisers in soil testing 2"), ("2", "Train advisers in soil testing 1")]
    assert "6 answers: 0 at" in page
    assert re.findall(r"You:\s*(\d)", page) == ["9", "2"]
    assert re.findall(r"You:\s*(\d)", results(app, small, 5)) == ["8", "9"]


@pytest.mark.parametrize(("rows", "shows"), [("9 | 8", "Too few answers"), ("9 | 8 | 7", "from 7 to 9")])
def test_small_groups_stay_hidden_after_publication_too(app: Flask, rows: str, shows: str) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = finished(session, rows=rows)
        publish_outcomes(session, actor=as_facilitator(small), task_force_id=small.task_force_id, now=NOW)
    page = results(app, small, 5)
    assert shows in page
    assert "answers:" not in page
    assert 'class="rank">–<' in page


def test_ideas_are_traced_to_their_statements_once_these_are_out(app: Flask) -> None:
    database = app.extensions["delphi_database"]
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        round_ = an_open_ideas_round(session, small)
        for person_id, name in zip(small.experts, ("mine", "theirs"), strict=True):
            ideas = [
                IdeaAnswer("problem-1", PROBLEM, f"Erosion, {name}"),
                IdeaAnswer("problem-2", PROBLEM, f"Prices, {name}"),
                IdeaAnswer("cause-1", CAUSE, f"Ploughing, {name}", "problem-1"),
            ]
            save_ideas(
                session, actor=as_expert(small, person_id), round_id=round_.id, ideas=ideas, language="en", now=NOW
            )
        close_round(session, actor=None, round_id=round_.id, now=NOW)
        by_text = {idea.text: idea.id for idea in session.exec(select(Idea)).all()}
        step = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": NOW}
        statement = place_as_new(
            session, idea_id=by_text["Erosion, theirs"], text=said("Soils erode", "Les sols s'érodent"), **step
        )
        merge_idea(session, idea_id=by_text["Erosion, mine"], statement_id=statement.id, **step)
        park_idea(session, idea_id=by_text["Prices, mine"], reason="Asked in another objective", **step)
    client = expert_client(app, small, small.experts[0])
    address = f"/my/{small.task_force_id}/ideas"
    before = client.get(address).get_data(as_text=True)
    assert "still working on them" in before
    assert "Soils erode" not in before

    with database.writing() as session:
        a_rating_round_on(session, small, statements=[statement.id])
    page = client.get(address).get_data(as_text=True)
    fates = re.findall(r'<p class="quote">([^<]*)</p>(.*?)</li>', page, re.DOTALL)
    told = {text: re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", fate)).strip() for text, fate in fates}
    assert list(told) == ["Erosion, mine", "Prices, mine", "Ploughing, mine"]
    assert f"{statement.code}, joined with similar ideas Soils erode My point is missing" in told["Erosion, mine"]
    assert told["Prices, mine"].startswith("Set aside. Asked in another objective")
    assert told["Ploughing, mine"].startswith("No statement was made of it.")
    assert "theirs" not in page
