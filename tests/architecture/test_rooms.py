"""The shape of the code: room sizes, names, the clock, escaping. Each check is also shown to find a fault."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import checks

Check = Callable[[Path], list[str]]

FAULTS: list[tuple[Check, str, str]] = [
    (checks.rooms_too_large, "delphi/long.py", '"""Long."""\n' + "x = 1\n" * 300),
    (checks.vague_names, "surveys/utils.py", '"""Vague."""\n'),
    (checks.modules_without_docstring, "analysis/silent.py", "x = 1\n"),
    (checks.clock_readings, "surveys/timed.py", '"""Reads."""\nfrom datetime import datetime\nx = datetime.now()\n'),
    (checks.raw_html, "templates/raw.html", "{{ comment | safe }}"),
    (checks.raw_html, "delphi/raw.py", '"""Raw."""\nfrom markupsafe import Markup\ndef f(x):\n    return Markup(x)\n'),
    (checks.inline_code, "templates/inline.html", "<p style='x'>".replace("'", '"')),
    (checks.inline_code, "templates/script.html", "<script>alert(1)</script>"),
    (checks.inline_code, "templates/other.html", '<img src="//elsewhere.example/pixel.png">'),
    (
        checks.text_built_sql,
        "surveys/sql.py",
        '"""SQL."""\nfrom sqlalchemy import text\ndef f(x):\n    return text(x)\n',
    ),
]


@pytest.mark.parametrize("check", sorted({check for check, _, _ in FAULTS}, key=lambda check: check.__name__))
def test_tree_has_no_fault(check: Check) -> None:
    assert check(checks.ROOT) == []


@pytest.mark.parametrize(("check", "name", "content"), FAULTS, ids=[f"{c.__name__}-{n}" for c, n, _ in FAULTS])
def test_check_finds_its_fault(check: Check, name: str, content: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    assert [finding.split(":")[0] for finding in check(tmp_path)] == [name]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_import_rules_hold() -> None:
    result = lint_imports(checks.ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("analysis/types.py", "import sqlmodel"),
        ("surveys/rules/texts.py", "import flask"),
        ("surveys/rules/texts.py", "import surveys.models"),
        ("surveys/models/round.py", "import surveys.services.rounds"),
        ("delphi/expert/__init__.py", "import delphi.facilitator"),
        ("analysis/types.py", "import surveys.errors"),
    ],
)
def test_import_rules_find_a_forbidden_import(module: str, line: str, tmp_path: Path) -> None:
    copy = tmp_path / "tree"
    copy.mkdir()
    for package in checks.PACKAGES:
        subprocess.run(["cp", "-r", str(checks.ROOT / package), str(copy)], check=True)
    (copy / "pyproject.toml").write_bytes((checks.ROOT / "pyproject.toml").read_bytes())
    path = copy / module
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "BROKEN" in result.stdout


def test_requirements_hold_hashes_and_no_address() -> None:
    for path in (checks.ROOT / "requirements").glob("*.txt"):
        content = path.read_text(encoding="utf-8")
        assert "://" not in content, path.name
        pinned = [line for line in content.splitlines() if "==" in line]
        assert pinned
        assert content.count("--hash=sha256:") >= len(pinned)
