"""kill -9 of the real server while experts send answers: what was acknowledged is there afterwards, and unaltered."""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import groupby
from pathlib import Path

import pytest
from sqlmodel import select

from delphi.database import Database
from surveys.models import Rating, RatingChange
from tests.builders import a_study, an_open_rating_round, invitation_path
from tests.conftest import SECRET_KEY
from tests.delphi.server_process import Browser, a_server

N_CLIENTS = 24
N_KILLS = 3
SECONDS_BETWEEN_KILLS = 1.5
ENOUGH_ACKNOWLEDGED = 30
"""In each of the server's lives."""
LONGEST_S = 300

Cell = tuple[int, int]
"""(panellist id, statement id)"""


@dataclass
class Traffic:
    """What the clients share: where the server is now, and what it acknowledged, in order."""

    address: str = ""
    acknowledged: dict[Cell, list[int]] = field(default_factory=lambda: defaultdict(list))
    refused: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Client:
    """One expert who changes one answer after the other. An answer counts as acknowledged with its redirect."""

    traffic: Traffic
    panellist_id: int
    door: str
    page: str
    criterion_id: int
    statements: list[int]

    def run(self) -> None:
        browser = Browser(follows=False)
        token = self._sign_in(browser)
        for turn in range(1_000_000):
            if self.traffic.stop.is_set():
                return
            statement_id, value = self.statements[turn % len(self.statements)], 1 + turn // len(self.statements) % 9
            fields = {"csrf_token": token, f"r-{statement_id}-{self.criterion_id}": value}
            try:
                status = browser.post(f"{self.traffic.address}{self.page}", fields)
            except (OSError, HTTPException):
                self.traffic.stop.wait(0.05)
                continue
            if status == 303:
                self.traffic.acknowledged[self.panellist_id, statement_id].append(value)
            else:
                self.traffic.refused.append(status)

    def _sign_in(self, browser: Browser) -> str:
        assert browser.post(f"{self.traffic.address}{self.door}") == 303
        assert browser.get(f"{self.traffic.address}{self.page}") == 200
        return browser.form_token


@pytest.fixture
def study(sqlite_url: str) -> Iterator[tuple[Database, list[Client]]]:
    """A migrated SQLite database with one open round, and its 24 experts."""
    database = Database(sqlite_url, identity_key=SECRET_KEY)
    with database.writing() as session:
        small = a_study(session, n_experts=N_CLIENTS)
        round_, statements = an_open_rating_round(session, small, n_statements=4)
        doors = [invitation_path(session, person_id=person_id, study_id=small.study_id) for person_id in small.experts]
        page = f"/my/rounds/{round_.id}/rate/1"
    traffic = Traffic()
    yield (
        database,
        [
            Client(
                traffic=traffic,
                panellist_id=panellist_id,
                door=door,
                page=page,
                criterion_id=small.importance_id,
                statements=statements,
            )
            for panellist_id, door in zip(small.panellists, doors, strict=True)
        ],
    )
    traffic.stop.set()
    database.engine.dispose()


def stored_histories(database: Database) -> dict[Cell, list[int | None]]:
    """Each answer's values in the order they were stored, the present one last."""
    histories: dict[Cell, list[int | None]] = defaultdict(list)
    with database.reading() as session:
        for change in session.exec(select(RatingChange).order_by(RatingChange.id)).all():
            histories[change.panellist_id, change.statement_id].append(change.old_value)
        for rating in session.exec(select(Rating)).all():
            histories[rating.panellist_id, rating.statement_id].append(rating.value)
    return histories


def is_in_order(acknowledged: list[int], *, within: list[int | None]) -> bool:
    """Whether every acknowledged value was stored, in this order; stored ones without acknowledgement may lie between.

    The same value sent again changes nothing and leaves no second trace.
    """
    rest = iter(within)
    return all(value in rest for value, _ in groupby(acknowledged))


@pytest.mark.slow
def test_no_acknowledged_answer_is_lost_when_the_server_is_killed(
    study: tuple[Database, list[Client]], tmp_path: Path
) -> None:
    database, clients = study
    traffic = clients[0].traffic
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for kill in range(N_KILLS + 1):
        with a_server("run", "--port", "0", instance=tmp_path) as server:
            traffic.address = server.address
            for thread in threads if kill == 0 else ():
                thread.start()
            wanted = _count(traffic) + ENOUGH_ACKNOWLEDGED
            deadline = time.monotonic() + LONGEST_S
            time.sleep(SECONDS_BETWEEN_KILLS)
            while (_count(traffic) < wanted or not _all_at_work(traffic)) and time.monotonic() < deadline:
                time.sleep(0.05)
            assert _count(traffic) >= wanted, "too little was acknowledged for the kill to mean anything"
            assert _all_at_work(traffic), "somebody was still opening the page when the server was killed"
            if kill < N_KILLS:
                server.kill()
            else:
                traffic.stop.set()
                for thread in threads:
                    thread.join(timeout=LONGEST_S)
                assert not any(thread.is_alive() for thread in threads)
    assert traffic.refused == []
    histories = stored_histories(database)
    lost = {
        cell: (values, histories.get(cell))
        for cell, values in traffic.acknowledged.items()
        if not is_in_order(values, within=histories.get(cell, []))
    }
    assert lost == {}
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def _count(traffic: Traffic) -> int:
    return sum(len(values) for values in list(traffic.acknowledged.values()))


def _all_at_work(traffic: Traffic) -> bool:
    """Whether every expert has signed in and got an answer through."""
    return len({panellist_id for panellist_id, _ in list(traffic.acknowledged)}) == N_CLIENTS


def test_a_value_that_was_not_stored_is_noticed() -> None:
    assert is_in_order([1, 3, 3], within=[1, 2, 3])
    assert not is_in_order([1, 3], within=[1, 2])
    assert not is_in_order([3, 1], within=[1, 3])
