"""The whole round report, uncertainty included, and the command that prints it: no rival does the same."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from analysis.chance import random_pass
from analysis.round_report import analyse_round
from analysis.types import ConsensusRule
from benchmarks.panels import EXPERTS, ROUNDS, SCALE, STATEMENTS, Panel, a_panel, colleges
from benchmarks.timing import Line, alone

ROOT = Path(__file__).resolve().parents[1]
RULE = ConsensusRule.default_for(SCALE)


def time_reports() -> list[Line]:
    """One task force, the whole consultation, and the command line from start to table."""
    small, large = a_panel(experts=12, statements=40, rounds=1), a_panel()
    return [
        alone("round report, everything", "12 x 40 x 1", lambda: _report(small)),
        alone("round report, everything", f"{EXPERTS} x {STATEMENTS} x {ROUNDS}", lambda: _report(large)),
        _command(),
    ]


def _report(panel: Panel) -> object:
    # Remembered between calls in the application; here every call starts without.
    random_pass.cache_clear()
    groups = colleges(panel.values.shape[1])
    return [analyse_round(panel.ratings(number), rule=RULE, groups=groups) for number in range(len(panel.values))]


def _command() -> Line:
    panel = a_panel(rounds=1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        rows = [
            f"E{expert},S{item},{panel.values[0, expert, item] if panel.rated[0, expert, item] else ''}"
            for expert in range(EXPERTS)
            for item in range(STATEMENTS)
        ]
        path.write_text("\n".join(["expert,item,rating", *rows]), encoding="utf-8")
        settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        call = [sys.executable, "-m", "delphi", "analyse", str(path)]
        return alone(
            "`analyse FILE` from start to table",
            f"{EXPERTS} x {STATEMENTS} x 1",
            lambda: subprocess.run(call, cwd=ROOT, env=settings, check=True, stdout=subprocess.DEVNULL),
        )
