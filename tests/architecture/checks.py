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
    found = []
    for path in python_files(root):
        if path == root / "delphi" / "clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in TIME_CALLS
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in ("datetime", "date", "time")
            ):
                found.append(f"{path.relative_to(root)}:{node.lineno}")
    return found


def raw_html(root: Path) -> list[str]:
    """Places that switch escaping off: `|safe` in templates, `Markup(` of anything but a literal in code."""
    found = []
    for path in templates(root):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if re.search(r"\|\s*safe\b|autoescape", line):
                found.append(f"{path.relative_to(root)}:{number}")
    for path in python_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Markup":
                if node.args and isinstance(node.args[0], ast.Constant):
                    continue
                found.append(f"{path.relative_to(root)}:{node.lineno}")
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
    found = []
    for path in python_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name == "text" and isinstance(node.func, ast.Name) and not isinstance(node.args[0], ast.Constant):
                found.append(f"{path.relative_to(root)}:{node.lineno}")
    return found
