"""A passkey opens the second step once for each question; what was recorded on the way opens nothing again."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import cbor2
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient
from sqlmodel import select
from webauthn.helpers import bytes_to_base64url

from surveys.models import Passkey
from tests.builders import token_in
from tests.delphi.account.staff_room import Room, sign_in

CREDENTIAL = b"a key of the tests"
ES256 = -7


class Key:
    """A passkey as a browser would keep it, without a counter, as synchronised ones are."""

    def __init__(self, room: Room) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        point = self.private.public_key().public_numbers()
        public = {1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        with room.database.writing() as session:
            session.add(
                Passkey(
                    person_id=room.small.secretary_id,
                    credential_id=bytes_to_base64url(CREDENTIAL),
                    public_key=bytes_to_base64url(cbor2.dumps(public)),
                    name="Key",
                    created_at=datetime.now(UTC),
                )
            )

    def answer(self, challenge: str) -> str:
        said = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": "http://localhost"}).encode()
        about = sha256(b"localhost").digest() + b"\x05" + bytes(4)  # present and verified; counter 0
        signature = self.private.sign(about + sha256(said).digest(), ec.ECDSA(SHA256()))
        identifier = bytes_to_base64url(CREDENTIAL)
        response = {"authenticatorData": about, "clientDataJSON": said, "signature": signature}
        return json.dumps(
            {
                "id": identifier,
                "rawId": identifier,
                "type": "public-key",
                "response": {name: bytes_to_base64url(value) for name, value in response.items()},
            }
        )


def asked(client: FlaskClient) -> dict[str, Any]:
    """The second step as a browser has it before it answers: its token, question and cookie."""
    page = client.get("/account/second-step").get_data(as_text=True)
    with client.session_transaction() as kept:
        challenge = kept["challenge"][0]
    cookie = client.get_cookie("delphi")
    assert cookie is not None
    return {"token": token_in(page), "challenge": challenge, "cookie": cookie.value}


def send(client: FlaskClient, question: dict[str, Any], answer: str) -> int:
    data = {"csrf_token": question["token"], "answer": answer}
    return client.post("/account/second-step/passkey", data=data).status_code


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(seconds=5)])
def test_a_recorded_answer_with_its_cookie_opens_nothing_a_second_time(room_on_each: Room, pause: timedelta) -> None:
    key, client = Key(room_on_each), room_on_each.browser()
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        sign_in(client)
        question = asked(client)
        time.shift(timedelta(seconds=1))
        recorded = key.answer(question["challenge"])
        assert send(client, question, recorded) == 303
        assert client.get("/account/").status_code == 200
        time.shift(pause)
        thief = room_on_each.browser()
        thief.set_cookie("delphi", question["cookie"])
        assert send(thief, question, recorded) == 422
        assert thief.get("/account/").status_code == 401
    with room_on_each.database.reading() as session:
        assert session.exec(select(Passkey.last_used_at)).one() is not None


def test_a_question_waits_ten_minutes_and_an_answer_to_another_opens_nothing(room: Room) -> None:
    key, client = Key(room), room.browser()
    with time_machine.travel(datetime.now(UTC), tick=False) as time:
        sign_in(client)
        question = asked(client)
        assert send(client, question, key.answer("another")) == 422
        time.shift(timedelta(minutes=5))
        sign_in(client)
        question = asked(client)
        time.shift(timedelta(minutes=11))
        assert send(client, question, key.answer(question["challenge"])) in (303, 422)
        assert client.get("/account/").status_code == 401
