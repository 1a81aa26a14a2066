"""/healthz says what is wrong, and nothing about studies or people."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from delphi import clock
from delphi.database import Database
from surveys.services.outbox import beat


def asked(app: Flask) -> tuple[int, dict[str, Any]]:
    response = app.test_client().get("/healthz")
    found: dict[str, Any] = response.get_json()
    return response.status_code, found


def heartbeat(app: Flask, *, seconds_ago: int) -> None:
    with app.extensions["delphi_database"].writing() as session:
        beat(session, name="test", now=clock.now() - timedelta(seconds=seconds_ago))


def test_health_is_good_where_everything_works(app_on_each: Flask) -> None:
    heartbeat(app_on_each, seconds_ago=5)
    status, found = asked(app_on_each)
    assert status == 200
    assert found.pop("worker_heartbeat_age_seconds") >= 5
    assert found.pop("version")
    assert found == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.parametrize(("seconds_ago", "said"), [(None, "missing"), (61, "late")])
def test_a_worker_that_does_not_beat_degrades_but_does_not_stop_the_service(
    app_on_each: Flask, seconds_ago: int | None, said: str
) -> None:
    if seconds_ago is not None:
        heartbeat(app_on_each, seconds_ago=seconds_ago)
    status, found = asked(app_on_each)
    assert (status, found["status"], found["worker"]) == (200, "degraded", said)


def test_an_old_schema_is_not_well(app_on_each: Flask) -> None:
    heartbeat(app_on_each, seconds_ago=1)
    with app_on_each.extensions["delphi_database"].engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, found = asked(app_on_each)
    assert (status, found["database"], found["migrations"]) == (503, "ok", "due")


def test_a_database_that_is_away_is_not_well(app: Flask) -> None:
    app.extensions["delphi_database"].engine.dispose()
    app.extensions["delphi_database"] = Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    status, found = asked(app)
    assert (status, found["status"], found["database"]) == (503, "not ok", "unreachable")
