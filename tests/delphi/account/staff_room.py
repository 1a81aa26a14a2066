"""A study, a member of its secretariat with a password, and the forms of the account pages filled in."""

from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient

from delphi.database import Database
from delphi.passwords import hash_password
from surveys.models import StaffPassword
from tests.builders import SmallStudy, a_study, token_in

PASSWORD = "kiwi tractor violin nine"
PAULA = "paula.own@example.org"


class Room:
    """`paula` is the secretariat of one study and signs in by the form."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.database: Database = app.extensions["delphi_database"]
        with self.database.writing() as session:
            self.small: SmallStudy = a_study(session, slug="own")
            self.give_password(self.small.secretary_id, session)

    def give_password(self, person_id: int, session: object, password: str = PASSWORD) -> None:
        session.add(  # type: ignore[attr-defined]
            StaffPassword(person_id=person_id, password_hash=hash_password(password), changed_at=datetime.now(UTC))
        )

    def browser(self) -> FlaskClient:
        return self.app.test_client()


def send(client: FlaskClient, path: str, *, at: str = "", **fields: str) -> object:
    """Fill in the form of the page at `path` and send it, to `at` where the form goes elsewhere."""
    token = token_in(client.get(path).get_data(as_text=True))
    return client.post(at or path, data={"csrf_token": token, **fields})


def sign_in(client: FlaskClient, *, email: str = PAULA, password: str = PASSWORD, **headers: object) -> object:
    token = token_in(client.get("/account/sign-in").get_data(as_text=True))
    data = {"csrf_token": token, "email": email, "password": password}
    return client.post("/account/sign-in", data=data, **headers)  # type: ignore[arg-type]
