"""Two facilitators at one desk: no edit is lost, a conflict shows both versions, each sees that the other is there."""

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.test import TestResponse

from surveys.models import IdeaPlacement, StaffRole, Statement, StatementVersion
from surveys.vocabulary import Role, StatementKind
from tests.builders import NOW, a_closed_ideas_round, a_person, a_study, staff_client, token_in

ACTIVITY = StatementKind.ACTIVITY
N_IDEAS = 8


class Pair:
    """Lukas and Marie, each with a browser, at the desk of one task force."""

    def __init__(self, app: Flask) -> None:
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small = a_study(session)
            ideas = [(n % 6, ACTIVITY, f"Idea number {n}", "en") for n in range(N_IDEAS)]
            _, self.ideas = a_closed_ideas_round(session, self.small, ideas=ideas)
            marie = a_person(session, name="Marie", email="marie@example.org")
            session.add(StaffRole(person_id=marie.id, role=Role.FACILITATOR, task_force_id=self.small.task_force_id))
        self.lukas: FlaskClient = staff_client(app, self.small.facilitator_id)
        self.marie: FlaskClient = staff_client(app, marie.id)
        self.base = f"/facilitate/task-forces/{self.small.task_force_id}"

    def page(self, who: FlaskClient, **arguments: Any) -> str:
        response = who.get(f"{self.base}/synthesis", query_string=arguments)
        assert response.status_code == 200
        return response.text

    def post(self, who: FlaskClient, path: str, **data: Any) -> TestResponse:
        return who.post(f"{self.base}/{path}", data={"csrf_token": token_in(self.page(who)), **data})

    def keep(self, who: FlaskClient, idea: int, words: str) -> int:
        response = self.post(who, f"ideas/{idea}/new", **{"text-en": words, "text-fr": words})
        assert response.status_code == 303
        with self.database.reading() as session:
            return session.exec(select(Statement.id).order_by(col(Statement.id).desc())).first() or 0

    def places(self) -> list[tuple[int, int]]:
        """(idea, statement) of everything that stands."""
        with self.database.reading() as session:
            rows = session.exec(select(IdeaPlacement).where(col(IdeaPlacement.undone_at).is_(None))).all()
            return sorted((row.idea_id, row.statement_id) for row in rows)


@pytest.fixture
def pair(app_on_each: Flask) -> Iterator[Pair]:
    yield Pair(app_on_each)


def test_interleaved_merges_of_two_browsers_lose_nothing(pair: Pair) -> None:
    """Both open their pages first and then act in turn: every page is out of date when its button is pressed."""
    targets = [pair.keep(pair.lukas, pair.ideas[0], "First"), pair.keep(pair.marie, pair.ideas[1], "Second")]
    chance = Random(5)
    wanted = {(pair.ideas[0], targets[0]), (pair.ideas[1], targets[1])}
    work = [(who, idea) for idea in pair.ideas[2:] for who in (pair.lukas, pair.marie)]
    tokens = {id(who): token_in(pair.page(who)) for who in (pair.lukas, pair.marie)}
    seen = {target: value for target in targets for value in [_seen(pair.page(pair.lukas), target)]}
    chance.shuffle(work)
    placed: set[int] = set()
    for who, idea in work:
        target = chance.choice(targets)
        data = {"csrf_token": tokens[id(who)], "statement": f"{target}:{seen[target]}"}
        response = who.post(f"{pair.base}/ideas/{idea}/merge", data=data)
        if idea in placed:
            assert response.status_code == 409
            assert "Nothing was overwritten" in response.text
        else:
            assert response.status_code == 303
            placed.add(idea)
            wanted.add((idea, target))
    assert pair.places() == sorted(wanted)
    assert f"{N_IDEAS} of {N_IDEAS}" in pair.page(pair.lukas)


def _seen(page: str, statement_id: int) -> str:
    return page.split(f'name="statement" value="{statement_id}:')[1].split('"')[0]


def test_a_conflict_shows_what_stands_and_what_was_wanted_and_offers_both(pair: Pair) -> None:
    token = token_in(pair.page(pair.marie))
    theirs = pair.keep(pair.lukas, pair.ideas[0], "Words of Lukas")
    data = {"csrf_token": token, "text-en": "Words of Marie", "text-fr": "Mots de Marie"}
    response = pair.marie.post(f"{pair.base}/ideas/{pair.ideas[0]}/new", data=data)
    assert response.status_code == 409
    for words in ("Words of Lukas", "Words of Marie", "Mots de Marie", "Lukas A5", "Leave it as it stands"):
        assert words in response.text
    assert pair.places() == [(pair.ideas[0], theirs)]
    both = pair.post(pair.marie, f"ideas/{pair.ideas[0]}/new", **{**data, "split": "1"})
    assert both.status_code == 303, "“Place it there as well” keeps both"
    with pair.database.reading() as session:
        texts = session.exec(select(StatementVersion.text).order_by(col(StatementVersion.id))).all()
    assert [text["en"] for text in texts] == ["Words of Lukas", "Words of Marie"]
    assert len(pair.places()) == 2


def test_setting_aside_what_somebody_placed_is_a_conflict_too(pair: Pair) -> None:
    pair.keep(pair.lukas, pair.ideas[0], "Kept")
    response = pair.post(pair.marie, f"ideas/{pair.ideas[0]}/park", reason="Not an idea")
    assert response.status_code == 409
    assert "Set aside: “Not an idea”" in response.text
    pair.post(pair.lukas, f"ideas/{pair.ideas[1]}/park", reason="Out of scope")
    response = pair.post(pair.marie, f"ideas/{pair.ideas[1]}/new", **{"text-en": "Mine"})
    assert response.status_code == 409
    assert "Set aside: “Out of scope”" in response.text
    assert "Lukas A5" in response.text


def test_merging_into_words_that_were_changed_meanwhile_shows_old_and_new(pair: Pair) -> None:
    target = pair.keep(pair.lukas, pair.ideas[0], "Old words")
    page = pair.page(pair.marie)
    mark = _seen(page, target)
    edit = pair.page(pair.lukas, statement=target)
    seen = edit.split('name="seen" value="')[1].split('"')[0]
    data = {"csrf_token": token_in(edit), "text-en": "New words", "text-fr": "Mots", "seen": seen}
    assert pair.lukas.post(f"/facilitate/statements/{target}/wording", data=data).status_code == 303
    merge = {"csrf_token": token_in(page), "statement": f"{target}:{mark}"}
    response = pair.marie.post(f"{pair.base}/ideas/{pair.ideas[1]}/merge", data=merge)
    assert response.status_code == 409
    assert "Old words" in response.text
    assert "New words" in response.text
    assert pair.places() == [(pair.ideas[0], target)]
    fresh = _seen(response.text.replace('type="hidden" ', ""), target)
    assert pair.post(pair.marie, f"ideas/{pair.ideas[1]}/merge", statement=f"{target}:{fresh}").status_code == 303
    assert len(pair.places()) == 2


def test_each_sees_that_the_other_is_here_and_undoes_their_own_steps_from_the_bar(pair: Pair) -> None:
    assert "is also working here" not in pair.page(pair.lukas).split("data-one")[0]
    answer = pair.marie.post(f"{pair.base}/here", headers={"X-CSRFToken": token_in(pair.page(pair.marie))})
    assert answer.get_json() == {"others": "", "step": 0, "search": {"done": 0, "steps": 0}}
    assert "Marie is also working here" in pair.page(pair.lukas)
    pair.keep(pair.lukas, pair.ideas[0], "Mine")
    answer = pair.marie.post(f"{pair.base}/here", headers={"X-CSRFToken": token_in(pair.page(pair.marie))})
    assert answer.get_json()["others"] == "Lukas A5"
    assert answer.get_json()["step"] > 0
    marie = pair.page(pair.marie)
    assert 'data-key="z"' not in marie, "not her step"
    assert "Lukas A5: placed in A5-01" in marie, "but she may undo it from the list"
    assert 'data-key="z"' in pair.page(pair.lukas)


def test_nobody_is_here_for_ever(pair: Pair) -> None:
    from surveys.models import DeskPresence

    with pair.database.writing() as session:
        person = session.exec(select(StaffRole.person_id).order_by(col(StaffRole.id).desc())).first() or 0
        session.add(DeskPresence(task_force_id=pair.small.task_force_id, person_id=person, seen_at=NOW))
    assert "Marie is also working here" not in pair.page(pair.lukas)
