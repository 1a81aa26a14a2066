"""The ten lines of the tutorial do what the page says, on a small file and on the published study."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "analysis-tutorial.md"
STUDY = ROOT.parent / "shared" / "datasets" / "unisante_ftd"
ALONE = "\nassert not {'flask', 'sqlmodel', 'openpyxl', 'surveys', 'delphi'} & set(sys.modules)\n"


def code() -> str:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 1
    return str(blocks[0])


def printed(path: Path) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-W", "ignore::ResourceWarning", "-c", code() + ALONE, str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    return [line.split(" ") for line in done.stdout.splitlines()]


def test_tutorial_has_ten_lines() -> None:
    assert sum(bool(line.strip()) for line in code().splitlines()) == 10


def test_ten_lines_tabulate_every_round_and_statement(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    rows = [f"E{expert},{round_},Q1,{rating}" for round_ in (1, 2) for expert, rating in enumerate([9, 9, 8, 7, 2, ""])]
    path.write_text("\n".join(["expert,round,item,rating", *rows, "E0,2,Q2,5"]) + "\n", encoding="utf-8")
    assert printed(path) == [
        ["1", "Q1", "5", "83.3", "8.0", "7.0", "9.0", "True"],
        ["2", "Q1", "5", "83.3", "8.0", "7.0", "9.0", "True"],
        ["2", "Q2", "1", "16.7", "5.0", "5.0", "5.0", "True"],
    ]


@pytest.mark.skipif(not STUDY.exists(), reason="the published data sets are not beside the repository")
def test_ten_lines_reproduce_the_published_table() -> None:
    expected = json.loads((STUDY / "expected.json").read_text(encoding="utf-8"))["table"]
    lines = printed(STUDY / "ratings.csv")
    rows = {(line[0], line[1]): line[2:] for line in lines}
    assert len(rows) == len(expected) == 33
    for row in expected:
        n, response, median, q1, q3, consensus = rows[str(row["round"]), row["item"]]
        assert (int(n), float(median), float(q1), float(q3)) == (row["n"], row["median"], row["q1"], row["q3"])
        assert float(response) == pytest.approx(row["response_rate_pct"], abs=0.05)
        assert (consensus == "True") is row["consensus"]
    assert [" ".join(line) for line in lines[:3]] == re.findall(
        r"^2 [A-Z].*$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE
    )
