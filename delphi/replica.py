"""A copy of the database that may lag: what is read there, and that it did not answer is remembered.

For pages on which a moment more or less does not count. Who asks, and what they may do, is never read here.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from flask import current_app
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlmodel import Session

from delphi.config import ConfigurationProblem
from delphi.database import Database, reading_session

REPLICA = "delphi_replica"
REST = 30.0
"""Seconds in which a replica that did not answer is not asked again."""
PATIENCE = {
    "connect_timeout": "2",
    # A host that went away without a word: what was sent is not confirmed, or nothing comes any more.
    "tcp_user_timeout": "4000",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
    "keepalives_count": "2",
}
"""Asked of PostgreSQL where the address of the replica does not say otherwise. Seconds; the second in milliseconds."""

Found = TypeVar("Found")
log = logging.getLogger(__name__)


class Replica(Database):
    """The copy. While it is away one request in half a minute asks whether it is back; the others do not wait."""

    def __init__(self, url: str, *, identity_key: str) -> None:
        super().__init__(_patient(url), identity_key=identity_key)
        self._memory = threading.Lock()
        self._is_away = False
        self._asked_again_at = 0.0

    def may_be_asked(self) -> bool:
        """Whether to try. Who is told so while the replica is away tries for everybody."""
        with self._memory:
            if self._is_away:
                if time.monotonic() < self._asked_again_at:
                    return False
                self._asked_again_at = time.monotonic() + REST
            return True

    def note_silence(self, problem: SQLAlchemyError) -> None:
        with self._memory:
            self._is_away = True
            self._asked_again_at = time.monotonic() + REST
        reason = problem.orig if isinstance(problem, DBAPIError) else problem
        log.warning("the replica %s is not asked for %d seconds: %s", self.url, REST, type(reason).__name__)

    def note_answer(self) -> None:
        with self._memory:
            was_away, self._is_away = self._is_away, False
        if was_away:
            log.warning("the replica %s answers again", self.url)


def read_lagging(read: Callable[[Session], Found]) -> Found:
    """What `read` finds on the replica, where there is one; in the database where the replica cannot say.

    The replica is away, goes away in the middle, breaks the reading off for what it has to repeat of the database
    (PostgreSQL: recovery conflict), or has not got the tables or the study yet. The session ends with the reading:
    hand out what is loaded.
    """
    replica: Replica | None = current_app.extensions.get(REPLICA)
    if replica is not None and replica.may_be_asked():
        try:
            with replica.reading() as session:
                session.connection()
                replica.note_answer()
                return read(session)
        except (DBAPIError, NoConnectionFree) as problem:
            replica.note_silence(problem)
        except (SQLAlchemyError, LookupError) as problem:
            log.info("the replica %s lacks what was asked: %s", replica.url, type(problem).__name__)
    return read(reading_session())


def _patient(url: str) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise ConfigurationProblem(
            f"DELPHI_REPLICA_URL is {url!r}: give postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        ) from problem
    if parsed.drivername.startswith("postgres"):
        parsed = parsed.set(query={**PATIENCE, **parsed.query})
    return parsed.render_as_string(hide_password=False)
