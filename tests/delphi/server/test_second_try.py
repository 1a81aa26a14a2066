"""A request in which PostgreSQL goes away is tried once more, where nothing of it can have been stored."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, event, text
from sqlmodel import func, select

from delphi.database import Database
from delphi.server import second_try
from surveys.models import RatingChange
from tests.conftest import an_app
from tests.delphi.test_limits import TEXT, Room

pytestmark = pytest.mark.postgresql
LEAVE = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def room(postgresql_url: str) -> Iterator[Room]:
    database = Database(postgresql_url, identity_key="")
    room = Room(an_app(database))
    yield room
    room.database.engine.dispose()
    database.engine.dispose()


@pytest.fixture
def shut_down(postgresql_url: str) -> Iterator[Callable[[], None]]:
    """What a fast restart does to every session of the application."""
    engine = create_engine(postgresql_url)

    def act() -> None:
        with engine.connect() as connection:
            connection.execute(LEAVE)

    yield act
    engine.dispose()


def before_each(room: Room, word: str, act: Callable[[], None], *, times: int) -> list[str]:
    """`act` right before a statement that begins with `word`, at most `times` times; the statements it came before."""
    met: list[str] = []

    def look(connection: Connection, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(word) and len(met) < times:
            met.append(statement)
            act()

    event.listen(room.database.engine, "before_cursor_execute", look)
    return met


def test_a_page_that_is_sent_while_postgresql_restarts_is_stored_once(
    room: Room, shut_down: Callable[[], None]
) -> None:
    assert room.send(value="3", comment="before")[0] == 303
    met = before_each(room, "INSERT", shut_down, times=1)
    assert room.send(value="8") == (303, room.send(value="8")[1])
    assert len(met) == 1
    assert room.stored() == ([8], [TEXT])
    with room.database.reading() as session:
        assert session.exec(select(func.count()).select_from(RatingChange)).one() == 1


def test_a_page_that_is_read_while_postgresql_restarts_is_read_again(room: Room, shut_down: Callable[[], None]) -> None:
    met = before_each(room, "SELECT", shut_down, times=1)
    assert room.client.get(room.page).status_code == 200
    assert len(met) == 1


def test_what_may_have_been_stored_is_not_sent_again_by_itself(room: Room, shut_down: Callable[[], None]) -> None:
    n_commits = 0

    def cut(_: Connection) -> None:
        nonlocal n_commits
        n_commits += 1
        if n_commits == 1:
            shut_down()

    event.listen(room.database.engine, "commit", cut)
    status, page = room.send(value="8")
    assert (status, n_commits) == (503, 1)
    assert TEXT in page
    assert room.send(value="8")[0] == 303
    assert room.stored() == ([8], [TEXT])


def test_nobody_waits_in_vain_for_long(
    room: Room, shut_down: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_try, "LONGEST_WAIT", 0.2)
    waits = 0

    def count(_: float) -> None:
        nonlocal waits
        waits += 1

    monkeypatch.setattr(second_try.time, "sleep", count)
    before_each(room, "SELECT", shut_down, times=1_000_000)
    status, page = room.send(value="8")
    assert status == 503
    assert TEXT in page
    assert waits > 0
    waits = 0
    assert room.client.get(room.page).status_code == 503
    assert waits == 0
