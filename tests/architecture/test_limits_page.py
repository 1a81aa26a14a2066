"""docs/limits.md tells the truth: each value is that of the code, each sentence is said, each test exists."""

import re
from datetime import timedelta
from functools import cache
from pkgutil import resolve_name

import pytest

from delphi.config import ROOT

ROW = re.compile(
    r"^\| (?P<bound>[^|]+) \| (?P<value>\d+) \| `(?P<name>[\w.]+)` \| (?P<said>[^|]+) \| `(?P<test>\w+)` \|$", re.M
)
ROWS = [match.groupdict() for match in ROW.finditer((ROOT / "docs" / "limits.md").read_text(encoding="utf-8"))]


@cache
def sources(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob("*.py")))


def value_in_code(name: str) -> int:
    """Of a constant, or of a field of one; durations in seconds."""
    parts = name.split(".")
    module = next(".".join(parts[:end]) for end in range(1, len(parts)) if parts[end].isupper())
    found = resolve_name(f"{module}:{name.removeprefix(module + '.')}")
    return int(found.total_seconds()) if isinstance(found, timedelta) else found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"].rpartition(".")[2])
def test_a_limit_is_as_the_page_says(row: dict[str, str]) -> None:
    assert value_in_code(row["name"]) == int(row["value"])
    assert f"def {row['test']}(" in sources("tests")
    said = row["said"].partition(" (")[0]
    assert said == "–" or said in re.sub(r'"\s+"', "", sources("delphi") + sources("surveys"))


def test_every_row_is_read_and_every_limit_of_files_and_tries_is_on_the_page() -> None:
    lines = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8").splitlines()
    assert len(ROWS) == sum(line.startswith("| ") for line in lines) - sum(line.startswith("| Bound") for line in lines)
    listed = {row["name"] for row in ROWS}
    for module in ("surveys.tabular_files", "surveys.rules.texts", "surveys.services.proof_limits"):
        names = re.findall(r"^([A-Z_]+) = [\dL]", (ROOT / f"{module.replace('.', '/')}.py").read_text(), re.M)
        missing = {name for name in names if not any(one.startswith(f"{module}.{name}") for one in listed)}
        assert missing <= {"DRAFT_LIMIT"}, module
