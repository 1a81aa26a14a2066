"""R beside the engine, where Rscript is installed: base R, vegan and irr, at the panel's size.

R times its own calls (median of five after one that warms up), so that starting R and reading the ratings are not
counted; its numbers come back through a file and must be the engine's.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.concordance import kendall_w
from analysis.group_tests import kruskal_wallis_arrays
from analysis.groups import counts_by_group
from analysis.paired_tests import change_counts, signed_rank_sums
from analysis.reliability import Level, krippendorff_alpha
from benchmarks.cells import count_based
from benchmarks.panels import EXPERTS, STATEMENTS, Panel, a_panel, colleges
from benchmarks.timing import Line, Numbers, median_time, shown

SCRIPT = Path(__file__).with_name("rivals.R")
SIZE = f"{EXPERTS} x {STATEMENTS}"
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Task:
    """What both compute. `call` names the function in rivals.R; `package` is the one it needs, None for base R."""

    name: str
    who: str
    call: str
    package: str | None
    panel: Panel
    engine: Callable[[], Numbers]


def compare_r() -> list[Line]:
    """Every task whose R package is there; says so where R or a package is not."""
    if shutil.which("Rscript") is None:
        print("R is not installed: not in the table")
        return []
    lines = []
    for task in _tasks():
        if task.package is not None and not _installed(task.package):
            print(f"R package {task.package} is not installed: {task.name} not in the table")
            continue
        lines += _compared(task)
    return lines


def _tasks() -> list[Task]:
    gaps, complete = a_panel(rounds=2), a_panel(rounds=2, gaps=0)
    names = colleges(EXPERTS)

    def cells() -> Numbers:
        return count_based(gaps.values[0], gaps.states[0])

    def wilcoxon() -> Numbers:
        return signed_rank_sums(change_counts(gaps.ratings(0), gaps.ratings(1))).p_normal()

    def kruskal() -> Numbers:
        return kruskal_wallis_arrays(np.stack(list(counts_by_group(gaps.ratings(), groups=names).values()))).p

    def kendall() -> Numbers:
        found = kendall_w(complete.floats[0], permutations=0)
        return np.array([found.w, found.chi2])

    def alpha() -> Numbers:
        return np.array([krippendorff_alpha(gaps.ratings().counts, level=Level.ORDINAL).value])

    return [
        Task("median, quartiles, IQR, agreement, one round", "R quantile, apply", "cells", None, gaps, cells),
        Task("Wilcoxon, normal, gaps", "R wilcox.test in sapply", "wilcoxon", None, gaps, wilcoxon),
        Task("Kruskal-Wallis, gaps", "R kruskal.test in sapply", "kruskal", None, gaps, kruskal),
        Task("Kendall's W, no gaps", "R vegan::kendall.global", "kendall_vegan", "vegan", complete, kendall),
        Task("Kendall's W, no gaps", "R irr::kendall", "kendall_irr", "irr", complete, kendall),
        Task("ordinal alpha, gaps", "R irr::kripp.alpha", "alpha_irr", "irr", gaps, alpha),
    ]


def _installed(package: str) -> bool:
    asked = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    return subprocess.run(["Rscript", "-e", asked], capture_output=True, check=False).returncode == 0


def _compared(task: Task) -> list[Line]:
    seconds, repeats, ours = median_time(task.engine)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, values in zip(("first.csv", "second.csv"), task.panel.floats, strict=True):
            np.savetxt(place / name, values, delimiter=",", fmt="%g")
        (place / "colleges.csv").write_text("\n".join(colleges(EXPERTS)) + "\n", encoding="utf-8")
        subprocess.run(["Rscript", str(SCRIPT), task.call, folder], check=True, capture_output=True)
        numbers = np.loadtxt(place / "numbers.csv", delimiter=",").ravel()
        theirs = float((place / "seconds.csv").read_text(encoding="utf-8"))
    same = bool(np.allclose(np.asarray(ours, dtype=np.float64).ravel(), numbers, rtol=0, atol=TOLERANCE))
    lines = [
        Line(task.name, SIZE, "analysis", seconds, repeats, None, None),
        Line(task.name, SIZE, task.who, theirs, repeats, theirs / seconds, same),
    ]
    for line in lines:
        print(shown(line), flush=True)
    return lines
