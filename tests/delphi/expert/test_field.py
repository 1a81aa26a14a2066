"""Saving one field at a time: what is stored, what is only kept, what comes late, and who may."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select as sa_select
from sqlmodel import select

from surveys.models import Comment, Draft, Idea, RatingChange, Submission, TextChange
from surveys.services.rounds import close_round
from surveys.vocabulary import Stance
from tests.builders import a_study, an_open_ideas_round, everything_stored, expert_client, token_in
from tests.delphi.expert.answering import Study
from tests.delphi.expert.test_weight import statements_of


class Typing:
    """One opened page of an expert: sends its changes with a growing sequence, as the page's script does."""

    def __init__(self, study: Study, *, client: str = "page-1") -> None:
        self.study = study
        self.client = client
        self.sequence = 0
        self.token = token_in(study.page())
        self.address = f"/my/rounds/{study.round_id}/field"

    def send(self, field: str, value: str, *, sequence: int | None = None, **more: Any) -> tuple[int, dict[str, Any]]:
        self.sequence += 1
        body = {"field": field, "value": value, "client": self.client, "sequence": sequence or self.sequence, **more}
        response = self.study.client.post(self.address, json=body, headers={"X-CSRFToken": self.token})
        return response.status_code, response.get_json(silent=True) or {}


@pytest.fixture
def study(app: Flask) -> Study:
    return Study(app)


@pytest.fixture
def page(study: Study) -> Typing:
    return Typing(study)


@pytest.fixture
def study_on_each(app_on_each: Flask) -> Iterator[Study]:
    return Study(app_on_each)  # type: ignore[return-value]


def rows(study: Study, table: type[Any]) -> list[Any]:
    with study.database.reading() as session:
        return list(session.exec(select(table).order_by(*table.__table__.primary_key)).all())


def test_each_change_is_stored_and_the_last_of_a_page_counts(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    with time_machine.travel(datetime.now(UTC), tick=False):
        status, said = page.send(study.field(), "4")
        assert status == 200
        assert said["saved"] == datetime.now(ZoneInfo("Europe/Paris")).strftime("%H:%M")
    page.send(study.field(), "7")
    assert study.stored() == {study.field(): 7}
    assert page.send(study.field(), "2", sequence=1)[0] == 200
    assert study.stored() == {study.field(): 7}, "what arrives late is not written"
    page.send(study.field(), "outside")
    assert study.stored() == {study.field(): "outside_expertise"}
    assert [(row.old_state.value, row.old_value) for row in rows(study, RatingChange)] == [("rated", 4), ("rated", 7)]
    page.send(study.field(), "none")
    assert study.stored() == {}
    assert len(rows(study, Submission)) == 1


def test_a_change_that_comes_after_its_page_was_sent_is_old_news(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    sent = {"client": page.client, "seen": "", "touched": f"20 {study.field()}", study.field(): "8"}
    assert study.client.post(study.address, data={"csrf_token": page.token, **sent}).status_code == 303
    assert page.send(study.field(), "3", sequence=19)[0] == 200
    assert study.stored() == {study.field(): 8}
    assert page.send(study.field(), "4", sequence=21)[0] == 200
    assert study.stored() == {study.field(): 4}, "somebody went back and typed on"


@pytest.mark.parametrize("sequence", ["", "x", "-3", "9" * 40])
def test_a_page_that_counts_nothing_is_stored_all_the_same(study: Study, page: Typing, sequence: str) -> None:
    sent = {"client": page.client, "touched": sequence, study.field(): "8"}
    assert study.client.post(study.address, data={"csrf_token": page.token, **sent}).status_code == 303
    assert study.stored() == {study.field(): 8}


def test_the_same_write_many_times_is_one(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    page.send(study.field(), "4", sequence=9)
    before = everything_stored(study.database)
    for _ in range(3):
        assert page.send(study.field(), "4", sequence=9)[0] == 200
    after = everything_stored(study.database)
    assert {name: found for name, found in after.items() if name != "submission"} == {
        name: found for name, found in before.items() if name != "submission"
    }
    assert len(after["submission"]) == 1


def test_a_form_without_scripts_types_may_send_fields_too(study: Study) -> None:
    data = {"field": study.field(), "value": "5", "client": "x", "sequence": "1", "csrf_token": token_in(study.page())}
    assert study.client.post(f"/my/rounds/{study.round_id}/field", data=data).status_code == 200
    assert study.stored() == {study.field(): 5}


def test_a_comment_grows_with_its_stance_in_any_order(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    statement = study.statements[0]
    page.send(f"s-{statement}", "for")
    assert rows(study, Comment) == []
    assert f'name="s-{statement}" value="for" checked' in study.page(), "shown again although it is no answer yet"
    page.send(f"c-{statement}", "Tested")
    page.send(f"c-{statement}", "Tested in Thiès")
    (comment,) = rows(study, Comment)
    assert (comment.text, comment.stance, comment.language) == ("Tested in Thiès", Stance.FOR, "en")
    assert rows(study, Draft) == []
    assert rows(study, TextChange) == [], "one's own typing on is no history"
    page.send(f"c-{statement}", "")
    assert rows(study, Comment) == []
    page.send(f"c-{statement}", "Once more")
    assert [(each.text, each.stance) for each in rows(study, Comment)] == [("Once more", Stance.FOR)]
    page.send(f"s-{statement}", "against")
    assert [(each.text, each.stance) for each in rows(study, Comment)] == [("Once more", Stance.AGAINST)]


def test_a_text_that_is_too_long_is_kept_shown_again_and_leaves_when_shortened(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    field = f"c-{study.statements[0]}"
    page.send(field, "short")
    status, said = page.send(field, "long " * 500)
    assert (status, said["kept"]) == (422, True)
    assert "2000" in said["error"] or "2,000" in said["error"]
    assert [comment.text for comment in rows(study, Comment)] == ["short"], "what was stored still counts"
    opened = study.page()
    assert ("long " * 500).strip() in opened
    assert said["error"] in opened
    assert "Nothing on this page is saved" not in opened
    assert page.send(field, "shortened")[0] == 200
    assert [comment.text for comment in rows(study, Comment)] == ["shortened"]
    assert rows(study, Draft) == []
    assert page.send(field, "x" * 50_000)[1]["kept"] is False
    assert page.send(field, "x" * 500_000)[0] == 400
    assert [comment.text for comment in rows(study, Comment)] == ["shortened"]


@pytest.mark.parametrize("value", ["0", "10", "", "five", "٥", "1_0", "nan"])
def test_a_value_off_the_scale_is_refused(study: Study, page: Typing, value: str) -> None:
    page.send(study.field(), "3")
    status, said = page.send(study.field(), value)
    assert (status, said["kept"]) == (422, False)
    assert study.stored() == {study.field(): 3}
    assert rows(study, Draft) == []


@pytest.mark.parametrize("field", ["r-999-1", "r-1-999", "c-999", "s-999", "problem-1", "then", "seen", "r-1", "c-x"])
def test_a_field_that_is_not_asked_stores_nothing(study: Study, page: Typing, field: str) -> None:
    before = everything_stored(study.database)
    assert page.send(field, "for" if field[0] == "s" else "3")[0] == 422
    assert everything_stored(study.database) == before


@pytest.mark.parametrize(
    "part",
    [{"sequence": 0}, {"sequence": "x"}, {"client": ""}, {"client": "é"}, {"field": ""}, {"value": 3}, {"known": 1}],
)
def test_what_no_page_sends_is_refused(study: Study, page: Typing, part: dict[str, Any]) -> None:
    body = {"field": study.field(), "value": "3", "client": "a", "sequence": 1, **part}
    response = study.client.post(page.address, json=body, headers={"X-CSRFToken": page.token})
    assert response.status_code == 400
    assert study.stored() == {}


def test_a_closed_round_answers_409_and_says_so(study: Study, page: Typing) -> None:
    page.send(study.field(), "3")
    with study.database.writing() as session:
        close_round(session, actor=None, round_id=study.round_id, now=datetime.now(UTC))
    before = everything_stored(study.database)
    status, said = page.send(study.field(), "9")
    assert status == 409
    assert "closed" in said["error"]
    assert everything_stored(study.database) == before


def test_strangers_foreign_experts_and_wrong_tokens_store_nothing(app: Flask, study: Study, page: Typing) -> None:
    body = {"field": study.field(), "value": "3", "client": "a", "sequence": 1}
    assert app.test_client().post(page.address, json=body).status_code == 401
    assert study.client.post(page.address, json=body).status_code == 400
    assert study.client.post(page.address, json=body, headers={"X-CSRFToken": "forged"}).status_code == 400
    with study.database.writing() as session:
        other = a_study(session, slug="water", n_experts=1)
    stranger = expert_client(app, other, other.experts[0])
    token = token_in(stranger.get("/my/?all=1").get_data(as_text=True))
    assert stranger.post(page.address, json=body, headers={"X-CSRFToken": token}).status_code == 404
    study.client.post("/account/sign-out", data={"csrf_token": page.token})
    assert page.send(study.field(), "3")[0] == 401
    assert study.stored() == {}


def test_a_second_window_is_named_with_both_values(study_on_each: Study) -> None:
    study = study_on_each
    first, second = Typing(study, client="first"), Typing(study, client="second")
    blank = ""
    field, comment = study.field(), f"c-{study.statements[0]}"
    assert "notice" not in first.send(field, "4", known=blank)[1]
    assert "notice" not in first.send(field, "5", known=blank)[1], "an answer that was not heard is no other window"
    said = second.send(field, "8", known=blank)[1]
    assert "“5” in another window" in said["notice"]
    assert "“8”" in said["notice"]
    assert "notice" not in second.send(field, "9", known=said["known"])[1]
    assert study.stored() == {field: 9}

    first.send(comment, "From the first window", known=blank)
    said = second.send(comment, "From the second window", known=blank)[1]
    assert "From the first window" in said["notice"]
    assert [(row.field, row.old_text) for row in rows(study, TextChange)] == [(comment, "From the first window")]
    assert [each.text for each in rows(study, Comment)] == ["From the second window"]


def test_statement_counts_are_the_same_for_few_and_many(app: Flask) -> None:
    counts = set()
    for slug, n_experts, n_statements in (("few", 3, 2), ("many", 60, 2), ("long", 3, 40)):
        study = Study(app, n_experts=n_experts, n_statements=n_statements, slug=slug)
        page = Typing(study)
        with statements_of(app) as seen:
            assert page.send(study.field(), "5")[0] == 200
        counts.add(len(seen))
    assert len(counts) == 1, counts
    assert counts.pop() <= 14


def test_twenty_identical_writes_at_once_are_one_row(study_on_each: Study) -> None:
    study, page = study_on_each, Typing(study_on_each)
    cookie = study.client.get_cookie("delphi")
    assert cookie is not None
    body = {"field": study.field(), "value": "6", "client": "a", "sequence": 3}

    def write(_: int) -> int:
        client = study.app.test_client()
        client.set_cookie("delphi", cookie.value)
        return client.post(page.address, json=body, headers={"X-CSRFToken": page.token}).status_code

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(write, range(20))) == {200}
    assert study.stored() == {study.field(): 6}
    assert rows(study, RatingChange) == []


class Cards:
    """An open ideas round, and one page of its expert."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            small = a_study(session, n_experts=1)
            self.round_id = an_open_ideas_round(session, small).id
        self.client = expert_client(app, small, small.experts[0])

    def page(self, part: str = "problems") -> str:
        return self.client.get(f"/my/rounds/{self.round_id}/ideas/{part}").get_data(as_text=True)

    def ideas(self) -> dict[str, tuple[str, str | None]]:
        """Slot to the text and the slot it hangs on."""
        with self.database.reading() as session:
            found = session.exec(select(Idea)).all()
            slots = {idea.id: idea.slot for idea in found}
            return {idea.slot: (idea.text, slots.get(idea.parent_id or 0)) for idea in found}

    def drafts(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.connection().execute(sa_select(Draft.field)).scalars())  # type: ignore[call-overload]


def test_cards_are_linked_in_whatever_order_they_are_written(app_on_each: Flask) -> None:
    cards = Cards(app_on_each)
    page = Typing(cards)  # type: ignore[arg-type]
    page.send("cause-1", "Leases run for a year")
    page.send("problem-1", "Tenants lose their land")
    page.send("on-obstacle-1", "activity-1")
    page.send("obstacle-1", "Too far")
    assert 'value="activity-1" selected' in cards.page("proposals")
    page.send("activity-1", "Write longer leases")
    page.send("on-activity-1", "problem-1")
    linked = {
        "problem-1": ("Tenants lose their land", None),
        "cause-1": ("Leases run for a year", "problem-1"),
        "activity-1": ("Write longer leases", "problem-1"),
        "obstacle-1": ("Too far", "activity-1"),
    }
    assert cards.ideas() == linked
    assert cards.drafts() == []
    page.send("activity-1", "")
    assert "activity-1" not in cards.ideas()
    page.send("activity-1", "Write longer leases")
    assert cards.ideas() == linked, "emptied and written anew, everything hangs where the page shows it"
    assert cards.drafts() == []
    page.send("on-activity-1", "")
    assert cards.ideas()["activity-1"] == ("Write longer leases", None)
    assert page.send("on-activity-1", "obstacle-1")[0] == 422
    assert page.send("problem-1", "word " * 500)[0] == 422
    assert ("word " * 500).strip() in cards.page()
    assert cards.ideas()["problem-1"] == ("Tenants lose their land", None)
