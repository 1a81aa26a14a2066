"""Acts that cannot be taken back ask who it is, and lose nothing that was typed."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from sqlmodel import select

from surveys.models import NameLookup, StaffRole
from tests.delphi.account.staff_room import PASSWORD, Room, send, sign_in

DANGEROUS = {
    "account.store_new_password",
    "account.begin_app",
    "account.store_app",
    "account.remove_app",
    "account.recovery_codes",
    "account.begin_passkey",
    "account.store_passkey",
    "account.remove_passkey",
    "account.invite",
    "account.take",
    "account.reset_second_factor",
    "account.ask_name",
    "account.decide_name",
    "account.reveal_name",
    "privacy.erase",
    "privacy.person_file",
    "facilitator.reopen",
    "secretariat.seal",
}


def test_each_dangerous_act_carries_the_guard(app: Flask) -> None:
    guarded = {name for name, view in app.view_functions.items() if getattr(view, "asks_for_proof", False)}
    assert guarded >= DANGEROUS


def test_an_act_long_after_the_sign_in_asks_first_and_keeps_what_was_typed(room_on_each: Room) -> None:
    room = room_on_each
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        client = room.browser()
        sign_in(client)
        time.shift(timedelta(minutes=11))
        fields = {"name": "Nadia New", "email": "nadia@example.org", "what": f"observer-{room.small.study_id}"}
        asked = send(client, "/account/staff", **fields)
        assert asked.status_code == 403
        page = asked.get_data(as_text=True)
        assert 'name="name" value="Nadia New"' in page and "csrf_token" in page
        assert observers(room) == 0
        assert send(client, "/account/staff", proof_password="no", **fields).status_code == 422
        assert observers(room) == 0
        assert send(client, "/account/staff", proof_password=PASSWORD, **fields).status_code == 303
        assert observers(room) == 1
        time.shift(timedelta(minutes=9))
        again = {**fields, "email": "other@example.org"}
        assert send(client, "/account/staff", **again).status_code == 303


def test_the_proof_is_limited_as_the_sign_in_is(room: Room) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        client = room.browser()
        sign_in(client)
        time.shift(timedelta(minutes=11))
        answers = [send(client, "/account/staff", proof_password=f"no {n}").status_code for n in range(11)]
    assert answers == [422] * 10 + [429]


def observers(room: Room) -> int:
    with room.database.reading() as session:
        assert session.exec(select(NameLookup)).all() == []
        return len([role for role in session.exec(select(StaffRole)).all() if role.role.value == "observer"])
