"""Hours of ordinary work: `python -m benchmarks.soak [--minutes 480] [--on sqlite|postgresql]`.

About five requests a second: experts read pages, have fields saved, send pages and receipts; every `--cycle` minutes
the facilitator closes the round by its page, the secretariat exports it as a workbook, as JSON and as CSV, and the
round is opened again. Prints one line every `--cycle` minutes, and at the end what grew.

Exit code 1 where, after the warm-up (a quarter of the time, 15 minutes at most), memory grew by more than 10 %, open
files by more than 5, where the log of SQLite went over 64 MB, any answer was a 5xx, or the p95 of the last sixth of the
time (10 minutes at most) was more than 1.2 times that of the first.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load_experts import Expert, Measured, wait_until
from benchmarks.load_places import Place, Process, a_database, gunicorn, prepare, waitress
from benchmarks.load_staff import Staff

N_EXPERTS = 40
A_SECOND = 5.0
MOST_GROWTH, MOST_FILES, MOST_LOG, MOST_SLOWER = 0.10, 5, 64 * 2**20, 1.2
FILES = ("data-en.xlsx", "activities-en.json", "ratings-en.csv")


@dataclass(frozen=True, slots=True)
class Sample:
    """What the server holds at one moment: bytes of memory, open files, bytes of SQLite's log."""

    at: float
    memory: int
    n_files: int
    log: int


class Soak:
    """One run: what is asked, how it is measured."""

    def __init__(self, place: Place, server: Process) -> None:
        self.place, self.server = place, server
        self.experts = [Expert(place, [server.port], number) for number in range(N_EXPERTS)]
        self.facilitator = Staff(place, server.port, place.facilitator_id)
        self.secretary = Staff(place, server.port, place.secretary_id)
        self.samples: list[Sample] = []
        self.measured: list[tuple[float, Measured]] = []
        """Start of each stretch between two closings, and its answers."""
        self.n_staff_errors = 0
        self.chance = random.Random(1)

    def work(self, *, seconds: float) -> None:
        """Experts at work, five requests a second."""
        measured, began = Measured(), time.monotonic()
        self.measured.append((began, measured))
        acts: list[Future[None]] = []
        with ThreadPoolExecutor(8) as pool:
            for turn in range(int(seconds * A_SECOND)):
                wait_until(began + turn / A_SECOND)
                acts.append(pool.submit(self._act, self.experts[turn % N_EXPERTS], measured))
                if turn % 25 == 0:
                    self.samples.append(self.sample())
        for act in acts:
            act.result()

    def _act(self, expert: Expert, measured: Measured) -> None:
        kind = self.chance.random()
        if kind < 0.4 or not expert.token:
            expert.read(measured)
        elif kind < 0.8:
            expert.autosave(measured, turn=self.chance.randrange(len(self.place.statements)))
        elif kind < 0.95:
            expert.submit(measured, turn=self.chance.randrange(9))
        else:
            expert.send_in(measured)

    def close_export_and_reopen(self) -> None:
        self.facilitator.close(self.facilitator.see_closing())
        for name in FILES:
            status, _ = self.secretary.ask("GET", f"/secretariat/studies/{self.place.study_id}/exports/{name}")
            self._expect(status, 200)
        self._expect(self.facilitator.reopen(), 303)

    def _expect(self, status: int, wanted: int) -> None:
        assert status == wanted or status >= 500, (status, wanted)
        self.n_staff_errors += status >= 500

    def sample(self) -> Sample:
        assert self.server.running is not None
        memory = n_files = 0
        for process in _with_children(self.server.running.pid):
            fields = (process / "status").read_text().split("VmRSS:")[1].split()
            memory += int(fields[0]) * 1024
            n_files += len(list((process / "fd").iterdir()))
        log = Path(f"{self.place.url.removeprefix('sqlite:///')}-wal")
        return Sample(time.monotonic(), memory, n_files, log.stat().st_size if log.is_file() else 0)


def _with_children(number: int) -> list[Path]:
    own = Path(f"/proc/{number}")
    children = (own / "task" / str(number) / "children").read_text().split()
    return [own, *(one for child in children for one in _with_children(int(child)))]


def _p95(soak: Soak, *, since: float, until: float) -> float:
    """Of the stretches that began in this time."""
    seconds = [one for began, measured in soak.measured if since <= began < until for one in measured.seconds]
    return statistics.quantiles(seconds, n=20)[-1]


def verdict(soak: Soak, *, began: float, seconds: float) -> bool:
    """Prints what grew; whether every bound holds."""
    warm = began + min(seconds / 4, 15 * 60)
    window = min(seconds / 6, 10 * 60)
    later = [one for one in soak.samples if one.at >= warm]
    quarter = max(len(later) // 4, 1)
    # Medians of the first and the last quarter: one garbage collection more or less is no growth.
    first, last = (statistics.median(one.memory for one in part) for part in (later[:quarter], later[-quarter:]))
    growth = last / first - 1
    files = [one.n_files for one in later]
    log = max(one.log for one in soak.samples)
    n_errors = sum(measured.n_server_errors for _, measured in soak.measured) + soak.n_staff_errors
    n_requests = sum(len(measured.seconds) for _, measured in soak.measured)
    before = _p95(soak, since=began, until=began + window)
    after = _p95(soak, since=soak.measured[-1][0] - window + 1, until=time.monotonic())
    print(
        f"{seconds / 60:.0f} minutes, {n_requests:,} requests of experts, {len(soak.measured) - 1} times closed, "
        f"exported and opened again; after the warm-up memory {first / 1e6:.0f} to {last / 1e6:.0f} MB ({growth:+.1%}),"
        f" open files {min(files)} to {max(files)}; log at most {log / 2**20:.1f} MB; {n_errors} server errors; "
        f"p95 {before * 1000:.0f} ms at first, {after * 1000:.0f} ms at last",
        flush=True,
    )
    return (
        growth <= MOST_GROWTH
        and abs(files[-1] - files[0]) <= MOST_FILES
        and log <= MOST_LOG
        and n_errors == 0
        and after <= MOST_SLOWER * before
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=480.0)
    parser.add_argument("--cycle", type=float, default=60.0, help="minutes between two closings")
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    seconds, cycle = arguments.minutes * 60, arguments.cycle * 60
    with tempfile.TemporaryDirectory() as name, a_database(arguments.on, folder=Path(name)) as url:
        place = prepare(url, folder=Path(name), n_experts=N_EXPERTS)
        server = waitress(place) if arguments.on == "sqlite" else gunicorn(place, processes=2)
        server.start().wait_until_it_answers()
        try:
            soak, began = Soak(place, server), time.monotonic()
            for expert in soak.experts:
                expert.sign_in()
            while time.monotonic() - began < seconds - 1:
                if soak.measured:
                    soak.close_export_and_reopen()
                soak.work(seconds=min(cycle, began + seconds - time.monotonic()))
                now, stretch = soak.samples[-1], soak.measured[-1][1]
                print(
                    f"{(now.at - began) / 60:.0f} min: {now.memory / 1e6:.0f} MB, {now.n_files} files, p95 "
                    f"{stretch.quantile(0.95) * 1000:.0f} ms, {stretch.n_server_errors} server errors",
                    flush=True,
                )
            return 0 if verdict(soak, began=began, seconds=seconds) else 1
        finally:
            server.stop()


if __name__ == "__main__":
    raise SystemExit(main())
