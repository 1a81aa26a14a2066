"""An administrator resets a colleague's second factor: with a reason, logged with what was there, told by mail."""

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlmodel import select

from surveys.models import AuditEvent, Authenticator, OutboxMessage, Passkey, RecoveryCode
from surveys.vocabulary import AuditAction, MessageKind
from tests.builders import an_administrator, staff_client
from tests.delphi.account.staff_room import Room, send, sign_in
from tests.delphi.account.test_passwords import mailed_text

REASON = "Lost the phone; known by voice"


@pytest.fixture
def kept_out(room: Room) -> Room:
    """The secretary of the room has an app, a passkey and a recovery code, and none of them at hand."""
    person_id = room.small.secretary_id
    with room.database.writing() as session:
        now = datetime.now(UTC)
        session.add_all(
            [
                Authenticator(person_id=person_id, secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", created_at=now),
                Passkey(person_id=person_id, credential_id="a", public_key="b", name="Key", created_at=now),
                RecoveryCode(person_id=person_id, token_hash="0" * 64),
            ]
        )
    return room


def an_administrator_of(room: Room) -> FlaskClient:
    with room.database.writing() as session:
        administrator_id = an_administrator(session)
    return staff_client(room.app, administrator_id)


def reset(room: Room, client: FlaskClient, *, person_id: int | None = None, reason: str = REASON) -> tuple[int, str]:
    at = f"/account/staff/{person_id or room.small.secretary_id}/reset-second-factor"
    answer = send(client, "/account/staff", at=at, reason=reason)
    return answer.status_code, answer.get_data(as_text=True)


def n_factors(room: Room) -> int:
    with room.database.reading() as session:
        return sum(len(session.exec(select(kind)).all()) for kind in (Authenticator, Passkey, RecoveryCode))


def test_the_password_alone_opens_afterwards_and_everybody_knows(kept_out: Room) -> None:
    room = kept_out
    colleague = room.browser()
    assert sign_in(colleague).location == "/account/second-step"
    elsewhere = staff_client(room.app, room.small.secretary_id)
    assert elsewhere.get("/account/").status_code == 200
    client = an_administrator_of(room)
    assert "Reset the second factor of" in client.get("/account/staff").get_data(as_text=True)
    assert reset(room, client)[0] == 303
    assert n_factors(room) == 0
    assert elsewhere.get("/account/").status_code == 401
    assert sign_in(room.browser()).location == "/"
    assert "removed the second factor" in mailed_text(room, kind=MessageKind.ACCOUNT_NOTICE)
    with room.database.reading() as session:
        logged = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.SECOND_FACTOR_CHANGED)).one()
    assert logged.subject == f"person:{room.small.secretary_id}" and logged.details["reason"] == REASON
    assert logged.details["before"] == {"app": True, "passkeys": 1, "recovery_codes": 1}
    assert reset(room, client)[0] == 303
    with room.database.reading() as session:
        assert len(session.exec(select(OutboxMessage)).all()) == 1


def test_no_reason_no_reset_and_what_was_typed_stays(kept_out: Room) -> None:
    client = an_administrator_of(kept_out)
    status, page = reset(kept_out, client, reason="  ")
    assert status == 422 and "Please give a reason" in page
    status, page = reset(kept_out, client, reason="why " * 600)
    assert status == 422 and "why why" in page
    assert n_factors(kept_out) == 3


def test_nobody_else_resets_and_nobody_their_own(kept_out: Room) -> None:
    client = an_administrator_of(kept_out)
    with kept_out.database.reading() as session:
        own = session.exec(select(AuditEvent.actor_id).where(AuditEvent.action == AuditAction.SIGNED_IN)).all()[-1]
    for person_id in (own, kept_out.small.experts[0]):
        status, page = reset(kept_out, client, person_id=person_id)
        assert status == 422 and "second factor of a colleague" in page
    secretary = staff_client(kept_out.app, kept_out.small.secretary_id)
    assert reset(kept_out, secretary)[0] == 403
    assert "Reset the second factor" not in secretary.get("/account/staff").get_data(as_text=True)
    assert n_factors(kept_out) == 3
