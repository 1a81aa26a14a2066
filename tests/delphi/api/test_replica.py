"""A replica that lags behind: what programs read from it, what is never read there, and what happens without it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event
from sqlmodel import select

from delphi import replica as replicas
from delphi.application import build
from delphi.config import ConfigurationProblem
from delphi.database import Database
from delphi.replica import PATIENCE, REPLICA, REST, Replica
from surveys.localized import LocalizedText
from surveys.models import ApiToken, Study
from tests.conftest import SECRET_KEY
from tests.delphi.api.conftest import Shelf

LATER = LocalizedText(en="Named anew")
NOWHERE = "postgresql://delphi@127.0.0.1:1/nothing"


def replicated(shelf: Shelf, path: Path) -> Replica:
    """A copy of the database as it stands, which the application uses as its replica from here on."""
    source = sqlite3.connect(str(shelf.app.extensions["delphi_database"].engine.url.database))
    target = sqlite3.connect(path)
    source.backup(target)
    for each in (source, target):
        each.close()
    replica = Replica(f"sqlite:///{path}", identity_key=SECRET_KEY)
    shelf.app.extensions[REPLICA] = replica
    return replica


def name_anew(shelf: Shelf) -> None:
    database: Database = shelf.app.extensions["delphi_database"]
    with database.writing() as session:
        session.exec(select(Study).where(Study.id == shelf.own.study_id)).one().name = LATER


def name_read(shelf: Shelf) -> dict[str, str]:
    answer = shelf.ask(shelf.study())
    assert answer.status_code == 200
    found: dict[str, str] = answer.get_json()["name"]
    return found


class Away:
    """A replica at an address where nobody listens, how often it was tried, and a clock to be set forward."""

    def __init__(self, shelf: Shelf, patch: pytest.MonkeyPatch) -> None:
        self.replica = Replica(NOWHERE, identity_key=SECRET_KEY)
        self.tries = 0
        self.seconds = 1_000.0
        event.listen(self.replica.engine, "do_connect", self._count)
        patch.setattr(replicas, "time", SimpleNamespace(monotonic=lambda: self.seconds))
        shelf.app.extensions[REPLICA] = self.replica

    def _count(self, *_: object) -> None:
        self.tries += 1


@pytest.fixture
def away(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    found = Away(shelf, monkeypatch)
    yield found
    found.replica.engine.dispose()


def test_programs_read_what_the_replica_has(shelf: Shelf, tmp_path: Path) -> None:
    before = name_read(shelf)
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    name_anew(shelf)
    assert name_read(shelf) == before != LATER
    replica.engine.dispose()
    del shelf.app.extensions[REPLICA]
    assert name_read(shelf) == LATER


def test_who_asks_is_never_read_from_the_replica(shelf: Shelf, tmp_path: Path) -> None:
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    assert shelf.ask(shelf.study()).status_code == 200
    database: Database = shelf.app.extensions["delphi_database"]
    with database.writing() as session:
        for key in session.exec(select(ApiToken)).all():
            key.revoked_at = datetime.now(UTC)
    assert shelf.ask(shelf.study()).status_code == 401
    replica.engine.dispose()


def test_without_an_answer_of_the_replica_the_database_answers(shelf: Shelf, away: Away) -> None:
    name_anew(shelf)
    assert name_read(shelf) == LATER
    assert away.tries == 1


def test_one_request_in_half_a_minute_waits_for_a_replica_that_is_away(shelf: Shelf, away: Away) -> None:
    for _ in range(3):
        name_read(shelf)
    assert away.tries == 1
    away.seconds += REST - 1
    name_read(shelf)
    assert away.tries == 1
    away.seconds += 1
    for _ in range(3):
        name_read(shelf)
    assert away.tries == 2


def test_the_others_do_not_wait_while_one_tries_whether_the_replica_is_back(shelf: Shelf, away: Away) -> None:
    name_read(shelf)
    away.seconds += REST
    meanwhile: list[None] = []

    def ask_meanwhile(*_: object) -> None:
        if not meanwhile:
            meanwhile.append(None)
            name_read(shelf)

    event.listen(away.replica.engine, "do_connect", ask_meanwhile)
    name_read(shelf)
    assert (len(meanwhile), away.tries) == (1, 2)


def test_a_replica_that_is_back_is_read_again_by_all(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = name_read(shelf)
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    name_anew(shelf)
    seconds = 1_000.0
    monkeypatch.setattr(replicas, "time", SimpleNamespace(monotonic=lambda: seconds))
    with monkeypatch.context() as gone:
        gone.setattr(replica, "reading", Replica(NOWHERE, identity_key=SECRET_KEY).reading)
        assert name_read(shelf) == LATER
    assert name_read(shelf) == LATER
    seconds += REST
    assert [name_read(shelf) for _ in range(3)] == [before] * 3
    replica.engine.dispose()


@pytest.mark.parametrize("lost", ["DROP TABLE protocol", "DELETE FROM study", "DELETE FROM protocol"])
def test_what_the_replica_has_not_got_yet_is_read_from_the_database(shelf: Shelf, tmp_path: Path, lost: str) -> None:
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    # On a connection of its own, which does not look after foreign keys.
    with closing(sqlite3.connect(tmp_path / "replica.sqlite")) as connection:
        connection.execute(lost)
        connection.commit()
    name_anew(shelf)
    assert name_read(shelf) == LATER
    replica.engine.dispose()


def test_the_setting_names_the_replica(shelf: Shelf, tmp_path: Path) -> None:
    settings = replace(shelf.app.config["DELPHI"], replica_url=f"sqlite:///{tmp_path / 'replica.sqlite'}")
    assert build(settings).extensions[REPLICA].url.endswith("replica.sqlite")
    with pytest.raises(ConfigurationProblem, match="DELPHI_REPLICA_URL"):
        build(replace(settings, replica_url="nonsense"))


def test_a_replica_is_waited_for_briefly_unless_the_address_says_otherwise() -> None:
    assert Replica(NOWHERE, identity_key=SECRET_KEY).engine.url.query == PATIENCE
    given = Replica(f"{NOWHERE}?connect_timeout=9&sslmode=require", identity_key=SECRET_KEY).engine.url.query
    assert given == {**PATIENCE, "connect_timeout": "9", "sslmode": "require"}
