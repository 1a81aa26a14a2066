"""The body of `analyse FILE`: read, analyse, render, and only then write."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from delphi.analyse.document import as_document, as_json
from delphi.analyse.findings import Findings, find
from delphi.analyse.options import OptionProblem, Options, read_options
from delphi.analyse.sheet import as_csv, as_xlsx
from delphi.analyse.text import as_text
from surveys.file_problems import FileProblem, one_line
from surveys.rating_cells import FINE_FROM_POINTS
from surveys.rating_files import read_ratings

USAGE_ERROR = 2


def analyse_file(arguments: argparse.Namespace) -> int:
    """Print or write the analysis of the file. Returns 0, or 2 after one line on stderr and nothing written."""
    try:
        options = read_options(arguments)
        _refuse_own_input(options)
        table = read_ratings(
            options.file,
            scale=options.scale,
            dont_know=options.dont_know,
            rounds_fractions=options.scale.points >= FINE_FROM_POINTS,
        )
        rendered = _render(find(table, options))
        for notice in table.notices:
            sys.stderr.write(f"note: {one_line(notice, limit=200)}\n")
        _deliver(rendered, options.output)
    except (FileProblem, OptionProblem) as problem:
        sys.stderr.write(f"{problem}\n")
        return USAGE_ERROR
    return 0


def _refuse_own_input(options: Options) -> None:
    output = options.output
    if output is not None and output.exists() and options.file.exists() and output.samefile(options.file):
        raise OptionProblem(f"--output {output}: is the file to be analysed; choose another name")


def _render(findings: Findings) -> bytes:
    match findings.options.format:
        case "json":
            return as_json(as_document(findings)).encode()
        case "csv":
            return as_csv(findings).encode()
        case "xlsx":
            return as_xlsx(findings)
        case _:
            return as_text(findings).encode()


def _deliver(rendered: bytes, output: Path | None) -> None:
    """To the screen, or to a file that appears whole or not at all."""
    if output is None:
        _print(rendered)
        return
    try:
        _write_whole(rendered, output)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise OptionProblem(f"--output {one_line(str(output), limit=200)}: cannot be written ({reason})") from None


def _print(rendered: bytes) -> None:
    """As UTF-8 whatever the terminal says; a reader that stops early, such as `head`, is no mistake."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(rendered)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python flushes once more at exit and would complain there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_whole(rendered: bytes, output: Path) -> None:
    target = output.resolve()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(rendered)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp makes files private; give what the user's umask would have given.
        mask = os.umask(0)
        os.umask(mask)
        unfinished.chmod(0o666 & ~mask)
        unfinished.replace(target)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
