"""The experts who make the load: each signs in through the real link, reads the page, saves fields, sends it all."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.load_places import Place

FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')
TRIES = 40
PAUSE_BEFORE_TRYING_AGAIN = 0.25


@dataclass(slots=True)
class Measured:
    """What came back: seconds from pressing to the whole answer (waiting for a second try included), by status."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    n_cut_off: int = 0
    """Tries that ended in a lost connection, as when a process is killed."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float, status: int, n_cut_off: int) -> None:
        with self.lock:
            self.seconds.append(seconds)
            self.statuses[status] += 1
            self.n_cut_off += n_cut_off

    @property
    def n_server_errors(self) -> int:
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def quantile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class Expert:
    """One browser. `acknowledged` holds the value of each answer for which the server said that it is stored."""

    place: Place
    ports: Sequence[int]
    number: int
    cookie: str = ""
    token: str = ""
    sequence: int = 0
    acknowledged: dict[tuple[int, int], int] = field(default_factory=dict)
    refused_at: float | None = None
    answered_at: float | None = None

    @property
    def page(self) -> str:
        return f"/my/rounds/{self.place.round_id}/rate/1"

    def sign_in(self) -> None:
        status, _, _ = self._ask("POST", self.place.doors[self.number], b"", FORM)
        assert status == 303, status

    def read(self, measured: Measured) -> None:
        status, body = self._timed(measured, "GET", self.page)
        found = TOKEN.search(body)
        assert status == 200 and found is not None, (status, body[:300])
        self.token = found.group(1) or found.group(2)

    def autosave(self, measured: Measured, *, turn: int) -> None:
        """What the script of the page sends while somebody answers."""
        self.sequence += 1
        statement, criterion = self.place.statements[turn], self.place.criteria[0]
        value = 1 + (self.number + turn) % 9
        write = {
            "field": f"r-{statement}-{criterion}",
            "value": str(value),
            "client": f"load-{self.number}",
            "sequence": self.sequence,
        }
        body = json.dumps(write).encode()
        path = f"/my/rounds/{self.place.round_id}/field"
        status, said = self._timed(measured, "POST", path, body, "application/json")
        if status == 200:
            self.acknowledged[statement, criterion] = value
        else:
            assert status >= 500, (status, said[:300])

    def submit(self, measured: Measured, *, turn: int) -> None:
        """The whole page with all its answers, by its button."""
        answers = {
            (statement, criterion): 1 + (self.number + index + turn) % 9
            for index, statement in enumerate(self.place.statements)
            for criterion in self.place.criteria
        }
        fields = {f"r-{statement}-{criterion}": str(value) for (statement, criterion), value in answers.items()}
        body = urlencode({"csrf_token": self.token, "then": "next", **fields}).encode()
        status, said = self._timed(measured, "POST", self.page, body, FORM)
        self.answered_at = time.monotonic()
        if status == 303:
            self.acknowledged.update(answers)
        elif status == 409:
            self.refused_at = self.answered_at
        else:
            assert status >= 500, (status, said[:300])

    def send_in(self, measured: Measured) -> None:
        """The last button: the answers are complete, and there is a receipt."""
        body = urlencode({"csrf_token": self.token}).encode()
        status, said = self._timed(measured, "POST", f"/my/rounds/{self.place.round_id}/check", body, FORM)
        assert status == 303 or status >= 500, (status, said[:300])

    def _timed(self, measured: Measured, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, str]:
        began = time.monotonic()
        status, said, n_cut_off = self._ask(method, path, body, kind)
        measured.add(time.monotonic() - began, status, n_cut_off)
        return status, said

    def _ask(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, str, int]:
        """The answer, by another process where one is gone: every act of an expert may be repeated without harm."""
        headers = {"Content-Type": kind} if kind else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.token:
            headers["X-CSRFToken"] = self.token
        for attempt in range(TRIES):
            port = self.ports[(self.number + attempt) % len(self.ports)]
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.request(method, path, body or None, headers)
                answer = connection.getresponse()
                said = answer.read().decode()
            except (OSError, http.client.HTTPException):
                time.sleep(PAUSE_BEFORE_TRYING_AGAIN)
                continue
            finally:
                connection.close()
            cookie = answer.getheader("Set-Cookie")
            if cookie:
                self.cookie = cookie.partition(";")[0]
            return answer.status, said, attempt
        raise AssertionError(f"no process answered {method} {path.split('/')[1]} in {TRIES} tries")


def all_at_their_time(experts: Sequence[Expert], act: Callable[[Expert], None]) -> list[BaseException]:
    """Every expert in a thread of her own; what went wrong."""
    problems: list[BaseException] = []

    def safely(expert: Expert) -> None:
        try:
            act(expert)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=safely, args=(expert,), daemon=True) for expert in experts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


def wait_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))
