"""The lock between answering and closing: many answer at once, one closes alone, and nobody waits for ever.

A row lock alone is not fair on PostgreSQL: new `FOR SHARE` holders join while a `FOR UPDATE` waits, so that under a
stream of answers a close waits for seconds. Advisory locks queue. On SQLite the writing transaction is the lock.
"""

from sqlalchemy import TextClause, text
from sqlmodel import Session

# The first of the two keys of an advisory lock; it only has to differ from other uses in the same database.
ROUND_LOCKS = 4_711
SHARE = text("SELECT pg_advisory_xact_lock_shared(:kind, :id)")
ALONE = text("SELECT pg_advisory_xact_lock(:kind, :id)")


def share_round(session: Session, *, round_id: int) -> None:
    """Hold the round with others until this transaction ends; waits behind a close that is waiting."""
    _take(session, SHARE, round_id=round_id)


def hold_round_alone(session: Session, *, round_id: int) -> None:
    """Hold the round alone until this transaction ends: answers under way end first, later ones wait."""
    _take(session, ALONE, round_id=round_id)


def _take(session: Session, lock: TextClause, *, round_id: int) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(lock, {"kind": ROUND_LOCKS, "id": round_id})
