"""What can be wrong in a guide, as functions from its text to findings, so that each can be shown to go red."""

import argparse
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from delphi.cli import build_parser
from tests.architecture.checks import PACKAGES, ROOT

LINK = re.compile(r"\]\(([^)\s]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"python3? -m delphi ([a-z]+)([^`\n|#]*)")
TREE_PATH = re.compile(rf"({'|'.join(PACKAGES)}|templates|tests)(/[\w.-]+)*/?")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
LEAST_LETTERS = 3
"""A message needs as many of its own: "%(label)s:" would match anything."""


def guides() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str) -> set[str]:
    """The anchors of a page's headings, made as GitHub makes them."""
    titles = re.findall(r"^#+ (.+?)\s*$", without_code(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def dead_links(text: str, *, folder: Path) -> list[str]:
    """Relative links to a file or a heading that is not there."""
    found = []
    for link in LINK.findall(without_code(text)):
        if re.match(r"[a-z]+:", link):
            continue
        address, _, anchor = link.partition("#")
        target = folder / address
        if address and not target.exists():
            found.append(link)
            continue
        linked = target.read_text(encoding="utf-8") if address and anchor else text
        if anchor and anchor not in headings(linked):
            found.append(link)
    return found


def unknown_commands(text: str) -> list[str]:
    """`python -m delphi` with a command or an option that the command line does not have."""
    known = commands()
    found = []
    for name, rest in COMMAND.findall(text):
        options = known.get(name)
        if options is None:
            found.append(name)
        else:
            found += [f"{name} {option}" for option in re.findall(r"--[a-z-]+", rest) if option not in options]
    return found


@cache
def commands() -> dict[str, frozenset[str]]:
    """Each command with its options, those of its own commands included."""
    return {name: frozenset(_options(parser)) for name, parser in _below(build_parser())}


def _below(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
    for _, inner in _below(parser):
        yield from _options(inner)


def unknown_labels(text: str, *, known: Iterable[str]) -> list[str]:
    """What is written in bold and is on no page; a placeholder of a message stands for one word."""
    bold = {" ".join(label.replace("\u00a0", " ").split()) for label in BOLD.findall(without_code(text))}
    said = [_pattern(message) for message in known if _letters(message) >= LEAST_LETTERS]
    return sorted(label for label in bold if not any(pattern.fullmatch(label) for pattern in said))


def _letters(message: str) -> int:
    return sum(character.isalpha() for character in PLACEHOLDER.sub("", message))


def _pattern(message: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(message.replace("\u00a0", " "))
    return re.compile(r"[\w.-]+".join(re.escape(part) for part in parts))


def unknown_names(text: str) -> list[str]:
    """Code spans that look like a path or a function, `surveys/errors.py` or `close_round()`, and name nothing."""
    found = []
    for span in CODE_SPAN.findall(without_code(text)):
        if TREE_PATH.fullmatch(span) and not (ROOT / span).exists():
            found.append(span)
        if re.fullmatch(r"\w+\(\)", span) and span.removesuffix("()") not in defined_names():
            found.append(span)
    return found


@cache
def defined_names() -> frozenset[str]:
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return frozenset(
        name for path in files for name in re.findall(r"^\s*def (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    )
