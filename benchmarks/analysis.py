"""Times the engine side by side with what people use today: `python -m benchmarks.analysis [--part NAME]`.

Every contestant starts from the form of the data that suits it, must arrive at the same numbers, and shows the median
of five runs after warming up. A star marks a single run of something that takes over 20 seconds.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.cells import compare_cells
from benchmarks.coefficients import compare_coefficients
from benchmarks.r_packages import compare_r
from benchmarks.reports import time_reports
from benchmarks.timing import HEADING

PARTS = {"cells": compare_cells, "coefficients": compare_coefficients, "R": compare_r, "reports": time_reports}
PACKAGES = ("numpy", "scipy", "pandas", "polars", "duckdb", "pingouin", "krippendorff")


def main() -> int:
    """Run the parts asked for. Returns 1 if a rival arrived at other numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=sorted(PARTS), action="append", help="only this part; may be repeated")
    chosen = parser.parse_args().part or list(PARTS)
    print(f"{machine()}\n{packages()}\n\n{HEADING}")
    lines = [line for name in chosen for line in PARTS[name]()]
    wrong = [line for line in lines if line.same is False]
    for line in wrong:
        print(f"other numbers: {line.task}, {line.size}, {line.who}", file=sys.stderr)
    return 1 if wrong else 0


def machine() -> str:
    """Processor, cores and Python."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor() or platform.machine()
    return f"{processor}, {len(models) or '?'} cores, {platform.system()}, Python {platform.python_version()}"


def packages() -> str:
    """The versions that take part, and what is missing."""
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


if __name__ == "__main__":
    sys.exit(main())
