"""Keys: made on a page, shown once, stored as a checksum, opening what they say, ended at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlmodel import Session, select

from delphi.database import Database
from surveys.errors import NotFound, RuleViolation
from surveys.models import ApiToken, AuditEvent
from surveys.rules.tokens import token_hash
from surveys.services.api_tokens import make_token, note_use, revoke_token
from surveys.vocabulary import ApiScope, AuditAction, ViolationCode
from tests.builders import NOW, SmallStudy, a_study, as_secretary, staff_client, token_in
from tests.delphi.api.conftest import Shelf


def made(session: Session, small: SmallStudy, *, name: str = "map", days: int = 30, **other: object) -> str:
    scopes = other.get("scopes", tuple(ApiScope))
    return make_token(
        session,
        actor=as_secretary(small),
        study_id=small.study_id,
        name=name,
        scopes=scopes,  # type: ignore[arg-type]
        days=days,
        now=NOW,
    )


def test_only_the_checksum_is_stored(database: Database) -> None:
    with database.writing() as session:
        key = made(session, a_study(session), scopes=(ApiScope.RESULTS, ApiScope.STUDY))
    with database.reading() as session:
        token = session.exec(select(ApiToken)).one()
        event = session.exec(select(AuditEvent).where(AuditEvent.action == AuditAction.API_TOKEN_MADE)).one()
    assert (len(key), token.token_hash) == (50, token_hash(key))
    assert (token.scopes, token.expires_at) == (["study", "results"], NOW + timedelta(days=30))
    assert key not in f"{token.model_dump()}{event.details}"
    assert len(token.hint) == 4


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"name": " "}, ViolationCode.TEXT_EMPTY),
        ({"name": "x" * 81}, ViolationCode.TEXT_TOO_LONG),
        ({"scopes": ()}, ViolationCode.NOTHING_CHOSEN),
        ({"days": 0}, ViolationCode.TOKEN_LIFE_OUT_OF_RANGE),
        ({"days": 367}, ViolationCode.TOKEN_LIFE_OUT_OF_RANGE),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(lite: Database, wrong: dict[str, object], code: ViolationCode) -> None:
    with lite.writing() as session:
        small = a_study(session)
        with pytest.raises(RuleViolation) as refused:
            made(session, small, **wrong)  # type: ignore[arg-type]
    assert refused.value.code is code


def test_a_name_is_free_again_when_its_key_has_ended(database: Database) -> None:
    with database.writing() as session:
        small = a_study(session)
        made(session, small)
        with pytest.raises(RuleViolation) as refused:
            made(session, small)
        assert refused.value.code is ViolationCode.TOKEN_NAME_TAKEN
        token = session.exec(select(ApiToken)).one()
        revoke_token(session, actor=as_secretary(small), study_id=small.study_id, token_id=token.id, now=NOW)
        made(session, small)
        assert len(session.exec(select(ApiToken)).all()) == 2


def test_a_key_of_another_study_cannot_be_revoked(lite: Database) -> None:
    with lite.writing() as session:
        own, other = a_study(session), a_study(session, slug="other", code="B1")
        made(session, other)
        token = session.exec(select(ApiToken)).one()
        with pytest.raises(NotFound):
            revoke_token(session, actor=as_secretary(own), study_id=own.study_id, token_id=token.id, now=NOW)
        assert token.revoked_at is None


def test_each_scope_opens_its_own_door_only(shelf: Shelf) -> None:
    with shelf.app.extensions["delphi_database"].writing() as session:
        small = shelf.own.small
        keys = {
            scope: make_token(
                session,
                actor=as_secretary(small),
                study_id=small.study_id,
                name=scope.value,
                scopes=(scope,),
                days=1,
                now=datetime.now(UTC),
            )
            for scope in ApiScope
        }
    doors = {scope: shelf.study("" if scope is ApiScope.STUDY else f"/{scope.value}") for scope in ApiScope}
    opened = {
        (key, door) for key in ApiScope for door in ApiScope if shelf.ask(doors[door], key=keys[key]).status_code == 200
    }
    assert opened == {(scope, scope) for scope in ApiScope}
    assert shelf.ask("/studies", key=keys[ApiScope.RESULTS]).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic a2V5", "Bearer \xe9"])
def test_without_a_valid_key_nothing_is_told(shelf: Shelf, header: str) -> None:
    answer = shelf.app.test_client().get(f"/api/v1{shelf.study()}", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Delphi"')
    assert "soil" not in answer.text


def test_being_signed_in_opens_nothing_here(shelf: Shelf) -> None:
    client = staff_client(shelf.app, shelf.own.small.secretary_id)
    assert client.get(f"/api/v1{shelf.study()}").status_code == 401


def test_a_key_ends_on_its_day(shelf: Shelf) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=False):
        assert shelf.ask(shelf.study()).status_code == 401


def test_the_last_use_is_noted_once_an_hour(shelf: Shelf) -> None:
    def last() -> datetime | None:
        with shelf.app.extensions["delphi_database"].reading() as session:
            return session.exec(select(ApiToken.last_used_at)).one()

    assert last() is None
    shelf.ask(shelf.study())
    first = last()
    shelf.ask(shelf.study())
    assert first is not None and last() == first
    with shelf.app.extensions["delphi_database"].writing() as session:
        note_use(session, token_id=session.exec(select(ApiToken.id)).one(), now=first - timedelta(hours=2))
    shelf.ask(shelf.study())
    assert last() is not None and last() >= first


def desk(shelf: Shelf) -> tuple[FlaskClient, str]:
    client = staff_client(shelf.app, shelf.own.small.secretary_id)
    return client, f"/secretariat/studies/{shelf.own.study_id}/keys"


def test_the_page_shows_a_new_key_once_and_sends_it_nowhere_else(shelf: Shelf) -> None:
    client, address = desk(shelf)
    token = token_in(client.get(address).text)
    sent = {"csrf_token": token, "name": "Dashboard", "days": "7", "scope": ["activities", "results"]}
    page = client.post(address, data=sent)
    key = re.search(r'id="key">(delphi_[\w-]{43})<', page.text)
    assert page.status_code == 201 and key is not None
    assert shelf.ask(shelf.study("/results"), key=key[1]).status_code == 200
    assert shelf.ask(shelf.study(), key=key[1]).status_code == 404
    assert key[1] not in client.get(address).text
    again = client.post(address, data=sent)
    assert (again.status_code, 'id="key"' in again.text) == (422, False)


@pytest.mark.parametrize("days", ["", "0", "367", "1e3", "٣", "99999999999999999999"])
def test_the_page_keeps_what_was_typed_when_it_refuses(shelf: Shelf, days: str) -> None:
    client, address = desk(shelf)
    token = token_in(client.get(address).text)
    page = client.post(address, data={"csrf_token": token, "name": "Mine", "days": days, "scope": "study"})
    assert page.status_code == 422
    assert 'value="Mine"' in page.text and f'value="{days}"' in page.text


def test_revoking_on_the_page_refuses_the_program_at_once(shelf: Shelf) -> None:
    client, address = desk(shelf)
    assert shelf.ask(shelf.study()).status_code == 200
    with shelf.app.extensions["delphi_database"].reading() as session:
        token_id = session.exec(select(ApiToken.id)).one()
    done = client.post(f"{address}/{token_id}/revoke", data={"csrf_token": token_in(client.get(address).text)})
    assert done.status_code == 303
    assert shelf.ask(shelf.study()).status_code == 401
    assert "Revoked on" in client.get(address).text
