"""Experts who open a page, answer all of it and send it, at once: `python -m benchmarks.web [--turns N]`.

Ours beside a bare Flask program with sqlite3 and string-built HTML of the same markup, both behind waitress with the
same threads, both with a write-ahead log and synchronous=FULL. They take turns of a second, so that both meet the same
moods of a shared machine. Server work is the processor time of the serving process for one sitting.

Both get what a browser would send of their page: every chosen point, every blank comment, every hidden field. Both send
plain bytes, because these experts ask for no compression. Both commit each sitting to the disk before they answer.

At the end every answer of every expert is read back from the database and must be the one sent last; the run fails
otherwise.
"""

from __future__ import annotations

import argparse
import http.client
import multiprocessing
import os
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.web_servers import Ready, bare, ours

SIZES = (20, 160)
CONCURRENCY = (1, 16, 64)
TURN = 1.0
"""Seconds: many times a sitting, and less than what a machine's mood lasts."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
RADIO = re.compile(r'type="radio" name="(r-\d+-\d+)" value="1"')
COMMENT = re.compile(r'<textarea name="(c-\d+)"')
HIDDEN = re.compile(r'name="(csrf_token|client|seen|touched)"(?: value="([^"]*)")?')


@dataclass
class Expert:
    """One browser: its connection, its cookie, and what it sent last."""

    port: int
    connection: http.client.HTTPConnection = field(init=False)
    cookie: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    first_bytes: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {**(FORM if body else {}), **({"Cookie": self.cookie} if self.cookie else {})}
        start = time.perf_counter()
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        if method == "GET":
            self.first_bytes.append(time.perf_counter() - start)
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return answer.status, answer.read().decode()

    def sit(self, path: str, chance: random.Random) -> None:
        """Open the page, choose a point everywhere, send it."""
        status, page = self.ask("GET", path)
        names = RADIO.findall(page)
        assert status == 200 and names, (status, page[:300])
        answers = {name: str(chance.randint(1, 9)) for name in names}
        blank = dict.fromkeys(COMMENT.findall(page), "")
        status, page = self.ask("POST", path, urlencode({**dict(HIDDEN.findall(page)), **answers, **blank}))
        assert status == 303, (status, page[:300])
        self.sent = answers


def processor_seconds(process: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Crowd:
    """Experts who sit at one program at once, turn by turn."""

    page: str
    process: int
    experts: list[Expert]
    n_sittings: int = 0
    lasted: float = 0.0
    worked: float = 0.0
    """Seconds of processor time of the server."""

    @classmethod
    def arrived(cls, ready: Ready, *, process: int, size: int, concurrency: int) -> Crowd:
        """Signed in, and each has sat down once."""
        crowd = cls(ready.pages[size], process, [Expert(ready.port) for _ in range(concurrency)])
        for expert, (method, path) in zip(crowd.experts, ready.sign_in, strict=False):
            assert expert.ask(method, path)[0] in (200, 303)
            expert.sit(crowd.page, random.Random(1))
            expert.first_bytes.clear()
        return crowd

    def take_turn(self, seconds: float, *, seed: int) -> None:
        counts = [0] * len(self.experts)
        worked = processor_seconds(self.process)
        start = time.perf_counter()

        def work(index: int) -> None:
            chance = random.Random(f"{seed} {index}")
            while time.perf_counter() - start < seconds:
                self.experts[index].sit(self.page, chance)
                counts[index] += 1

        threads = [threading.Thread(target=work, args=(index,)) for index in range(len(counts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.lasted += time.perf_counter() - start
        self.worked += processor_seconds(self.process) - worked
        self.n_sittings += sum(counts)

    @property
    def rate(self) -> float:
        """Sittings a second."""
        return self.n_sittings / self.lasted

    @property
    def work(self) -> float:
        """Seconds of processor time of the server for one sitting."""
        return self.worked / self.n_sittings

    @property
    def wait(self) -> float:
        """Median seconds to the first byte of a page."""
        return statistics.median(wait for expert in self.experts for wait in expert.first_bytes)


def stored_by_us(folder: str, size: int) -> dict[tuple[int, str], str]:
    """(index of the expert, field) to the value that our database holds."""
    rows = sqlite3.connect(f"{folder}/ours.sqlite").execute(
        "SELECT p.id - (SELECT MIN(q.id) FROM panellist q WHERE q.task_force_id = p.task_force_id),"
        " r.statement_id, r.criterion_id, r.value FROM rating r JOIN panellist p ON p.id = r.panellist_id"
        " JOIN task_force t ON t.id = p.task_force_id JOIN study s ON s.id = t.study_id WHERE s.slug = ?",
        (f"size-{size}",),
    )
    return {(index, f"r-{statement}-{criterion}"): str(value) for index, statement, criterion, value in rows}


def stored_by_bare(folder: str, size: int) -> dict[tuple[int, str], str]:
    rows = sqlite3.connect(f"{folder}/bare.sqlite").execute(
        "SELECT expert, number, criterion, value FROM rating WHERE size = ?", (size,)
    )
    return {(expert, f"r-{number}-{criterion}"): value for expert, number, criterion, value in rows}


def verify(experts: list[Expert], stored: dict[tuple[int, str], str]) -> int:
    """The number of answers found; every one that was sent last must be there."""
    wanted = {(index, name): value for index, expert in enumerate(experts) for name, value in expert.sent.items()}
    wrong = {key for key, value in wanted.items() if stored.get(key) != value}
    if wrong or not wanted:
        sys.exit(f"{len(wrong)} of {len(wanted)} answers are not stored as they were sent")
    return len(wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=8, help="turns of a second of each program for each line")
    turns = parser.parse_args().turns
    spawn = multiprocessing.get_context("spawn")
    programs: list[tuple[str, Callable[..., None], Callable[[str, int], dict[tuple[int, str], str]]]] = [
        ("bare Flask", bare, stored_by_bare),
        ("Delphi", ours, stored_by_us),
    ]
    heading = ("statements", "experts at once", "with", "sittings a second", "share", "server work", "share")
    print(f"| {' | '.join((*heading, 'first byte', 'verified'))} |")
    print("| ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        running = []
        for name, program, stored in programs:
            here, there = spawn.Pipe()
            process = spawn.Process(target=program, args=(folder, list(SIZES), max(CONCURRENCY), there), daemon=True)
            process.start()
            running.append((name, process, here, stored, {size: here.recv() for size in SIZES}))
        for size in SIZES:
            for concurrency in CONCURRENCY:
                crowds = [
                    Crowd.arrived(ready[size], process=process.pid or 0, size=size, concurrency=concurrency)
                    for _, process, _, _, ready in running
                ]
                for turn in range(turns):
                    for crowd in crowds:
                        crowd.take_turn(TURN, seed=turn)
                base = crowds[0]
                for crowd, (name, _, _, stored, _) in zip(crowds, running, strict=True):
                    n = verify(crowd.experts, stored(folder, size))
                    print(
                        f"| {size} | {concurrency} | {name} | {crowd.rate:.1f} | {crowd.rate / base.rate:.2f} "
                        f"| {crowd.work * 1000:.1f} ms | {base.work / crowd.work:.2f} | {crowd.wait * 1000:.0f} ms "
                        f"| {n:,} |",
                        flush=True,
                    )
        for _, process, here, _, _ in running:
            here.send("stop")
            process.join()


if __name__ == "__main__":
    main()
