"""Statements in the driver's own words: the same rows, errors and events as SQLAlchemy's, and rows by the hundred."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import bindparam, event
from sqlalchemy import select as sa_select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.driver import send
from surveys.models import FieldWrite, Panellist, Person, Round
from surveys.queries.prepared import Prepared
from surveys.services.bulk import upsert_alike
from surveys.vocabulary import MembershipStatus, RoundStatus
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round

OF_ROUND = (
    sa_select(col(Round.id), col(Round.status), col(Round.opened_at), col(Round.shows_feedback), col(Person.name))
    .join(Panellist, col(Panellist.task_force_id) == Round.task_force_id)
    .join(Person, col(Person.id) == Panellist.person_id)
    .where(
        col(Round.id) == bindparam("round_id"),
        col(Round.status) == RoundStatus.OPEN,
        col(Round.opened_at) < bindparam("now", type_=col(Round.opened_at).type),
        col(Panellist.status) != MembershipStatus.LEFT,
    )
    .order_by(col(Panellist.id))
)


def a_round(database: Database) -> tuple[SmallStudy, int]:
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        round_, _ = an_open_rating_round(session, small, n_statements=1)
        return small, round_.id


def test_the_rows_are_those_of_sqlalchemy(database: Database) -> None:
    _, round_id = a_round(database)
    values = {"round_id": round_id, "now": NOW + timedelta(days=1)}
    with database.reading() as session:
        plain = [tuple(row) for row in session.connection().execute(OF_ROUND, values)]
        rows = Prepared(OF_ROUND).rows(session, **values)
        assert Prepared(OF_ROUND).rows(session, round_id=round_id, now=datetime(2000, 1, 1, tzinfo=UTC)) == []
    assert rows == plain
    assert len(rows) == 2
    _, status, opened_at, shows_feedback, name = rows[0]
    assert status is RoundStatus.OPEN
    assert opened_at.tzinfo is UTC
    assert isinstance(shows_feedback, bool)
    assert not name.startswith("siv1:"), "names come out decrypted"


def test_each_database_has_its_own_words_and_key(database: Database) -> None:
    prepared = Prepared(sa_select(col(Person.name)).where(col(Person.id) == bindparam("id")))
    small, _ = a_round(database)
    keyless = Database(database.engine.url.render_as_string(hide_password=False))
    with database.reading() as session:
        ((name,),) = prepared.rows(session, id=small.experts[0])
        assert session.get_one(Person, small.experts[0]).name == name
    with keyless.reading() as session, pytest.raises(Exception, match="identity key"):
        prepared.rows(session, id=small.experts[0])
    keyless.engine.dispose()


def test_errors_are_sqlalchemys_and_tell_no_values(database: Database) -> None:
    with (
        database.reading() as session,
        pytest.raises((OperationalError, ProgrammingError), match="no_such_table") as refused,
    ):
        send(session.connection(), "SELECT 1 FROM no_such_table")
    assert refused.value.hide_parameters


def test_counters_of_statements_see_them(lite: Database) -> None:
    seen: list[str] = []
    event.listen(lite.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    _, round_id = a_round(lite)
    seen.clear()
    with lite.writing() as session:
        Prepared(OF_ROUND).rows(session, round_id=round_id, now=NOW)
    assert [words.split()[0] for words in seen] == ["BEGIN", "SELECT"]


def test_rows_by_the_hundred_are_all_written_and_replaced(database: Database) -> None:
    small, round_id = a_round(database)
    fields = [f"c-{number}" for number in range(1, 251)]

    def write(session: Session, sequence: int) -> None:
        columns = {
            "round_id": [round_id] * len(fields),
            "panellist_id": [small.panellists[0]] * len(fields),
            "field": fields,
            "client": ["page"] * len(fields),
            "sequence": [sequence + number for number in range(len(fields))],
            "written_at": [NOW] * len(fields),
        }
        key = ("round_id", "panellist_id", "field", "client")
        upsert_alike(session, FieldWrite, columns, key=key, replace=("sequence", "written_at"))

    for sequence in (1, 1_000):
        with database.writing() as session:
            write(session, sequence)
    with database.reading() as session:
        stored = dict(session.exec(select(FieldWrite.field, FieldWrite.sequence)).all())
    assert stored == {field: 1_000 + number for number, field in enumerate(fields)}


def languages(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.exec(select(Person.language)).all())


def a_person(language: str) -> Person:
    return Person(name="Awa", email=f"{language}@example.org", language=language, created_at=NOW)


def test_a_session_begins_anew_on_its_connection_after_a_rollback(database: Database) -> None:
    with database.writing() as session:
        first = session.connection()
        assert session.connection() is first
        session.add(a_person("en"))
        session.flush()
        session.rollback()
        assert session.connection() is first and first.in_transaction()
        with session.begin_nested():
            session.add(a_person("fr"))
    assert languages(database) == ["fr"]


def test_what_is_mapped_and_what_is_plain_stand_and_fall_together(database: Database) -> None:
    def write(session: Session) -> None:
        session.add(a_person("en"))
        session.flush()
        send(session.connection(), "UPDATE person SET language = 'fr'")

    with pytest.raises(ZeroDivisionError), database.writing() as session:
        write(session)
        _ = 1 / 0
    assert languages(database) == []
    with database.writing() as session:
        write(session)
    assert languages(database) == ["fr"]
