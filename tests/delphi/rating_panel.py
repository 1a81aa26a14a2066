"""A rating file whose verdicts are plain to see, and the command as a test calls it."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from delphi.analyse import add_arguments, run

# Twelve experts in two colleges. Clear: all high. Split: half and half. Few: three ratings. Low: all low. None: nobody.
CLEAR = [9, 9, 9, 8, 9, 9, 9, 8, 9, 9, 9, 9]
SPLIT = [9, 9, 9, 8, 9, 9, 1, 1, 2, 1, 1, 1]
LOW = [1, 1, 2, 1, 1, 1, 2, 1, 1, 1, 1, 2]


def panel(*, rounds: int = 1, criterion: bool = False) -> str:
    lines = ["expert,group,round,item,rating,na_reason" + (",criterion" if criterion else "")]
    for round_ in range(1, rounds + 1):
        for expert in range(12):
            ratings: dict[str, int | str] = {"clear": CLEAR[expert], "split": SPLIT[expert], "low": LOW[expert]}
            ratings |= {"few": 7 if expert < 3 else "", "none": ""}
            for item, rating in ratings.items():
                reason = "dont_know" if item == "few" and expert == 3 else ""
                group = "north" if expert < 6 else "south"
                for name in ("use", "cost") if criterion else ("",):
                    tail = f",{name}" if criterion else ""
                    lines.append(f"E{expert},{group},{round_},{item},{rating},{reason}{tail}")
    return "\n".join(lines) + "\n"


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def analysed(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(arguments(str(path), *words)) == 0
    return capsys.readouterr().out


def document(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(analysed(path, capsys, "--format", "json", *words), parse_constant=pytest.fail)
    return read
