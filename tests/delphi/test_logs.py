"""Logs at DEBUG hold no link, address, password or answer; a JSON line is one object."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from delphi.config import ConfigurationProblem, Settings
from delphi.logs import HIDDEN, start_logging, without_secrets
from tests.builders import a_study, an_open_rating_round, expert_client, invitation_path, token_in
from tests.conftest import SECRET_KEY

ANSWER = "The meadows of Aubrac are grazed too early"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged at DEBUG, as JSON lines."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    start_logging(Settings(secret_key=SECRET_KEY, log_format="json", log_level="DEBUG"), stream=stream)
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "werkzeug", "delphi"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "werkzeug", "delphi"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    root.handlers, root.level = before, level


def test_an_experts_visit_at_debug_leaves_no_secret_behind(app: Flask, logged: io.StringIO) -> None:
    app.extensions["delphi_database"].engine.dispose()
    with app.extensions["delphi_database"].writing() as session:
        small = a_study(session, n_experts=2)
        round_, statements = an_open_rating_round(session, small, n_statements=2)
        path = invitation_path(session, person_id=small.experts[0], study_id=small.study_id)
    client = expert_client(app, small, small.experts[0])
    address = f"/my/rounds/{round_.id}/rate/1"
    token = token_in(client.get(address).get_data(as_text=True))
    fields = {"csrf_token": token, f"r-{statements[0]}-{small.importance_id}": "7", f"c-{statements[0]}": ANSWER}
    assert client.post(address, data=fields).status_code == 303
    logging.getLogger("delphi").warning("somebody opened %s, wrote to %s", path, "expert.soil.a5.1@example.org")
    text = logged.getvalue()
    assert "INSERT INTO comment" in text, "the statements of the database were not logged: the test shows nothing"
    cookie = client.get_cookie("delphi")
    assert cookie is not None
    for secret in (path.rpartition("/")[2], "@example.org", ANSWER, token, cookie.value, SECRET_KEY, "Expert soil"):
        assert secret not in text
    for line in text.splitlines():
        assert {"at", "level", "logger", "message", "process"} <= set(json.loads(line))


@pytest.mark.parametrize(
    "text",
    [
        "GET /r/AbC123-_xyz7890 HTTP/1.1",
        "Authorization: Bearer AbC123-_xyz7890",
        "password=AbC123-_xyz7890",
        "{'csrf_token': 'AbC123-_xyz7890'}",
        "postgresql+psycopg://delphi:AbC123-_xyz7890@db/delphi",
        "key delphi_AbC123-_xyz7890abcdef",
        "mail to AbC123-_xyz7890@example.org",
    ],
)
def test_what_opens_a_door_is_hidden(text: str) -> None:
    assert "AbC123" not in without_secrets(text) and HIDDEN in without_secrets(text)


def test_a_traceback_is_one_field_of_one_line(logged: io.StringIO) -> None:
    try:
        raise ValueError("password=hush at ada@example.org")
    except ValueError:
        logging.getLogger("delphi").exception("it failed")
    (line,) = logged.getvalue().splitlines()
    event = json.loads(line)
    assert event["message"] == "it failed" and "ValueError" in event["traceback"]
    assert "hush" not in line and "ada@" not in line


@pytest.mark.parametrize(("setting", "value"), [("log_level", "LOUD"), ("log_format", "xml")])
def test_an_unknown_form_or_level_is_named(setting: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationProblem, match=f"DELPHI_{setting.upper()}"):
        start_logging(Settings(secret_key=SECRET_KEY, instance=tmp_path, **{setting: value}))  # type: ignore[arg-type]
