"""What one expert is told of the others' ideas and of the next round: counts of five people on, and a date."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import select

from delphi import clock
from delphi.expert.pages.calendar import calendar_entry
from surveys.models import Idea, PlannedRound
from surveys.rules.answers import IdeaAnswer
from surveys.services.ideas import save_ideas
from surveys.services.rounds import close_round
from surveys.services.submissions import submit_answers
from surveys.services.synthesis import merge_idea, place_as_new
from surveys.vocabulary import StatementKind
from tests.builders import (
    a_rating_round_on,
    a_study,
    an_open_ideas_round,
    as_expert,
    as_facilitator,
    expert_client,
    said,
)


@pytest.mark.parametrize(("n_others", "told"), [(4, False), (5, True)])
def test_ideas_of_others_are_counted_from_five_people_on(app: Flask, n_others: int, told: bool) -> None:
    now = clock.now() - timedelta(hours=1)
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=n_others + 1)
        round_id = an_open_ideas_round(session, small, now=now).id
        session.add(
            PlannedRound(
                study_id=small.study_id, number=2, opens_at=now + timedelta(days=9), closes_at=now + timedelta(days=19)
            )
        )
        for number, person_id in enumerate(small.experts):
            ideas = [IdeaAnswer(slot="problem-1", kind=StatementKind.PROBLEM, text=f"Idea {number}")]
            save_ideas(
                session, actor=as_expert(small, person_id), round_id=round_id, ideas=ideas, language="en", now=now
            )
    client = expert_client(app, small, small.experts[0])
    planned = "The next round is planned for"
    assert "The others have" not in client.get(f"/my/rounds/{round_id}/check").text, "only after one's own are sent"
    with app.extensions["delphi_database"].writing() as session:
        submit_answers(session, actor=as_expert(small, small.experts[0]), round_id=round_id, now=now)
    receipt = client.get(f"/my/rounds/{round_id}/receipt").text
    assert (f"The others have named {n_others} ideas so far." in receipt) == told
    assert planned in receipt
    with app.extensions["delphi_database"].writing() as session:
        close_round(session, actor=None, round_id=round_id, now=now)
        first, *rest = session.exec(select(Idea.id).order_by(Idea.id)).all()  # type: ignore[arg-type]
        step = {"actor": as_facilitator(small), "task_force_id": small.task_force_id, "now": now}
        statement = place_as_new(session, idea_id=first, text=said("The one problem"), **step).id
        for idea_id in rest:
            merge_idea(session, idea_id=idea_id, statement_id=statement, **step)
    assert planned in client.get("/my/?all=1").text
    assert planned in client.get(f"/my/{small.task_force_id}/").text
    entry = client.get(f"/my/{small.task_force_id}/next-round.ics")
    assert entry.mimetype == "text/calendar"
    assert f"DTSTART:{(now + timedelta(days=9)):%Y%m%dT%H%M%SZ}\r\n" in entry.text
    with app.extensions["delphi_database"].writing() as session:
        a_rating_round_on(session, small, statements=[statement])
    fates = client.get(f"/my/{small.task_force_id}/ideas").text
    assert (f"{n_others + 1} ideas of {n_others + 1} people became one statement." in fates) == (n_others >= 4)
    assert planned not in client.get("/my/?all=1").text
    assert client.get(f"/my/{small.task_force_id}/next-round.ics").status_code == 404


def test_a_calendar_entry_escapes_and_folds_its_title() -> None:
    title = "A5, « Marchés ; carbone »: " + "é" * 60
    moment = datetime(2026, 5, 4, 9, tzinfo=UTC)
    entry = calendar_entry(uid="1@x", summary=title, address="https://x.example/", starts_at=moment, now=moment)
    assert max(map(len, entry.split(b"\r\n"))) <= 75
    unfolded = entry.decode().replace("\r\n ", "")
    assert "SUMMARY:" + title.replace(",", "\\,").replace(";", "\\;") in unfolded.split("\r\n")
