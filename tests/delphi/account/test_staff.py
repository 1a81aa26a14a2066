"""Roles: given by mail, taken at once, never the last administrator; nobody reaches beyond their own studies."""

import re
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from surveys.errors import RuleViolation
from surveys.models import AuditEvent, OutboxMessage, Person, SignIn, StaffPassword, StaffRole
from surveys.rules.permissions import Actor
from surveys.services.staff_roles import take_role
from surveys.vocabulary import Audience, AuditAction, MessageKind, Role, ViolationCode
from tests.builders import a_study, an_administrator, an_observer, staff_client
from tests.delphi.account.staff_room import PASSWORD, Room, send, sign_in
from tests.delphi.account.test_passwords import mailed_path


def roles(room: Room, role: Role) -> list[StaffRole]:
    with room.database.reading() as session:
        return list(session.exec(select(StaffRole).where(StaffRole.role == role)).all())


def test_the_invited_sets_a_password_and_is_in(room_on_each: Room) -> None:
    room = room_on_each
    client = room.browser()
    sign_in(client)
    what = f"facilitator-{room.small.task_force_id}"
    fields = {"name": "Nadia New", "email": "Nadia@Example.org", "language": "fr", "what": what}
    assert send(client, "/account/staff", **fields).status_code == 303
    assert "nadia@example.org" in client.get("/account/staff").get_data(as_text=True)
    path = mailed_path(room, kind=MessageKind.ACCOUNT_INVITATION)
    nadia = room.browser()
    new = {"new_password": "tram kettle 77", "again_password": "tram kettle 77"}
    assert send(nadia, path, **new).status_code == 303
    assert sign_in(nadia, email="nadia@example.org", password="tram kettle 77").status_code == 303
    assert nadia.get("/facilitate/").status_code in (200, 302, 303)
    with room.database.reading() as session:
        assert session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.STAFF_INVITED)).one().study_id


def test_a_known_colleague_keeps_name_and_password(room: Room) -> None:
    with room.database.writing() as session:
        room.give_password(room.small.facilitator_id, session)
        email = session.get_one(Person, room.small.facilitator_id).email
    client = room.browser()
    sign_in(client)
    send(client, "/account/staff", name="Other", email=email, what=f"observer-{room.small.study_id}")
    with room.database.reading() as session:
        assert session.get_one(Person, room.small.facilitator_id).name != "Other"
        kinds = session.exec(
            select(OutboxMessage.kind).where(OutboxMessage.person_id == room.small.facilitator_id)
        ).all()
        assert session.get(StaffPassword, room.small.facilitator_id) is not None
    assert kinds == [MessageKind.ACCOUNT_NOTICE]


@pytest.mark.parametrize("what", ["administrator", "secretariat-{foreign}", "observer-{foreign}", "expert-1", "x", ""])
def test_the_secretariat_gives_no_role_beyond_its_studies(room: Room, what: str) -> None:
    with room.database.writing() as session:
        foreign = a_study(session, slug="foreign", code="B1").study_id
    before = len(roles(room, Role.ADMINISTRATOR)), len(roles(room, Role.SECRETARIAT)), len(roles(room, Role.OBSERVER))
    client = room.browser()
    sign_in(client)
    fields = {"name": "Nadia", "email": "nadia@example.org", "what": what.format(foreign=foreign)}
    assert send(client, "/account/staff", **fields).status_code == 422
    after = len(roles(room, Role.ADMINISTRATOR)), len(roles(room, Role.SECRETARIAT)), len(roles(room, Role.OBSERVER))
    assert before == after


def test_the_secretariat_takes_no_role_beyond_its_studies(room: Room) -> None:
    with room.database.writing() as session:
        foreign = an_observer(session, study_id=a_study(session, slug="foreign", code="B1").study_id)
        an_administrator(session)
    client = room.browser()
    sign_in(client)
    page = client.get("/account/staff").get_data(as_text=True)
    for role in (*roles(room, Role.OBSERVER), *roles(room, Role.ADMINISTRATOR)):
        answer = send(client, "/account/staff", at=f"/account/staff/{role.id}/take")
        assert answer.status_code == 422 and f"/{role.id}/take" not in page
    assert [role.person_id for role in roles(room, Role.OBSERVER)] == [foreign]


def test_the_last_administrator_stays(room_on_each: Room) -> None:
    room = room_on_each
    with room.database.writing() as session:
        first = an_administrator(session)
    client = staff_client(room.app, first)
    (role,) = roles(room, Role.ADMINISTRATOR)
    refused = send(client, "/account/staff", at=f"/account/staff/{role.id}/take")
    assert refused.status_code == 422 and b"last administrator" in refused.data
    with room.database.writing() as session:
        an_administrator(session, email="second@example.org")
    assert send(client, "/account/staff", at=f"/account/staff/{role.id}/take").status_code == 303
    assert client.get("/account/staff").status_code == 401
    (left,) = roles(room, Role.ADMINISTRATOR)
    with room.database.writing() as session, pytest.raises(RuleViolation) as kept:
        actor = Actor(person_id=left.person_id, audience=Audience.STAFF, administers=True)
        take_role(session, actor=actor, staff_role_id=left.id, now=datetime.now(UTC))
    assert kept.value.code is ViolationCode.LAST_ADMINISTRATOR


def test_an_administrator_without_a_second_factor_opens_the_own_account_only(room: Room) -> None:
    with room.database.writing() as session:
        administrator = an_administrator(session)
        room.give_password(administrator, session)
    client = room.browser()
    sign_in(client, email="anton@example.org", password=PASSWORD)
    assert client.get("/account/staff").location == "/account/"
    assert client.get("/account/").status_code == 200
    assert b"second factor" in client.get("/account/").data


def test_a_device_is_ended_by_its_owner_alone(room: Room) -> None:
    here, there, other = room.browser(), room.browser(), staff_client(room.app, room.small.facilitator_id)
    sign_in(here)
    sign_in(there)
    with room.database.reading() as session:
        ids = session.exec(
            select(SignIn.id).where(SignIn.person_id == room.small.secretary_id).order_by(SignIn.id)  # type: ignore[arg-type]
        ).all()
    send(other, "/account/", at=f"/account/devices/{ids[1]}/end")
    assert there.get("/account/").status_code == 200
    send(here, "/account/", at=f"/account/devices/{ids[1]}/end")
    assert there.get("/account/").status_code == 401 and here.get("/account/").status_code == 200


def test_an_observer_sees_progress_and_activities_and_nothing_else(room: Room) -> None:
    with room.database.writing() as session:
        observer = an_observer(session, study_id=room.small.study_id)
        names = [person.name for person in session.exec(select(Person)).all() if person.id != observer]
    client = staff_client(room.app, observer)
    assert client.get("/").location == "/observe/"
    for path in (f"/observe/studies/{room.small.study_id}/", f"/observe/studies/{room.small.study_id}/activities"):
        page = client.get(path)
        assert page.status_code == 200
        assert not [name for name in names if name in page.get_data(as_text=True)]
        assert not re.findall(r"P-\d\d", page.get_data(as_text=True))
    assert client.get(f"/facilitate/task-forces/{room.small.task_force_id}/").status_code == 404
