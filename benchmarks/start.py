"""From starting the program to the first page answered: `python -m benchmarks.start [--runs 5]`.

One line a place: `sqlite` is `python -m delphi run` (waitress), `postgresql` is gunicorn with two processes. Elapsed
time depends on what else the machine does; the processor time of the program hardly does. The program is compiled
already, as after its first start.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.load_places import Process, a_database, gunicorn, prepare, waitress


def one_start(server: Process) -> tuple[float, float]:
    """Seconds until the first page is answered, and processor seconds of the program (with those it started)."""
    before, began = os.times(), time.monotonic()
    server.start().wait_until_it_answers()
    elapsed = time.monotonic() - began
    server.stop()
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return elapsed, worked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--on", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    arguments = parser.parse_args()
    print("| place | starts | until the first page (median) | longest | processor time (median) |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for kind in arguments.on:
        with tempfile.TemporaryDirectory() as name, a_database(kind, folder=Path(name)) as url:
            place = prepare(url, folder=Path(name), n_experts=1)
            server = waitress(place) if kind == "sqlite" else gunicorn(place, processes=2)
            one_start(server)
            found = [one_start(server) for _ in range(arguments.runs)]
        elapsed, worked = zip(*found, strict=True)
        print(
            f"| {kind} | {arguments.runs} | {statistics.median(elapsed):.2f} s | {max(elapsed):.2f} s "
            f"| {statistics.median(worked):.2f} s |",
            flush=True,
        )


if __name__ == "__main__":
    main()
