"""Which passwords are taken, how one is set by mail or changed, and what it does to devices and second factor."""

import runpy
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from delphi import passwords
from delphi.config import Settings
from delphi.mail.outgoing import prepare
from surveys.errors import RuleViolation
from surveys.models import AccountLink, Authenticator, OutboxMessage, StaffPassword
from surveys.rules.passwords import MAX_LENGTH, check_password
from surveys.vocabulary import MessageKind, ViolationCode
from tests.conftest import SECRET_KEY
from tests.delphi.account.staff_room import PASSWORD, PAULA, Room, send, sign_in

ABOUT = ("Paula Secretary", PAULA, "Soil plan for 2030")


@pytest.mark.parametrize(
    "password",
    [
        "password1",
        "P@ssw0rd!",
        "qwertyuiop",
        "azerty123",
        "12345678",
        "20261121",
        "aaaaaaaa",
        "abcabcabc",
        "motdepasse",
        "Delphi2026!",
        "DelphiDelphi",
        "paula.secretary",
        "Soilplan1",
        "iloveyou2",
        "987654321",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        check_password(password, about=ABOUT)
    assert refused.value.code is ViolationCode.PASSWORD_COMMON


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "zk3$Lm0!",
        "correct horse battery staple",
        "ééééà la mer ce soir",
        "8$#29!@&1(",
        "password of the blue kettle in the attic",
        "x" * 3 + "7 trams" * 28,
    ],
)
def test_no_kind_of_sign_is_asked_for(password: str) -> None:
    check_password(password, about=ABOUT)


def test_lengths() -> None:
    for password, code in (("k7#tram", "password_too_short"), ("kiwi tram " * 20 + "x", "password_too_long")):
        with pytest.raises(RuleViolation) as refused:
            check_password(password)
        assert refused.value.code.value == code
    check_password(("kiwi tram " * 20)[:MAX_LENGTH])


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=220))
def test_any_text_is_answered_at_once(password: str) -> None:
    try:
        check_password(password, about=ABOUT)
    except RuleViolation as refused:
        assert refused.code.value.startswith("password_")


def test_a_password_costs_what_rfc_9106_asks_for_and_so_does_an_unknown_address() -> None:
    untouched = runpy.run_path(passwords.__file__)
    stored = untouched["hash_password"](PASSWORD)
    for password_hash in (stored, untouched["SPARE_HASH"]):
        assert extract_parameters(password_hash) == RFC_9106_LOW_MEMORY
    assert untouched["is_right"](stored, PASSWORD) and not untouched["is_right"](stored, PASSWORD + "!")
    assert not untouched["is_right"](untouched["SPARE_HASH"], PASSWORD)


def mailed_text(room: Room, *, kind: MessageKind) -> str:
    """The newest mail of a kind; none of its headers says what the text does."""
    settings = Settings(secret_key=SECRET_KEY, base_url="http://localhost", testing=True)
    with room.database.reading() as session:
        of_the_kind = select(OutboxMessage).where(OutboxMessage.kind == kind)
        queued = session.exec(of_the_kind.order_by(col(OutboxMessage.id))).all()[-1]
        mail = prepare(session, queued=queued, settings=settings, now=datetime.now(UTC))
    assert "List-Unsubscribe" not in mail and "http://" not in str(mail.items())
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def mailed_path(room: Room, *, kind: MessageKind) -> str:
    """The address in the newest mail of a kind."""
    text = mailed_text(room, kind=kind)
    return text[text.index("http://localhost") + len("http://localhost") :].split()[0]


def ask(room: Room, email: str) -> bytes:
    answer = room.browser().post("/account/forgotten", data={"email": email})
    assert answer.status_code == 200
    return bytes(answer.data)


def test_a_forgotten_password_is_set_by_mail_and_does_not_skip_the_second_factor(room_on_each: Room) -> None:
    room = room_on_each
    with room.database.writing() as session:
        session.add(
            Authenticator(
                person_id=room.small.secretary_id,
                secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                created_at=datetime.now(UTC),
            )
        )
    assert ask(room, PAULA) == ask(room, "nobody@example.org")
    path = mailed_path(room, kind=MessageKind.PASSWORD_FORGOTTEN)
    client = room.browser()
    client.head(path)
    assert send(client, path, new_password="short", again_password="short").status_code == 422
    assert send(client, path, new_password="tram kettle 77", again_password="other").status_code == 422
    answer = send(client, path, new_password="tram kettle 77", again_password="tram kettle 77")
    assert answer.location == "/account/sign-in" and client.get("/account/").status_code == 401
    assert client.get(path).status_code == 410
    assert sign_in(client).status_code == 422
    assert sign_in(client, password="tram kettle 77").location == "/account/second-step"
    assert client.get("/account/").status_code == 401


def test_a_link_ends_with_its_hour_and_with_the_next_one(room_on_each: Room) -> None:
    room = room_on_each
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        ask(room, PAULA)
        ask(room, PAULA)
        with room.database.reading() as session:
            assert len(session.exec(select(AccountLink)).all()) == 1
        first = mailed_path(room, kind=MessageKind.PASSWORD_FORGOTTEN)
        time.shift(timedelta(minutes=6))
        ask(room, PAULA)
        assert room.browser().get(first).status_code == 410
        second = mailed_path(room, kind=MessageKind.PASSWORD_FORGOTTEN)
        assert room.browser().get(second).status_code == 200
        time.shift(timedelta(minutes=61))
        assert room.browser().get(second).status_code == 410


def test_no_usable_link_lies_in_the_database(room: Room) -> None:
    ask(room, PAULA)
    token = mailed_path(room, kind=MessageKind.PASSWORD_FORGOTTEN).rsplit("/", 1)[1]
    with room.database.reading() as session:
        connection = session.connection()
        stored = [
            connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in ("account_link", "outbox_message")
        ]
    assert token not in str(stored)


def test_changing_the_password_asks_for_the_old_one_and_ends_other_devices(room: Room) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        here, there = room.browser(), room.browser()
        sign_in(here)
        sign_in(there)
        time.shift(timedelta(minutes=11))
        new = {"new_password": "tram kettle 77", "again_password": "tram kettle 77"}
        asked = send(here, "/account/change-password", **new)
        assert asked.status_code == 403 and b"Is it you?" in asked.data and b"tram kettle" not in asked.data
        wrong = send(here, "/account/change-password", proof_password="no", **new)
        assert wrong.status_code == 422
        assert there.get("/account/").status_code == 200
        done = send(here, "/account/change-password", proof_password=PASSWORD, **new)
        assert done.status_code == 303 and here.get("/account/").status_code == 200
        assert there.get("/account/").status_code == 401
    with room.database.reading() as session:
        kinds = session.exec(select(OutboxMessage.kind)).all()
        assert MessageKind.ACCOUNT_NOTICE in kinds
        assert session.get_one(StaffPassword, room.small.secretary_id).password_hash.startswith("$argon2id$")
