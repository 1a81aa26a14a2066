"""The token of a form is one that Flask-WTF makes and checks; nobody else's, and no other, is taken."""

import pytest
from flask import Flask, session
from flask_wtf.csrf import generate_csrf, validate_csrf
from wtforms import ValidationError

from delphi.form_tokens import FIELD, FormTokens, form_token

SECRETS = ("0" * 40, "f" * 40)


def an_app(key: str = "k" * 40) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=key, WTF_CSRF_TIME_LIMIT=None)
    FormTokens(app)

    @app.route("/", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def page() -> str:
        return form_token()

    return app


def token_of(app: Flask, secret: str = SECRETS[0]) -> str:
    with app.test_request_context():
        session[FIELD] = secret
        return form_token()


def test_flask_wtf_takes_it_and_knows_it_for_its_own() -> None:
    app = an_app()
    token = token_of(app)
    with app.test_request_context():
        session[FIELD] = SECRETS[0]
        validate_csrf(token)
        assert form_token() == form_token() == generate_csrf(), "one request has one token"


def test_another_session_and_another_key_refuse_it() -> None:
    app = an_app()
    token = token_of(app)
    with app.test_request_context():
        session[FIELD] = SECRETS[1]
        with pytest.raises(ValidationError):
            validate_csrf(token)
    with an_app(key="l" * 40).test_request_context():
        session[FIELD] = SECRETS[0]
        with pytest.raises(ValidationError):
            validate_csrf(token)


def test_a_visitor_without_a_secret_is_given_one() -> None:
    client = an_app().test_client()
    token = client.get("/").get_data(as_text=True)
    assert client.post("/", data={FIELD: token}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_what_changes_something_needs_it(method: str) -> None:
    client = an_app().test_client()
    client.get("/")
    assert client.open("/", method=method).status_code == 400
    assert client.open("/", method=method, data={FIELD: "x"}).status_code == 400
