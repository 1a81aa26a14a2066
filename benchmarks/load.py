"""The last hour before a deadline: `python -m benchmarks.load [--experts 500] [--seconds 60] [--on ...]`.

Four lines a place:
1. `spread`: every expert opens the page, two fields are saved while she answers, she presses the button of the page;
   all of that at random times within `--seconds`.
2. `burst`: every expert sends her answers in, within one second.
3. `close`: every expert changes all answers and presses the button, within one second, and in the middle of it the
   facilitator closes the round by the button of the page, with the preview that was opened before.
4. `kept`: what is stored afterwards against what was acknowledged.

Places: `sqlite` is one process (waitress, as `delphi run`), `postgresql` is gunicorn with two processes, `two` is two
separate web processes and two workers on one PostgreSQL, of which one each is killed (-9) in the middle of `spread` and
of `burst`. A request whose process is killed is pressed again, on the other one, and its time counts from the first
press. The generator runs on the same machine and takes its share of the processors.

Exit code 1 where a bound is broken: p95 1 s and longest 5 s (spread), 20 s (burst), 3 s (close), any 5xx, anything
lost.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlmodel import select

from benchmarks.load_experts import Expert, Measured, all_at_their_time, wait_until
from benchmarks.load_places import Place, Process, a_database, gunicorn, prepare, waitress, worker
from benchmarks.load_staff import Staff
from surveys.models import FrozenRating, OutboxMessage, Rating, Submission

HEADING = ("place", "what", "requests", "a second", "median", "p95", "longest", "5xx", "cut off", "verdict")
P95_SPREAD, LONGEST_SPREAD, LONGEST_BURST, LONGEST_CLOSE = 1.0, 5.0, 20.0, 3.0


def spread(experts: Sequence[Expert], *, seconds: float, seed: int) -> tuple[Measured, list[BaseException], float]:
    """Each expert's four requests at random times, in their order."""
    measured, start = Measured(), time.monotonic() + 0.2
    chance = random.Random(seed)
    times = {expert.number: sorted(chance.uniform(0, seconds) for _ in range(4)) for expert in experts}

    def act(expert: Expert) -> None:
        page, first, second, button = (start + moment for moment in times[expert.number])
        wait_until(page)
        expert.read(measured)
        for turn, moment in enumerate((first, second)):
            wait_until(moment)
            expert.autosave(measured, turn=turn)
        wait_until(button)
        expert.submit(measured, turn=0)

    problems = all_at_their_time(experts, act)
    return measured, problems, time.monotonic() - start


def burst(
    experts: Sequence[Expert], act: Callable[[Expert, Measured], None]
) -> tuple[Measured, list[BaseException], float]:
    """Every expert acts once, within one second."""
    measured, start = Measured(), time.monotonic() + 0.5
    chance = random.Random(len(experts))
    moments = {expert.number: start + chance.random() for expert in experts}

    def once(expert: Expert) -> None:
        wait_until(moments[expert.number])
        act(expert, measured)

    problems = all_at_their_time(experts, once)
    return measured, problems, time.monotonic() - start


def close_in_the_middle(facilitator: Staff, *, after: float, closed: list[tuple[float, int]]) -> threading.Thread:
    """Close the round `after` seconds; `closed` receives the seconds that it took, and how often it was pressed."""

    def act() -> None:
        # Opened before the burst, as by somebody who presses the button in the middle of it.
        form = facilitator.see_closing()
        time.sleep(after)
        closed.append(facilitator.close(form))

    thread = threading.Thread(target=act)
    thread.start()
    return thread


def lost(place: Place, experts: Sequence[Expert], *, frozen: bool) -> int:
    """Acknowledged answers that are not stored, and stored ones that were not acknowledged last."""
    database = place.database()
    table = FrozenRating if frozen else Rating
    with database.reading() as session:
        rows = session.exec(select(table.statement_id, table.criterion_id, table.panellist_id, table.value)).all()
    database.engine.dispose()
    stored = {(statement, criterion, panellist): value for statement, criterion, panellist, value in rows}
    wanted = {
        (statement, criterion, place.panellists[expert.number]): value
        for expert in experts
        for (statement, criterion), value in expert.acknowledged.items()
    }
    return sum(stored.get(key) != value for key, value in wanted.items()) + len(set(stored) - set(wanted))


def receipts(place: Place) -> tuple[int, int]:
    """Submissions with a receipt, and the mails that carry them."""
    database = place.database()
    with database.reading() as session:
        sent = session.exec(select(Submission.panellist_id).where(Submission.submitted_at != None)).all()  # noqa: E711
        mails = session.exec(select(OutboxMessage.id)).all()
    database.engine.dispose()
    return len(set(sent)), len(mails)


class Report:
    """Prints the table line by line, and remembers whether a bound was broken."""

    def __init__(self) -> None:
        self.is_good = True
        print(f"| {' | '.join(HEADING)} |")
        print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")

    def line(self, where: str, what: str, found: Measured, *, took: float, wrong: list[str]) -> None:
        if found.n_server_errors:
            wrong.append(f"{found.n_server_errors} server errors")
        self.is_good &= not wrong
        n = len(found.seconds)
        cells = (
            f"{n:,}",
            f"{n / took:.0f}",
            *(f"{found.quantile(share):.2f} s" for share in (0.5, 0.95, 1.0)),
            str(found.n_server_errors),
            str(found.n_cut_off),
        )
        print(f"| {where} | {what} | {' | '.join(cells)} | {'; '.join(wrong) or 'kept'} |", flush=True)

    def note(self, where: str, what: str, *, wrong: bool) -> None:
        self.is_good &= not wrong
        print(f"| {where} | {what} | | | | | | | | {'BROKEN' if wrong else 'kept'} |", flush=True)


def _said(problems: list[BaseException]) -> list[str]:
    return [f"{len(problems)} experts failed: {problems[0]!r}"] if problems else []


def measure(
    where: str,
    place: Place,
    servers: list[Process],
    workers: list[Process],
    *,
    arguments: argparse.Namespace,
    report: Report,
) -> None:
    """All lines of one place."""
    for process in (*servers, *workers):
        process.start()
    for process in servers:
        process.wait_until_it_answers()
    experts = [Expert(place, [server.port for server in servers], number) for number in range(len(place.doors))]
    victims = [(servers[0], workers[0])] if len(servers) > 1 else []
    try:
        for expert in experts:
            expert.sign_in()
        for server, sender in victims:
            _kill_and_bring_back(server, sender, after=arguments.seconds / 2)
        found, problems, took = spread(experts, seconds=arguments.seconds, seed=1)
        wrong = _said(problems)
        if found.quantile(0.95) > P95_SPREAD:
            wrong.append(f"p95 over {P95_SPREAD:g} s")
        if found.quantile(1.0) > LONGEST_SPREAD:
            wrong.append(f"longest over {LONGEST_SPREAD:g} s")
        report.line(where, f"spread over {arguments.seconds:g} s", found, took=took, wrong=wrong)
        n_lost = lost(place, experts, frozen=False)
        n_kept = sum(len(expert.acknowledged) for expert in experts)
        report.note(where, f"{n_kept:,} acknowledged answers, {n_lost} lost or altered", wrong=n_lost > 0)

        for server, sender in victims:
            _kill_and_bring_back(server, sender, after=1.0)
        found, problems, took = burst(experts, Expert.send_in)
        wrong = _said(problems) + ([f"over {LONGEST_BURST:g} s"] if found.quantile(1.0) > LONGEST_BURST else [])
        report.line(where, "burst: all send in within 1 s", found, took=took, wrong=wrong)
        n_receipts, n_mails = receipts(place)
        is_wrong = not n_receipts == n_mails == len(experts)
        report.note(where, f"{n_receipts} receipts, {n_mails} mails with one, {len(experts)} experts", wrong=is_wrong)

        closed: list[tuple[float, int]] = []
        facilitator = Staff(place, servers[0].port, place.facilitator_id)
        closing = close_in_the_middle(facilitator, after=1.0, closed=closed)
        found, problems, took = burst(experts, lambda expert, to: expert.submit(to, turn=1))
        closing.join()
        n_late = sum(expert.refused_at is not None for expert in experts)
        n_lost = lost(place, experts, frozen=True)
        wrong = _said(problems) + ([f"over {LONGEST_BURST:g} s"] if found.quantile(1.0) > LONGEST_BURST else [])
        report.line(where, "close during a burst of pages", found, took=took, wrong=wrong)
        seconds, n_pressed = closed[0] if closed else (float("inf"), 0)
        text = f"closed by the page in {seconds:.2f} s, pressed {n_pressed} times; "
        text += f"{len(experts) - n_late} taken before, {n_late} refused after (409)"
        report.note(where, text, wrong=seconds > LONGEST_CLOSE)
        report.note(where, f"{n_lost} frozen answers differ from what was acknowledged", wrong=n_lost > 0)
    finally:
        for process in (*servers, *workers):
            process.stop()


def _kill_and_bring_back(server: Process, sender: Process, *, after: float) -> None:
    """kill -9 of one web process and one worker; both are started again two seconds later, as systemd does."""

    def act() -> None:
        time.sleep(after)
        for process in (server, sender):
            process.kill()
        time.sleep(2)
        for process in (server, sender):
            process.start()

    threading.Thread(target=act, daemon=True).start()


def _processes(where: str, place: Place) -> tuple[list[Process], list[Process]]:
    """Web processes and workers of a place."""
    if where == "sqlite":
        return [waitress(place)], []
    if where == "postgresql":
        return [gunicorn(place, processes=2)], []
    return [gunicorn(place, processes=1) for _ in range(2)], [worker(place) for _ in range(2)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experts", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0, help="over which the first line is spread")
    parser.add_argument(
        "--on", nargs="+", choices=("sqlite", "postgresql", "two"), default=["sqlite", "postgresql", "two"]
    )
    arguments = parser.parse_args()
    report = Report()
    for where in arguments.on:
        with (
            tempfile.TemporaryDirectory() as name,
            a_database("sqlite" if where == "sqlite" else "postgresql", folder=Path(name)) as url,
        ):
            place = prepare(url, folder=Path(name), n_experts=arguments.experts)
            servers, workers = _processes(where, place)
            measure(where, place, servers, workers, arguments=arguments, report=report)
    return 0 if report.is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
