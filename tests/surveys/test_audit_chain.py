"""The log's chain: whole after any work, and broken by any change."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from delphi.database import Database
from surveys.models import AuditEvent
from surveys.services.audit import record
from surveys.services.audit_chain import BreakKind, check_chain
from surveys.vocabulary import AuditAction
from tests.builders import NOW, a_study

N_THREADS, N_EACH = 6, 5


def write_entries(database: Database, n: int = 4) -> None:
    """Each in a transaction of its own, with the kinds of details that a database gives back in another form."""
    for number in range(n):
        with database.writing() as session:
            details = {"counts": {10: 1, 9: 2}, "pair": (1, 2.5), "reason": "é œ €", "number": number}
            record(session, AuditAction.ROUND_PLANNED, actor=None, now=NOW + timedelta(seconds=number), **details)


def test_what_is_logged_is_linked_when_it_is_committed(database: Database) -> None:
    with database.writing() as session:
        a_study(session)
    write_entries(database)
    with database.reading() as session:
        found = check_chain(session)
        numbers = session.exec(select(AuditEvent.number).order_by(col(AuditEvent.number))).all()
        seals = session.exec(select(AuditEvent.seal).order_by(col(AuditEvent.number))).all()
    assert found.kind is None
    assert numbers == list(range(1, found.n_entries + 1))
    assert found.newest_seal == seals[-1]
    assert len(set(seals)) == len(seals) >= 4


def test_a_transaction_that_fails_leaves_no_number_behind(database: Database) -> None:
    write_entries(database, 1)
    with pytest.raises(RuntimeError, match="stop"), database.writing() as session:
        record(session, AuditAction.ROUND_PLANNED, actor=None, now=NOW)
        session.flush()
        raise RuntimeError("stop")
    write_entries(database, 1)
    with database.reading() as session:
        assert (check_chain(session).n_entries, check_chain(session).kind) == (2, None)


def test_many_at_once_make_one_chain(database: Database) -> None:
    threads = [threading.Thread(target=write_entries, args=(database, N_EACH)) for _ in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        found = check_chain(session)
    assert (found.n_entries, found.kind) == (N_THREADS * N_EACH, None)


def change(statement: str) -> Callable[[Session], None]:
    return lambda session: session.connection().execute(text(statement)) and None


@pytest.mark.parametrize(
    ("tamper", "place", "kind"),
    [
        (change("UPDATE audit_event SET actor_id = NULL, subject = 'x' WHERE number = 2"), 2, BreakKind.CHANGED),
        (change("UPDATE audit_event SET details = '{}' WHERE number = 3"), 3, BreakKind.CHANGED),
        (change("UPDATE audit_event SET at = '2020-01-01 00:00:00+00:00' WHERE number = 1"), 1, BreakKind.CHANGED),
        (change("UPDATE audit_event SET action = 'round_opened' WHERE number = 4"), 4, BreakKind.CHANGED),
        (
            change("UPDATE audit_event SET seal = 'a' WHERE number = 2"),
            2,
            BreakKind.CHANGED,
        ),
        (change("DELETE FROM audit_event WHERE number = 2"), 2, BreakKind.GAP),
        (change("UPDATE audit_event SET number = NULL WHERE number = 4"), 4, BreakKind.UNLINKED),
        (change("UPDATE audit_event SET number = number + 10 WHERE number >= 2"), 2, BreakKind.GAP),
    ],
)
def test_every_change_breaks_the_chain(
    database: Database, tamper: Callable[[Session], None], place: int, kind: BreakKind
) -> None:
    write_entries(database)
    with database.writing() as session:
        tamper(session)
    with database.reading() as session:
        found = check_chain(session)
    assert (found.broken_at, found.kind) == (place, kind)


def test_an_entry_written_past_the_log_is_found(database: Database) -> None:
    write_entries(database)
    with database.writing() as session:
        session.add(AuditEvent(at=NOW, action=AuditAction.ROUND_PLANNED))
    with database.reading() as session:
        assert check_chain(session).kind is BreakKind.UNLINKED
