"""Connections that wait for the next session: whatever happened on them, the next one finds them as new."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy import select as sa_select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col

from delphi.connections import MOST_READY
from delphi.database import Database
from surveys.models import Person
from tests.builders import NOW
from tests.conftest import SECRET_KEY

PEOPLE = sa_select(col(Person.id))


def beginnings(engine: Engine) -> list[str]:
    """The transactions begun from now on, in the words that began them."""
    begun: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(_: object, __: object, words: str, *___: object) -> None:
        if words.startswith("BEGIN"):
            begun.append(words)

    return begun


def n_people(database: Database) -> int:
    with database.reading() as session:
        return len(session.connection().execute(PEOPLE).all())


def add_somebody(session: Session) -> None:
    session.add(Person(name="A", email="a@example.org", language="en", created_at=NOW))
    session.flush()


def open_files(path: Path) -> int:
    """How often this process holds a file open."""
    return sum(link.resolve() == path for link in Path("/proc/self/fd").iterdir())


def test_the_next_session_gets_it_outside_any_transaction(database: Database) -> None:
    before = n_people(database)
    reading = database.reading()
    add_somebody(reading)
    reading.close()
    with pytest.raises(ZeroDivisionError), database.writing() as session:
        add_somebody(session)
        raise ZeroDivisionError
    assert n_people(database) == before
    with database.writing() as session:
        add_somebody(session)
    assert n_people(database) == before + 1


def test_reading_after_writing_takes_no_write_lock(sqlite_url: str) -> None:
    database = Database(sqlite_url, identity_key=SECRET_KEY)
    begun = beginnings(database.engine)
    for _ in range(2):
        n_people(database)
        with database.writing() as session:
            session.connection()
    reading = database.reading()
    reading.connection()
    with database.writing(after=reading) as session:
        session.connection()
    n_people(database)
    assert begun == ["BEGIN", "BEGIN IMMEDIATE"] * 3 + ["BEGIN"]
    database.engine.dispose()


def test_one_that_was_lost_is_not_given_again(sqlite_url: str) -> None:
    database = Database(sqlite_url, identity_key=SECRET_KEY)
    with database.reading() as session:
        lost = session.connection()
        lost.invalidate()
    with database.reading() as session:
        assert session.connection() is not lost
    with database.reading() as session, pytest.raises(OperationalError):
        session.connection().exec_driver_sql("SELECT nothing FROM nowhere")
    assert n_people(database) >= 0, "an error of a statement does no harm to it"
    database.engine.dispose()


def test_nothing_holds_the_file_once_the_engine_is_disposed_of(tmp_path: Path) -> None:
    path = tmp_path / "held.sqlite"
    database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    sessions = [database.reading() for _ in range(MOST_READY + 2)]
    for session in sessions:
        session.connection().exec_driver_sql("SELECT 1")
    assert open_files(path) >= MOST_READY + 2
    for session in sessions:
        session.close()
    assert open_files(path) >= 1
    database.engine.dispose()
    assert open_files(path) == 0
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT 1").scalar_one() == 1, "and it can be opened again"
    database.engine.dispose()


@pytest.mark.postgresql
def test_one_of_postgresql_goes_back_to_the_pool_that_asks_whether_it_lives(own_postgresql_url: str) -> None:
    database = Database(own_postgresql_url, identity_key=SECRET_KEY)
    n_people(database)
    assert database.engine.pool.status().endswith("Current Checked out connections: 0")
    database.engine.dispose()
