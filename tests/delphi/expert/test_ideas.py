"""Round 1: cards become ideas, linked to each other; more cards on request; nothing lost."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from surveys.models import Idea
from surveys.services.rounds import close_round
from surveys.vocabulary import StatementKind
from tests.builders import a_study, an_open_ideas_round, everything_stored, expert_client, token_in


class Cards:
    """An expert in an open ideas round."""

    def __init__(self, app: Flask) -> None:
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            small = a_study(session, n_experts=1)
            self.round_id = an_open_ideas_round(session, small).id
        self.client = expert_client(app, small, small.experts[0])

    def page(self, part: str = "problems", query: str = "") -> str:
        return self.client.get(f"/my/rounds/{self.round_id}/ideas/{part}{query}").get_data(as_text=True)

    def send(self, part: str, fields: dict[str, str]) -> TestResponse:
        data = {"csrf_token": token_in(self.page(part)), **fields}
        return self.client.post(f"/my/rounds/{self.round_id}/ideas/{part}", data=data)

    def ideas(self) -> dict[str, tuple[StatementKind, str, str | None]]:
        """Slot to kind, text and the slot it hangs on."""
        with self.database.reading() as session:
            found = session.exec(select(Idea)).all()
            slots = {idea.id: idea.slot for idea in found}
            return {idea.slot: (idea.kind, idea.text, slots.get(idea.parent_id or 0)) for idea in found}


@pytest.fixture
def cards(app: Flask) -> Cards:
    return Cards(app)


def test_a_card_becomes_a_problem_with_cause_and_consequence(app_on_each: Flask) -> None:
    cards = Cards(app_on_each)
    fields = {
        "problem-1": "Erosion",
        "cause-1": "Ploughing",
        "consequence-1": "",
        "problem-2": "",
        "cause-2": "Alone",
    }
    response = cards.send("problems", fields)
    assert response.headers["Location"] == f"/my/rounds/{cards.round_id}/ideas/proposals"
    assert cards.ideas() == {
        "problem-1": (StatementKind.PROBLEM, "Erosion", None),
        "cause-1": (StatementKind.CAUSE, "Ploughing", "problem-1"),
        "cause-2": (StatementKind.CAUSE, "Alone", None),
    }
    assert cards.client.get(f"/my/rounds/{cards.round_id}/").headers["Location"].endswith("/ideas/proposals")


def test_proposals_hang_on_what_the_pick_lists_say(cards: Cards) -> None:
    cards.send("problems", {"problem-2": "Erosion of bare soils"})
    page = cards.page("proposals")
    assert '<option value="problem-2">2. Erosion of bare soils</option>' in page
    assert '<option value="activity-3">3. (the one I write above)</option>' in page
    fields = {
        "activity-1": "Train village advisers in cover crops",
        "on-activity-1": "problem-2",
        "obstacle-1": "No seed on the market",
        "on-obstacle-1": "activity-1",
        "success_factor-1": "Seed at harvest price",
        "on-success_factor-1": "activity-3",
    }
    response = cards.send("proposals", fields)
    assert response.headers["Location"] == f"/my/rounds/{cards.round_id}/check"
    assert cards.ideas()["activity-1"][2] == "problem-2"
    assert cards.ideas()["obstacle-1"][2] == "activity-1"
    assert cards.ideas()["success_factor-1"] == (StatementKind.SUCCESS_FACTOR, "Seed at harvest price", None)
    page = cards.page("proposals")
    assert '<option value="problem-2" selected>' in page
    assert '<option value="activity-1" selected>1. Train village advisers in cover crops</option>' in page


def test_a_wrong_link_is_refused_with_the_text_kept(cards: Cards) -> None:
    cards.send("problems", {"problem-1": "Erosion"})
    response = cards.send("proposals", {"obstacle-1": "No seed", "on-obstacle-1": "problem-1"})
    assert response.status_code == 422
    assert "No seed</textarea>" in response.get_data(as_text=True)
    assert "obstacle-1" not in cards.ideas()


def test_another_card_is_one_button_away_and_saves(cards: Cards) -> None:
    assert cards.page().count("<legend") == 3
    response = cards.send("problems", {"problem-1": "A", "problem-2": "B", "problem-3": "C", "then": "add-problem"})
    assert response.headers["Location"].endswith("/ideas/problems?more=problem#more-problem")
    assert len(cards.ideas()) == 3
    assert cards.page(query="?more=problem").count("<legend") == 5
    assert cards.page().count("<legend") == 4, "there is always one empty card"
    assert re.search(r'id="more-problem">\s*<legend class="kind">Problem 4<', cards.page(query="?more=problem"))


def test_more_cards_come_also_when_the_first_are_empty(cards: Cards) -> None:
    assert cards.page(query="?more=problem").count("<legend") == 5


def test_saving_again_replaces_and_an_emptied_card_takes_its_idea_back(cards: Cards) -> None:
    cards.send("problems", {"problem-1": "Erosion", "cause-1": "Ploughing"})
    cards.send("problems", {"problem-1": "Erosion by wind", "cause-1": "Ploughing"})
    cards.send("problems", {"problem-1": "", "cause-1": "Ploughing"})
    assert cards.ideas() == {"cause-1": (StatementKind.CAUSE, "Ploughing", None)}


def test_a_vague_activity_gets_a_hint_and_is_saved(cards: Cards) -> None:
    response = cards.send("proposals", {"activity-1": "More money", "then": "stay"})
    assert response.status_code == 303
    assert cards.ideas()["activity-1"][1] == "More money"
    assert cards.page("proposals").count("Who would do what?") == 1
    cards.send("proposals", {"activity-1": "The ministry pays advisers in every district"})
    assert "Who would do what?" not in cards.page("proposals")


def test_too_long_an_idea_is_kept_with_all_the_others(cards: Cards) -> None:
    text = "x" * 2005
    response = cards.send("problems", {"problem-1": text, "problem-2": "Short"})
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert text + "</textarea>" in page
    assert "Short</textarea>" in page
    assert "5 characters too long" in page
    assert cards.ideas() == {}


@pytest.mark.parametrize("field", ["activity-1", "problem-61"])
def test_a_card_that_this_page_does_not_have_is_refused(cards: Cards, field: str) -> None:
    response = cards.send("problems", {field: "not here", "problem-1": "kept words"})
    assert response.status_code == 422
    assert "kept words" in response.get_data(as_text=True)
    assert cards.ideas() == {}


def test_the_language_switch_saves_the_cards(cards: Cards) -> None:
    response = cards.send("problems", {"problem-1": "half a sent", "then": "language-fr"})
    assert response.headers["Location"].endswith("/ideas/problems?language=fr")
    assert "half a sent</textarea>" in cards.page(query="?language=fr")


def test_ideas_of_a_round_that_closed_meanwhile_are_shown_and_not_stored(cards: Cards) -> None:
    token = token_in(cards.page())
    with cards.database.writing() as session:
        close_round(session, actor=None, round_id=cards.round_id, now=datetime.now(UTC))
    before = everything_stored(cards.database)
    response = cards.client.post(
        f"/my/rounds/{cards.round_id}/ideas/problems", data={"csrf_token": token, "problem-2": "Too late"}
    )
    page = response.get_data(as_text=True)
    assert response.status_code == 409
    assert re.search(r"Problem 2</p>\s*<p class=\"quote\">Too late</p>", page)
    assert everything_stored(cards.database) == before


def test_every_card_field_has_its_label(cards: Cards) -> None:
    for part in ("problems", "proposals"):
        page = cards.page(part)
        fields = re.findall(r'<(?:textarea|select) name="([^"]+)"', page)
        assert fields
        assert all(f'<label for="{name}">' in page for name in fields)


def test_the_objective_is_told(cards: Cards) -> None:
    assert "Objective A5" in cards.page()
    assert cards.client.get(f"/my/rounds/{cards.round_id}/ideas/nonsense").status_code == 404
