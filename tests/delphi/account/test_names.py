"""A name behind a code: a reason, a second person, the log, and a number the panel sees."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import col, select

from surveys.models import AuditEvent, NameLookup, Person, StaffRole
from surveys.vocabulary import AuditAction, Role, StatementKind
from tests.builders import a_closed_ideas_round, a_person, an_administrator, expert_client, staff_client
from tests.delphi.account.staff_room import Room, send


class Names:
    """A closed round of two ideas by two experts; two members of the secretariat."""

    def __init__(self, app: Flask) -> None:
        self.room = Room(app)
        small = self.small = self.room.small
        with self.room.database.writing() as session:
            ideas = [(0, StatementKind.PROBLEM, "Soils erode", "en"), (1, StatementKind.PROBLEM, "No seeds", "en")]
            round_, _ = a_closed_ideas_round(session, small, ideas=ideas)
            self.round_id = round_.id
            second = a_person(session, name="Second Secretary", email="second@example.org")
            session.add(StaffRole(person_id=second.id, role=Role.SECRETARIAT, study_id=small.study_id))
            self.administrator_id = an_administrator(session)
            self.experts = {session.get_one(Person, one).name for one in small.experts}
            self.second_id = second.id
        self.asker = staff_client(app, small.secretary_id)
        self.second = staff_client(app, self.second_id)
        self.path = f"/account/studies/{small.study_id}/names"

    def ask(self, **changes: str) -> int:
        fields = {"round": str(self.round_id), "code": "p-01", "reason": "A threat in an idea", **changes}
        return int(send(self.asker, self.path, **fields).status_code)

    def lookup(self) -> NameLookup:
        with self.room.database.reading() as session:
            return session.exec(select(NameLookup)).one()

    def decide(self, client: FlaskClient, act: str = "allow") -> int:
        return int(send(client, self.path, at=f"{self.path}/{self.lookup().id}/decide", act=act).status_code)

    def show(self, client: FlaskClient) -> tuple[int, str]:
        answer = send(client, self.path, at=f"{self.path}/{self.lookup().id}/show")
        return answer.status_code, answer.get_data(as_text=True)

    def counted(self) -> str:
        client = expert_client(self.room.app, self.small, self.small.experts[0])
        return client.get("/my/data").get_data(as_text=True)


@pytest.fixture
def names(app: Flask) -> Names:
    return Names(app)


def named(names: Names, page: str) -> list[str]:
    return [name for name in names.experts if name in page]


def test_with_a_reason_and_a_second_person_the_name_is_shown_logged_and_counted(app_on_each: Flask) -> None:
    names = Names(app_on_each)
    assert "never looked up" in names.counted()
    assert names.ask() == 303
    status, page = names.show(names.asker)
    assert status == 422 and not named(names, page)
    assert names.decide(names.second) == 303
    assert "never looked up" in names.counted()
    status, page = names.show(names.asker)
    assert status == 200 and len(named(names, page)) == 1
    assert not named(names, names.asker.get(names.path).get_data(as_text=True))
    assert "once in your task forces" in names.counted()
    facilitator = staff_client(names.room.app, names.small.facilitator_id)
    panel = facilitator.get(f"/facilitate/task-forces/{names.small.task_force_id}/panel").get_data(as_text=True)
    assert "behind a code here once" in panel
    with names.room.database.reading() as session:
        logged = [
            (row.action, row.actor_id)
            for row in session.exec(select(AuditEvent).order_by(col(AuditEvent.id))).all()
            if row.action.value.startswith("name_")
        ]
    asker = names.small.secretary_id
    assert logged == [
        (AuditAction.NAME_ASKED, asker),
        (AuditAction.NAME_DECIDED, names.second_id),
        (AuditAction.NAME_SHOWN, asker),
    ]


def test_who_asked_does_not_decide_and_who_decided_does_not_see(names: Names) -> None:
    names.ask()
    assert names.decide(names.asker) == 422 and names.lookup().is_allowed is None
    names.decide(names.second)
    status, page = names.show(names.second)
    assert status == 422 and not named(names, page)


def test_a_refused_wish_shows_nothing(names: Names) -> None:
    names.ask()
    assert names.decide(names.second, act="refuse") == 303
    assert names.decide(names.second) == 422
    status, page = names.show(names.asker)
    assert status == 422 and not named(names, page)


def test_an_administrator_may_be_the_second_person(names: Names) -> None:
    names.ask()
    assert names.decide(staff_client(names.room.app, names.administrator_id)) == 303
    assert names.show(names.asker)[0] == 200


@pytest.mark.parametrize(
    "changes", [{"reason": "  "}, {"code": "P-99"}, {"round": "0"}, {"round": "x"}, {"round": "99999999999"}]
)
def test_without_reason_or_code_nothing_is_asked(names: Names, changes: dict[str, str]) -> None:
    assert names.ask(**changes) == 422
    with names.room.database.reading() as session:
        assert session.exec(select(NameLookup)).all() == []


def test_a_permission_ends_after_a_week(names: Names) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        names.ask()
        names.decide(names.second)
        time.shift(timedelta(days=8))
        names.asker = staff_client(names.room.app, names.small.secretary_id)
        assert names.show(names.asker)[0] == 422


def test_facilitators_and_experts_have_no_such_page(names: Names) -> None:
    facilitator = staff_client(names.room.app, names.small.facilitator_id)
    expert = expert_client(names.room.app, names.small, names.small.experts[0])
    assert facilitator.get(names.path).status_code == expert.get(names.path).status_code == 404
    page = facilitator.get(f"/facilitate/task-forces/{names.small.task_force_id}/").get_data(as_text=True)
    assert not re.search(r"/names", page)
