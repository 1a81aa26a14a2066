"""A standby of PostgreSQL as the replica: it lags, dies in the middle, breaks readings off, freezes, and comes back."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, text
from sqlmodel import select
from werkzeug.test import TestResponse

from delphi import replica as replicas
from delphi.api.endpoints import ENDPOINTS
from delphi.database import Database
from delphi.replica import REPLICA, REST, Replica
from surveys.localized import LocalizedText
from surveys.models import ApiToken, Study
from tests.builders import an_observer, staff_client
from tests.conftest import SECRET_KEY, an_app
from tests.delphi.api.conftest import Shelf, a_shelf
from tests.postgresql import administer
from tests.standby import Standby, a_standby

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]
LATER = "Named anew"
NAMES = {"code": "A5-01", "id": "A5-01.importance.1"}


@dataclass
class Pair:
    """An application with its database and its standby, a program's key, an observer, and a clock to be set forward."""

    shelf: Shelf
    standby: Standby
    replica: Replica
    observer: FlaskClient
    seconds: float = 1_000.0
    statements: list[str] = field(default_factory=list)
    """Sent to the standby."""
    tries: int = 0
    """To connect to the standby."""

    @property
    def database(self) -> Database:
        found: Database = self.shelf.app.extensions["delphi_database"]
        return found

    def pages(self) -> dict[str, Callable[[], TestResponse]]:
        """Every page that may be read from a replica, and how it is asked for."""
        found: dict[str, Callable[[], TestResponse]] = {}
        for endpoint in ENDPOINTS:
            names = {**NAMES, "code": "A5"} if "objectives" in endpoint.path else NAMES
            path = endpoint.path.format(study_id=self.shelf.own.study_id, **names)
            found[endpoint.name] = partial(self.shelf.ask, path)
        rules = self.shelf.app.url_map.bind("localhost")
        for rule in self.shelf.app.url_map.iter_rules():
            if rule.endpoint.startswith("observer."):
                values = dict.fromkeys(rule.arguments, self.shelf.own.study_id)
                found[rule.endpoint] = partial(self.observer.get, rules.build(rule.endpoint, values))
        return found

    def name_read(self) -> str:
        answer = self.shelf.ask(self.shelf.study())
        assert answer.status_code == 200
        found: str = answer.get_json()["name"]["en"]
        return found

    def name_anew(self) -> None:
        with self.database.writing() as session:
            session.exec(select(Study).where(Study.id == self.shelf.own.study_id)).one().name = LocalizedText(en=LATER)

    def before_statement(self, act: Callable[[], None], *, number: int) -> None:
        """`act` once, right before the standby gets the statement of this number from now on."""
        due = len(self.statements) + number

        def look(*_: Any) -> None:
            if len(self.statements) == due:
                act()

        event.listen(self.replica.engine, "before_cursor_execute", look)


@pytest.fixture(scope="module")
def standby(postgresql_server: str) -> Iterator[Standby]:
    if "DELPHI_TEST_POSTGRESQL" in os.environ:
        pytest.skip("a server that was given is not copied")
    yield from a_standby(postgresql_server)


@pytest.fixture
def pair(standby: Standby, own_postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    app = an_app(Database(own_postgresql_url, identity_key=SECRET_KEY))
    shelf = a_shelf(app)
    with app.extensions["delphi_database"].writing() as session:
        person = an_observer(session, study_id=shelf.own.study_id)
    replica = Replica(standby.address(own_postgresql_url), identity_key=SECRET_KEY)
    app.extensions[REPLICA] = replica
    found = Pair(shelf, standby, replica, staff_client(app, person))

    def count_statement(_: Connection, __: Any, statement: str, *___: Any) -> None:
        found.statements.append(statement)

    def count_try(*_: Any) -> None:
        found.tries += 1

    event.listen(replica.engine, "before_cursor_execute", count_statement)
    event.listen(replica.engine, "do_connect", count_try)
    monkeypatch.setattr(replicas, "time", SimpleNamespace(monotonic=lambda: found.seconds))
    standby.catch_up()
    yield found
    for database in (replica, found.database):
        database.engine.dispose()


def shown(answer: TestResponse) -> str:
    """What a page says, without what is drawn anew each time."""
    assert answer.status_code == 200
    return re.sub(r'<input[^>]*"csrf_token"[^>]*>', "", answer.text)


@contextmanager
def started_again(standby: Standby) -> Iterator[None]:
    try:
        yield
    finally:
        standby.start()


def test_every_page_for_programs_and_observers_is_read_from_a_standby(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    with pair.replica.engine.connect() as connection:
        assert connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one()
    pages = pair.pages()
    assert {"list_results", "get_activity", "observer.home", "observer.board", "observer.activities"} <= pages.keys()
    with caplog.at_level(logging.INFO, logger="delphi.replica"):
        for name, ask in pages.items():
            n_before = len(pair.statements)
            assert ask().status_code in (200, 302), name
            assert len(pair.statements) > n_before, name
    assert caplog.messages == []


def test_what_is_read_is_as_old_as_the_standby(pair: Pair) -> None:
    before = pair.name_read()
    with pair.standby.held_back():
        pair.name_anew()
        assert pair.name_read() == before != LATER
        assert LATER not in pair.pages()["observer.board"]().text
    pair.standby.catch_up()
    assert pair.name_read() == LATER
    assert LATER in pair.pages()["observer.board"]().text


def test_a_revoked_key_is_refused_before_the_standby_knows(pair: Pair) -> None:
    with pair.standby.held_back():
        with pair.database.writing() as session:
            for key in session.exec(select(ApiToken)).all():
                key.revoked_at = datetime.now(UTC)
        n_before = len(pair.statements)
        assert pair.shelf.ask(pair.shelf.study()).status_code == 401
        assert len(pair.statements) == n_before
        with pair.replica.reading() as session:
            assert {key.revoked_at for key in session.exec(select(ApiToken)).all()} == {None}


def test_a_study_the_standby_has_not_heard_of_has_its_pages(standby: Standby, own_postgresql_url: str) -> None:
    app = an_app(Database(own_postgresql_url, identity_key=SECRET_KEY))
    replica = Replica(standby.address(own_postgresql_url), identity_key=SECRET_KEY)
    with standby.held_back():
        shelf = a_shelf(app)
        with app.extensions["delphi_database"].writing() as session:
            person = an_observer(session, study_id=shelf.own.study_id)
        app.extensions[REPLICA] = replica
        observer = staff_client(app, person)
        pages = Pair(shelf, standby, replica, observer).pages()
        found = {name: ask().status_code for name, ask in pages.items()}
    assert found["get_study"] == found["list_studies"] == found["observer.board"] == 200
    assert {name: status for name, status in found.items() if status not in (200, 404)} == {}
    for database in (replica, app.extensions["delphi_database"]):
        database.engine.dispose()


@pytest.mark.parametrize("page", ["list_results", "observer.board"])
def test_a_standby_that_dies_in_the_middle_is_made_up_for(
    pair: Pair, page: str, caplog: pytest.LogCaptureFixture
) -> None:
    ask = pair.pages()[page]
    expected = shown(ask())
    pair.before_statement(pair.standby.stop_at_once, number=2)
    with started_again(pair.standby):
        for _ in range(3):
            assert shown(ask()) == expected
        assert [one.name for one in caplog.records if one.levelno >= logging.WARNING] == ["delphi.replica"]
    n_before = len(pair.statements)
    assert shown(ask()) == expected
    assert len(pair.statements) == n_before
    pair.seconds += REST
    assert shown(ask()) == expected
    assert len(pair.statements) > n_before


def test_connections_that_were_kept_do_not_outlive_the_standby(pair: Pair) -> None:
    before = pair.name_read()
    pair.standby.stop_at_once()
    pair.standby.start()
    pair.standby.catch_up()
    with pair.standby.held_back():
        pair.name_anew()
        assert pair.name_read() == before


def test_a_reading_that_the_standby_breaks_off_for_the_primary_is_made_up_for(
    pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever changes a table on the primary takes it from those who are reading it on the standby."""
    ask = pair.pages()["list_results"]
    expected = shown(ask())
    assert "JOIN outcome" in pair.statements[0]
    primary = pair.database.engine.url.render_as_string(hide_password=False)

    def change_the_table() -> None:
        administer(primary, "ALTER TABLE outcome ADD COLUMN further INTEGER")
        pair.standby.catch_up()

    pair.standby.administer("ALTER SYSTEM SET max_standby_streaming_delay = 0", "SELECT pg_reload_conf()")
    try:
        pair.before_statement(change_the_table, number=2)
        assert shown(ask()) == expected
    finally:
        pair.standby.administer("ALTER SYSTEM RESET max_standby_streaming_delay", "SELECT pg_reload_conf()")
    assert [one.name for one in caplog.records if one.levelno >= logging.WARNING] == ["delphi.replica"]


def test_a_frozen_standby_holds_up_one_request(pair: Pair) -> None:
    before = pair.name_read()
    pair.replica.engine.dispose()
    pair.tries = 0
    pair.name_anew()
    with pair.standby.frozen():
        assert [pair.name_read() for _ in range(4)] == [LATER] * 4
        assert pair.tries == 1
    assert before != LATER
