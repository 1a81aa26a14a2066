"""One act reminds every late panel: only who has not finished, within the limits of the protocol."""

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlmodel import select

from delphi.database import Database
from surveys.models import OutboxMessage
from surveys.services.submissions import submit_answers
from surveys.vocabulary import MessageKind
from tests.builders import SmallStudy, a_study, an_open_rating_round, as_expert, rate, staff_client, token_in


def a_late_panel(database: Database) -> tuple[SmallStudy, int]:
    """Six experts, a round that closes tomorrow; the first has sent her answers."""
    with database.writing() as session:
        small = a_study(session)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        round_, statements = an_open_rating_round(session, small, deadline_at=tomorrow)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 9 9")
        first = as_expert(small, small.experts[0])
        submit_answers(session, actor=first, round_id=round_.id, now=datetime.now(UTC))
    return small, round_.id


def reminded(database: Database) -> list[int]:
    with database.reading() as session:
        query = select(OutboxMessage.person_id).where(OutboxMessage.kind == MessageKind.REMINDER)
        return sorted(session.exec(query).all())


def test_reminders_go_to_the_unfinished_of_late_panels_once(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    small, _ = a_late_panel(database)
    client = staff_client(app, small.secretary_id)
    address = f"/secretariat/studies/{small.study_id}/remind"
    assert address in client.get(f"/secretariat/studies/{small.study_id}/").get_data(as_text=True)
    page = client.get(address).get_data(as_text=True)
    assert "Remind 5 experts?" in page
    assert reminded(database) == [], "looking sends nothing"
    form = {"csrf_token": token_in(page), "digest": re.findall(r'name="digest" value="(\w+)"', page)[0]}
    assert client.post(address, data=form).status_code == 303
    assert reminded(database) == sorted(small.experts[1:])

    again = client.post(address, data=form, follow_redirects=True).get_data(as_text=True)
    assert "0 reminders will be sent." in again
    assert "A5 was left out:" in again
    assert len(reminded(database)) == 5


def test_an_outdated_preview_sends_nothing(app: Flask) -> None:
    database: Database = app.extensions["delphi_database"]
    small, round_id = a_late_panel(database)
    client = staff_client(app, small.secretary_id)
    address = f"/secretariat/studies/{small.study_id}/remind"
    page = client.get(address).get_data(as_text=True)
    form = {"csrf_token": token_in(page), "digest": re.findall(r'name="digest" value="(\w+)"', page)[0]}
    with database.writing() as session:
        second = as_expert(small, small.experts[1])
        submit_answers(session, actor=second, round_id=round_id, now=datetime.now(UTC))
    response = client.post(address, data=form)
    assert (response.status_code, reminded(database)) == (409, [])
    assert "Remind 4 experts?" in response.get_data(as_text=True)


def test_no_late_panel_says_what_late_means(app: Flask) -> None:
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session)
    page = staff_client(app, small.secretary_id).get(f"/secretariat/studies/{small.study_id}/remind")
    assert "No panel is late" in page.get_data(as_text=True)
