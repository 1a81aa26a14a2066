"""The structural rules of the code as functions from a folder to findings, so that each can be shown to go red."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("delphi", "surveys", "analysis")
MAX_LINES = 300
VAGUE_NAMES = {"utils", "helpers", "misc", "manager", "common"}
TIME_CALLS = {"now", "utcnow", "today", "time"}


def python_files(root: Path) -> Iterator[Path]:
    """Every module of the three packages, without generated migrations."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            if "versions" not in path.parts:
                yield path


def templates(root: Path) -> Iterator[Path]:
    yield from sorted((root / "templates").rglob("*.html"))


def calls(root: Path, *, names: set[str]) -> Iterator[tuple[Path, ast.Call]]:
    """Calls of functions with these names. Modules without such a word need no parsing."""
    word = re.compile(rf"\b({'|'.join(sorted(names))})\b")
    for path in python_files(root):
        source = path.read_text(encoding="utf-8")
        if not word.search(source):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in names:
                yield path, node


def rooms_too_large(root: Path) -> list[str]:
    """Modules over the ceiling."""
    return [
        f"{path.relative_to(root)}: {lines} lines"
        for path in python_files(root)
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    ]


def vague_names(root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in python_files(root) if path.stem in VAGUE_NAMES]


def modules_without_docstring(root: Path) -> list[str]:
    return [
        str(path.relative_to(root))
        for path in python_files(root)
        if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]


def clock_readings(root: Path) -> list[str]:
    """Calls that read the time outside `delphi/clock.py`."""
    return [
        f"{path.relative_to(root)}:{call.lineno}"
        for path, call in calls(root, names=TIME_CALLS)
        if path != root / "delphi" / "clock.py"
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("datetime", "date", "time")
    ]


def raw_html(root: Path) -> list[str]:
    """Places that switch escaping off: `|safe` in templates, `Markup(` of anything but a literal in code."""
    found = []
    for path in templates(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(r"\|\s*safe\b|autoescape", line):
                found.append(f"{path.relative_to(root)}:{number}")
    for path, call in calls(root, names={"Markup"}):
        if isinstance(call.func, ast.Name) and not (call.args and isinstance(call.args[0], ast.Constant)):
            found.append(f"{path.relative_to(root)}:{call.lineno}")
    return found


def inline_code(root: Path) -> list[str]:
    """Inline scripts and styles, which the content security policy forbids, and addresses of other sites."""
    pattern = re.compile(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"|(?:src|href)=\"(?:https?:)?//")
    return [
        f"{path.relative_to(root)}:{number}"
        for path in templates(root)
        if "mail" not in path.relative_to(root / "templates").parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def text_built_sql(root: Path) -> list[str]:
    """`text(...)` of anything but a literal: SQL that could carry what somebody typed."""
    return [
        f"{path.relative_to(root)}:{call.lineno}"
        for path, call in calls(root, names={"text"})
        if isinstance(call.func, ast.Name) and call.args and not isinstance(call.args[0], ast.Constant)
    ]
