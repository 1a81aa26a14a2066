"""A power cut in the middle: what was acknowledged is there afterwards, and the database is whole."""

import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from delphi.database import Database
from surveys import migrations
from tests.builders import a_study, an_open_rating_round
from tests.conftest import IN_CI, SECRET_KEY
from tests.delphi.power_cut import Step, cuts, trace
from tests.delphi.power_cut_writer import TURNS

N_STATES = 300
N_STATEMENTS = 12


@dataclass(frozen=True)
class Recorded:
    """A run of the writer: the database file, what was in it before, and the calls."""

    path: Path
    before: bytes
    steps: list[Step]


def record(folder: Path, *, level: str) -> Recorded:
    path = folder / "delphi.sqlite"
    database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    with database.writing() as session:
        small = a_study(session, n_experts=1)
        round_, statements = an_open_rating_round(session, small, n_statements=N_STATEMENTS)
        numbers = [small.experts[0], small.task_force_id, round_.id, small.importance_id, *statements]
    database.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    command = [sys.executable, "-m", "tests.delphi.power_cut_writer", level, f"sqlite:///{path}", *map(str, numbers)]
    return Recorded(path, before, trace(command, log=folder / "calls", environment=dict(os.environ)))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    if shutil.which("strace") is None:
        if IN_CI:
            pytest.fail("strace is missing")
        pytest.skip("strace is not installed")
    yield record(tmp_path_factory.mktemp("power"), level="FULL")


def losses(recorded: Recorded, folder: Path) -> tuple[int, int, int, int]:
    """States tried, acknowledged answers seen in the last of them, states that lost one, and states not whole."""
    names = {str(recorded.path): "delphi.sqlite", f"{recorded.path}-wal": "delphi.sqlite-wal"}
    rng = random.Random(20260101)
    tried = most = lost = broken = 0
    for files, said in cuts(recorded.steps, before={str(recorded.path): recorded.before}, n=N_STATES, rng=rng):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for path, name in names.items():
            if path in files:
                (folder / name).write_bytes(files[path])
        acknowledged = {}
        for line in said.decode().splitlines():
            statement, turn = line.split()
            acknowledged[int(statement)] = int(turn)
        tried, most = tried + 1, max(most, len(said.splitlines()))
        with closing(sqlite3.connect(folder / "delphi.sqlite")) as connection:
            try:
                whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                stored = dict(connection.execute("SELECT statement_id, value FROM rating").fetchall())
            except sqlite3.DatabaseError:
                whole, stored = False, {}
        broken += not whole
        lost += any(stored.get(statement, 0) < turn for statement, turn in acknowledged.items())
    return tried, most, lost, broken


@pytest.mark.slow
def test_no_acknowledged_answer_is_lost_in_300_power_cuts(recorded: Recorded, tmp_path: Path) -> None:
    tried, most, lost, broken = losses(recorded, tmp_path / "cut")
    assert tried >= N_STATES
    assert most >= N_STATEMENTS * TURNS * 0.9
    assert (lost, broken) == (0, 0)


@pytest.mark.slow
def test_the_same_cuts_lose_answers_where_commits_are_not_synced(recorded: Recorded, tmp_path: Path) -> None:
    """The guard matters: the very same program at level NORMAL loses acknowledged answers."""
    (tmp_path / "careless").mkdir()
    _, _, lost, broken = losses(record(tmp_path / "careless", level="NORMAL"), tmp_path / "cut")
    assert lost > 0
    assert broken == 0
