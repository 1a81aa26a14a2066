"""Reference data beside the repository: package results and published studies; tests skip, saying so, without them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared"
CASES = BESIDE / "reference" / "cases.json"
DATASETS = BESIDE / "datasets"

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def cases() -> dict[str, Any]:
    """Rating matrices with the values R and Python packages give for them."""
    if not CASES.exists():
        pytest.skip("reference/cases.json is not beside this repository")
    return dict(json.loads(CASES.read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def dataset() -> Callable[[str], Path]:
    """The path of a file of the published studies, whose licences forbid shipping them."""

    def path(name: str) -> Path:
        file = DATASETS / name
        if not file.exists():
            pytest.skip(f"datasets/{name} is not beside this repository")
        return file

    return path


@pytest.fixture(scope="session")
def rows(dataset: Callable[[str], Path]) -> Callable[[str], Rows]:
    """The rows of a published study's CSV file."""

    def read(name: str) -> Rows:
        with dataset(name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
