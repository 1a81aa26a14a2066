"""Opening, following and closing a round through the browser."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlmodel import select

from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import OutboxMessage, Person, Round, Statement, StatementVersion
from surveys.services.next_round import build_next_round
from surveys.services.synthesis import place_as_new
from surveys.vocabulary import MessageKind, RoundKind, RoundStatus, StatementKind
from tests.builders import (
    NOW,
    SmallStudy,
    a_closed_ideas_round,
    a_study,
    an_open_rating_round,
    as_facilitator,
    expert_client,
    rate,
    said,
    staff_client,
    token_in,
)


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["delphi_database"]
    return found


def a_planned_round(app: Flask, *, french: str | None = "Publier les prix") -> tuple[SmallStudy, int, int]:
    with database_of(app).writing() as session:
        small = a_study(session)
        _, ideas = a_closed_ideas_round(session, small, ideas=[(0, StatementKind.ACTIVITY, "Publish prices", "en")])
        statement = place_as_new(
            session,
            actor=as_facilitator(small),
            task_force_id=small.task_force_id,
            idea_id=ideas[0],
            text=said("Publish prices", french or ""),
            now=NOW,
        )
        round_ = build_next_round(
            session, actor=as_facilitator(small), task_force_id=small.task_force_id, decisions={}, now=NOW
        )
        return small, round_.id, statement.id


def digest_in(page: str) -> str:
    return page.split('name="digest" value="')[1].split('"')[0]


def test_a_study_starts_with_the_round_of_open_questions(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/task-forces/{small.task_force_id}"
    assert "Plan round 1 with open questions" in client.get("/facilitate/").text
    token = token_in(client.get(address).text)
    response = client.post(f"{address}/rounds", data={"csrf_token": token})
    assert response.status_code == 303
    with database_of(app).reading() as session:
        round_ = session.exec(select(Round)).one()
        assert (round_.kind, round_.status) == (RoundKind.IDEAS, RoundStatus.PLANNED)
    assert response.headers["Location"] == f"/facilitate/rounds/{round_.id}/open"


def test_opening_takes_the_deadline_in_the_studys_time_zone(app_on_each: Flask) -> None:
    small, round_id, _ = a_planned_round(app_on_each)
    client = staff_client(app_on_each, small.facilitator_id)
    page = client.get(f"/facilitate/rounds/{round_id}/open").text
    assert "1 statement to rate." in page
    assert "6 people are asked." in page
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": "2031-07-01T18:00"}
    response = client.post(f"/facilitate/rounds/{round_id}/open", data=data)
    assert response.status_code == 303
    with database_of(app_on_each).reading() as session:
        round_ = session.get_one(Round, round_id)
        assert round_.status is RoundStatus.OPEN
        assert round_.deadline_at == datetime(2031, 7, 1, 16, 0, tzinfo=UTC)
        mails = session.exec(select(OutboxMessage.kind)).all()
        assert mails == [MessageKind.ROUND_OPENED] * 6


@pytest.mark.parametrize(
    ("deadline", "sentence"),
    [
        ("", "This field is required"),
        ("tomorrow", "Give a date and a time"),
        ("2031-03-30T02:30", "The clock skips this hour"),
        ("2020-01-01T10:00", "must lie in the future"),
    ],
)
def test_a_bad_deadline_comes_back_with_its_text(app: Flask, deadline: str, sentence: str) -> None:
    small, round_id, _ = a_planned_round(app)
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/rounds/{round_id}/open").text
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": deadline}
    response = client.post(f"/facilitate/rounds/{round_id}/open", data=data)
    assert response.status_code == 422
    assert sentence in response.text
    assert f'value="{deadline}"' in response.text
    with database_of(app).reading() as session:
        assert session.get_one(Round, round_id).status is RoundStatus.PLANNED


def test_a_missing_language_keeps_its_readers_waiting_and_nobody_else(app_on_each: Flask) -> None:
    app = app_on_each
    small, round_id, statement_id = a_planned_round(app, french=None)
    with database_of(app).writing() as session:
        for person_id in small.experts[:2]:
            session.get_one(Person, person_id).language = "fr"
    client, base = staff_client(app, small.facilitator_id), f"/facilitate/rounds/{round_id}"
    page = client.get(f"{base}/open").text
    assert "Français: 1 text is missing. 2 people who read it get the mail once they are there." in page
    assert f'href="/facilitate/task-forces/{small.task_force_id}/translations?to=fr&amp;show=missing"' in page
    assert "Open it and mail 4 people" in page
    deadline = (datetime.now(UTC) + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M")
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": deadline, "act": "now"}
    assert client.post(f"{base}/open", data=data).status_code == 303

    page = client.get(f"{base}/monitor").text
    assert "2 people who read Français have got no mail yet." in page
    assert "4 people have not finished." in page
    reader, first = expert_client(app, small, small.experts[0]), f"/my/rounds/{round_id}/rate/1"
    old_link = reader.get(f"{first}?language=fr").text
    assert '<h2 class="statement"><span lang="en">' in old_link
    assert old_link.count('class="soft small untranslated"') == 1, "who comes by an old link is told"
    early = client.post(f"{base}/languages", data={"csrf_token": token_in(page), "language": "fr"})
    assert early.status_code == 422
    assert "Not all texts are written in this language yet; 1 are missing." in early.text
    with database_of(app).writing() as session:
        assert len(session.exec(select(OutboxMessage)).all()) == 4
        version = session.exec(select(StatementVersion).where(StatementVersion.statement_id == statement_id)).one()
        version.text = said("Train advisers", "Former")
    assert "Open it in Français too" in client.get(f"{base}/monitor").text
    said_so = client.post(f"{base}/languages", data={"csrf_token": token_in(page), "language": "fr"})
    assert said_so.status_code == 303
    with database_of(app).reading() as session:
        mailed = session.exec(select(OutboxMessage.person_id)).all()
        assert sorted(mailed) == sorted(small.experts)
    assert "untranslated" not in reader.get(first).text
    page = client.get(f"{base}/monitor").text
    assert "no mail yet" not in page
    assert "6 people have not finished." in page
    again = client.post(f"{base}/languages", data={"csrf_token": token_in(page), "language": "fr"})
    assert again.status_code == 422


def test_no_language_that_is_complete_keeps_the_round_closed(app: Flask) -> None:
    small, round_id, statement_id = a_planned_round(app, french=None)
    with database_of(app).writing() as session:
        version = session.exec(select(StatementVersion).where(StatementVersion.statement_id == statement_id)).one()
        version.text = LocalizedText(es="Formar")
    page = staff_client(app, small.facilitator_id).get(f"/facilitate/rounds/{round_id}/open").text
    assert "The round can be opened when every line above is fine." in page
    assert 'name="digest"' not in page


def test_opening_something_else_than_was_shown_is_refused(app: Flask) -> None:
    small, round_id, statement_id = a_planned_round(app)
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/rounds/{round_id}/open").text
    statement = client.get(f"/facilitate/statements/{statement_id}").text
    seen = statement.split('name="seen" value="')[1].split('"')[0]
    edit = {"csrf_token": token_in(page), "seen": seen, "text-en": "Publish all prices", "text-fr": "Tout publier"}
    assert client.post(f"/facilitate/statements/{statement_id}/wording", data=edit).status_code == 303
    data = {"csrf_token": token_in(page), "digest": digest_in(page), "deadline": in_days(10)}
    response = client.post(f"/facilitate/rounds/{round_id}/open", data=data)
    assert response.status_code == 409
    assert digest_in(response.text) != data["digest"]
    data["digest"] = digest_in(response.text)
    assert client.post(f"/facilitate/rounds/{round_id}/open", data=data).status_code == 303


def test_an_open_round_shows_people_and_no_result(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 9 9 | 8 8 8")
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/task-forces/{small.task_force_id}").text
    assert page.count("Started") == 2
    assert page.count("Not started") == 4
    closing = client.get(f"/facilitate/rounds/{round_.id}/close").text
    assert "2 of 6 people answered" in closing
    assert "6 answers stored" in closing
    assert client.get(f"/facilitate/rounds/{round_.id}/board").status_code == 422
    assert client.get(f"/facilitate/rounds/{round_.id}/comments").status_code == 422
    for shown in (page, closing):
        assert "distribution" not in shown
        assert "edian" not in shown


def test_closing_is_refused_when_the_deadline_moved_meanwhile_and_then_leads_to_the_board(app_on_each: Flask) -> None:
    database = database_of(app_on_each)
    with database.writing() as session:
        small = a_study(session)
        round_, statements = an_open_rating_round(session, small)
    client = staff_client(app_on_each, small.facilitator_id)
    address = f"/facilitate/rounds/{round_.id}/close"
    page = client.get(address).text
    data = {"csrf_token": token_in(page), "digest": digest_in(page)}
    with database.writing() as session:
        rate(session, small, round_id=round_.id, statements=statements, rows="9 9 9")
        session.get_one(Round, round_.id).deadline_at = datetime.now(UTC) + timedelta(days=30)
    refused = client.post(address, data=data)
    assert refused.status_code == 409
    assert "1 of 6 people answered" in refused.text
    with database.writing() as session:
        rate(session, small, round_id=round_.id, statements=statements, rows=". . . | 8 8 8")
    done = client.post(address, data={**data, "digest": digest_in(refused.text)})
    assert (done.status_code, done.headers["Location"]) == (303, f"/facilitate/rounds/{round_.id}/board")
    assert client.post(address, data=data).status_code == 409
    assert client.post(address, data={"csrf_token": data["csrf_token"]}).status_code == 409


def test_closing_without_a_digest_is_refused(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
    client = staff_client(app, small.facilitator_id)
    address = f"/facilitate/rounds/{round_.id}/close"
    response = client.post(address, data={"csrf_token": token_in(client.get(address).text)})
    assert response.status_code == 409
    with database_of(app).reading() as session:
        assert session.get_one(Round, round_.id).status is RoundStatus.OPEN


def test_reminders_and_more_time_from_the_task_forces_page(app: Flask) -> None:
    with database_of(app).writing() as session:
        small = a_study(session)
        round_, _ = an_open_rating_round(session, small)
    client = staff_client(app, small.facilitator_id)
    page = client.get(f"/facilitate/task-forces/{small.task_force_id}").text
    assert "Send 6 reminders" in page
    token = token_in(page)
    assert client.post(f"/facilitate/rounds/{round_.id}/reminders", data={"csrf_token": token}).status_code == 303
    again = client.post(f"/facilitate/rounds/{round_.id}/reminders", data={"csrf_token": token})
    assert again.status_code == 422
    assert "too recent for the protocol" in again.text
    data = {"csrf_token": token, "deadline": in_days(30)}
    assert client.post(f"/facilitate/rounds/{round_.id}/deadline", data=data).status_code == 303
    earlier = client.post(f"/facilitate/rounds/{round_.id}/deadline", data={**data, "deadline": in_days(2)})
    assert earlier.status_code == 422
    assert "only be moved to a later moment" in earlier.text
    with database_of(app).reading() as session:
        assert len(session.exec(select(OutboxMessage)).all()) == 6
        assert session.exec(select(Statement)).first() is not None
