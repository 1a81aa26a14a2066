"""Times a call as the median of several, compares it with its rivals, and prints the table."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

REPEATS = 5
REPEATS_OF_SHORT = 51
"""Runs of a call that takes less than `LEAST_SECONDS`: five together last no longer than one disturbance."""

FREE_SHARE = 0.9
LEAST_SECONDS = 0.005
"""A shorter call is made several times a run, as often as fits: a clock and a cache say little about one of them."""

PATIENCE_SECONDS = 20.0
"""A rival whose one warm-up run takes longer is not repeated: its single time is shown with a star."""

WAIT_SECONDS = 4.0
"""How long to hope for five runs that had a processor to themselves."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One contestant on one task. `ratio` is its time over the engine's; `same` whether the numbers agree."""

    task: str
    size: str
    who: str
    seconds: float
    repeats: int
    ratio: float | None
    same: bool | None


def median_time(call: Callable[[], object], *, repeats: int = REPEATS) -> tuple[float, int, object]:
    """Median seconds of a call, the number of timed runs, and the result. Warming up is not counted.

    On a shared machine a run may have to wait for a processor. Such a run (less than 90 % of one core's time) says
    nothing and is repeated. If a busy machine leaves too few free runs, the fastest count, for everybody alike.
    """
    gc.collect()
    start = time.perf_counter()
    result = call()
    warm_up = time.perf_counter() - start
    if warm_up > PATIENCE_SECONDS:
        return warm_up, 1, result
    calls = _calls_a_run(call)
    if calls > 1:
        repeats = max(repeats, REPEATS_OF_SHORT)
    undisturbed: list[float] = []
    disturbed: list[float] = []
    began = time.perf_counter()
    while len(undisturbed) < repeats and (
        len(undisturbed) + len(disturbed) < repeats or time.perf_counter() - began < WAIT_SECONDS
    ):
        worked, start = _processor_seconds(), time.perf_counter()
        for _ in range(calls):
            call()
        seconds, worked = time.perf_counter() - start, _processor_seconds() - worked
        (undisturbed if worked >= FREE_SHARE * seconds else disturbed).append(seconds / calls)
    counted = undisturbed if len(undisturbed) == repeats else sorted(undisturbed + disturbed)[:repeats]
    return statistics.median(counted), len(counted), result


def _calls_a_run(call: Callable[[], object]) -> int:
    start = time.perf_counter()
    call()
    return max(1, int(LEAST_SECONDS / (time.perf_counter() - start)))


def _processor_seconds() -> float:
    """Processor time of this process, all threads, and of the processes it has started and waited for."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def compare(
    task: str,
    size: str,
    engine: Callable[[], Numbers],
    rivals: Iterable[tuple[str, Callable[[], Numbers]]],
    *,
    tolerance: float = 1e-9,
) -> list[Line]:
    """The engine and every rival on one task; each rival must arrive at the engine's numbers."""
    seconds, repeats, ours = median_time(engine)
    lines = [Line(task, size, "analysis", seconds, repeats, None, None)]
    for who, call in rivals:
        theirs, times, numbers = median_time(call)
        same = bool(np.allclose(np.asarray(ours), np.asarray(numbers), rtol=0, atol=tolerance, equal_nan=True))
        lines.append(Line(task, size, who, theirs, times, theirs / seconds, same))
    for line in lines:
        print(shown(line), flush=True)
    return lines


def alone(task: str, size: str, call: Callable[[], object]) -> Line:
    """The engine on a task that no rival does."""
    seconds, repeats, _ = median_time(call)
    line = Line(task, size, "analysis", seconds, repeats, None, None)
    print(shown(line), flush=True)
    return line


def shown(line: Line) -> str:
    """One row of a Markdown table."""
    ratio = "" if line.ratio is None else f"{line.ratio:.1f}"
    same = "" if line.same is None else "yes" if line.same else "NO"
    star = "" if line.repeats > 1 else " *"
    return f"| {line.task} | {line.size} | {line.who} | {readable(line.seconds)}{star} | {ratio} | {same} |"


HEADING = "| task | size | with | median time | times slower | same numbers |\n| --- | --- | --- | ---: | ---: | --- |"


def readable(seconds: float) -> str:
    """Seconds with three significant digits, in ms below one second."""
    value, unit = (seconds * 1000, "ms") if seconds < 1 else (seconds, "s")
    return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
