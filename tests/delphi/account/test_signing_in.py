"""Signing in: password, second step, limits; cookies that were fixed beforehand or are played again open nothing."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from sqlmodel import select

from surveys.models import AuditEvent, Authenticator, FailedProof, SignIn
from surveys.rules.permissions import Actor
from surveys.services.second_factor import renew_recovery_codes
from surveys.vocabulary import Audience, AuditAction
from tests.builders import a_person
from tests.delphi.account.staff_room import PASSWORD, PAULA, Room, send, sign_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def with_app(room: Room) -> None:
    with room.database.writing() as session:
        session.add(
            Authenticator(person_id=room.small.secretary_id, secret=SECRET, last_step=0, created_at=datetime.now(UTC))
        )


def code_now() -> str:
    return pyotp.TOTP(SECRET).now()


def test_the_right_password_opens_and_a_wrong_one_says_no_more_than_an_unknown_address(room: Room) -> None:
    assert sign_in(room.browser()).status_code == 303
    wrong = sign_in(room.browser(), password="not the password")
    unknown = sign_in(room.browser(), email="nobody@example.org", password="not the password")
    assert wrong.status_code == unknown.status_code == 422
    sentence = b"The address or the password is not right."
    assert sentence in wrong.data and sentence in unknown.data


def test_a_second_factor_is_asked_and_each_code_opens_once(room_on_each: Room) -> None:
    room = room_on_each
    with_app(room)
    client = room.browser()
    answer = sign_in(client)
    assert answer.location == "/account/second-step"
    assert client.get("/account/").status_code == 401
    with time_machine.travel(datetime.now(UTC), tick=False):
        code = code_now()
        assert send(client, "/account/second-step", passcode=code).status_code == 303
        assert client.get("/account/").status_code == 200
        again = room.browser()
        sign_in(again)
        assert send(again, "/account/second-step", passcode=code).status_code == 422
        assert again.get("/account/").status_code == 401
    with room.database.reading() as session:
        assert session.exec(select(SignIn.is_strong).where(SignIn.audience == Audience.STAFF)).all() == [True]


def test_the_code_of_the_step_before_still_opens_and_an_older_one_does_not(room: Room) -> None:
    with_app(room)
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        code = code_now()
        time.shift(61)
        client = room.browser()
        sign_in(client)
        assert send(client, "/account/second-step", passcode=code).status_code == 422
        code = code_now()
        time.shift(30)
        assert send(client, "/account/second-step", passcode=code).status_code == 303


def test_a_recovery_code_opens_once_and_is_stored_as_a_hash(room_on_each: Room) -> None:
    room = room_on_each
    with_app(room)
    with room.database.writing() as session:
        actor = Actor(person_id=room.small.secretary_id, audience=Audience.STAFF)
        codes = renew_recovery_codes(session, actor=actor, now=datetime.now(UTC))
    assert len(set(codes)) == 10
    for status in (303, 422):
        client = room.browser()
        sign_in(client)
        assert send(client, "/account/second-step", passcode=codes[0].lower()).status_code == status
    with room.database.reading() as session:
        used = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.RECOVERY_CODE_USED)).all()
        assert [row.details["left"] for row in used] == [9]
        stored = str(session.connection().exec_driver_sql("SELECT * FROM recovery_code").all())
    assert not any(code in stored for code in codes)


def test_the_secret_of_the_app_lies_encrypted(room: Room) -> None:
    with_app(room)
    with room.database.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT secret FROM authenticator").scalar_one()
    assert SECRET not in stored


def test_half_way_is_no_way_in_and_ends_after_ten_minutes(room: Room) -> None:
    with_app(room)
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        client = room.browser()
        sign_in(client)
        time.shift(timedelta(minutes=11))
        assert client.get("/account/second-step").location == "/account/sign-in"
    assert room.browser().post("/account/second-step/passkey", data={"answer": "{}"}).status_code in (303, 400)


def test_tries_are_limited_and_the_right_password_waits_too(room_on_each: Room) -> None:
    room = room_on_each
    client = room.browser()
    statuses = [sign_in(client, password=f"wrong password {n}").status_code for n in range(12)]
    assert statuses[:10] == [422] * 10 and statuses[10:] == [429, 429]
    assert sign_in(client).status_code == 429
    with room.database.reading() as session:
        kept = session.exec(select(FailedProof)).all()
        refused = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.SIGN_IN_REFUSED)).all()
    assert len(kept) == 10 and PAULA not in str(kept) and "127.0.0.1" not in str(kept)
    assert len(refused) == 1
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert sign_in(client).status_code == 303


def test_another_place_is_not_kept_out_by_the_first(room: Room) -> None:
    for n in range(11):
        sign_in(room.browser(), password=f"wrong password {n}", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert sign_in(room.browser(), environ_base={"REMOTE_ADDR": "192.0.2.2"}).status_code == 303


def test_codes_are_limited_too(room: Room) -> None:
    with_app(room)
    client = room.browser()
    sign_in(client)
    statuses = [send(client, "/account/second-step", passcode="000000").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.slow
def test_a_hundred_people_behind_one_address_all_get_in(app: Flask) -> None:
    """Each types a wrong password first."""
    room = Room(app)
    with room.database.writing() as session:
        from surveys.models import StaffPassword, StaffRole
        from surveys.vocabulary import Role

        stored = session.get_one(StaffPassword, room.small.secretary_id)
        for number in range(100):
            person = a_person(session, name=f"Colleague {number}", email=f"colleague{number}@example.org")
            session.add(StaffRole(person_id=person.id, role=Role.OBSERVER, study_id=room.small.study_id))
            session.add(
                StaffPassword(person_id=person.id, password_hash=stored.password_hash, changed_at=stored.changed_at)
            )
    for number in range(100):
        client = room.browser()
        email = f"colleague{number}@example.org"
        assert sign_in(client, email=email, password="oh no, wrong").status_code == 422
        assert sign_in(client, email=email).status_code == 303


def test_a_cookie_fixed_beforehand_is_not_signed_in_and_one_played_again_opens_nothing(room: Room) -> None:
    client = room.browser()
    client.get("/account/sign-in")
    with client.session_transaction() as cookie:
        cookie["sign_in"] = "chosen by an attacker"
    fixed = client.get_cookie("delphi")
    assert fixed is not None
    sign_in(client)
    used = client.get_cookie("delphi")
    assert used is not None and used.value != fixed.value
    other = room.browser()
    other.set_cookie("delphi", fixed.value)
    assert other.get("/account/").status_code == 401
    send(client, "/account/", at="/account/sign-out")
    replay = room.browser()
    replay.set_cookie("delphi", used.value)
    assert replay.get("/account/").status_code == 401


@pytest.mark.parametrize(("rest", "status"), [(timedelta(hours=11), 200), (timedelta(hours=13), 401)])
def test_a_device_that_rests_is_signed_out(room_on_each: Room, rest: timedelta, status: int) -> None:
    room = room_on_each
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        client = room.browser()
        sign_in(client)
        time.shift(rest)
        assert client.get("/account/").status_code == status


def test_a_device_in_use_stays_for_thirty_days_and_no_longer(room: Room) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        client = room.browser()
        sign_in(client)
        for _ in range(65):
            time.shift(timedelta(hours=11))
            assert client.get("/account/").status_code == 200
        time.shift(timedelta(hours=11))
        assert client.get("/account/").status_code == 401


def test_every_form_refuses_what_carries_no_token(room: Room) -> None:
    client = room.browser()
    sign_in(client)
    rules = [
        rule
        for rule in room.app.url_map.iter_rules()
        if rule.endpoint.startswith("account.") and "POST" in (rule.methods or ()) and not rule.arguments
    ]
    refused = {rule.rule: client.post(rule.rule, data={}).status_code for rule in rules}
    refused.pop("/account/forgotten")  # refuses other sites instead: it must work before any cookie is set
    assert refused and set(refused.values()) == {400}
    crossing = client.post("/account/forgotten", data={"email": PAULA}, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossing.status_code == 400
    assert PASSWORD not in str(refused)
