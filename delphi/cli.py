"""The command line: one module a command, and one sentence instead of a traceback for everything foreseeable."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

PROBLEM = 2
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Command:
    """A command's name, what it does, and the module with its `add_arguments(parser)` and `run(arguments)`.

    These modules import what they work with inside `run`, so that every command starts fast and `analyse` runs
    without web framework and database.
    """

    name: str
    summary: str
    module: str


COMMANDS = (
    Command("init", "set an installation up: settings, database, first account", "delphi.commands.init"),
    Command("demo", "fill a database with the demo study and serve it on this machine", "delphi.commands.demo"),
    Command("run", "serve the application", "delphi.commands.run"),
    Command("worker", "send the mails that wait in the outbox", "delphi.commands.worker"),
    Command("mail", "say how mail is set up, and send a test mail", "delphi.commands.mail"),
    Command("account", "make a staff account, or give one a new role or password", "delphi.commands.account"),
    Command("migrate", "bring the database to this version's schema, after a backup", "delphi.commands.migrate"),
    Command("import", "read a framework, a panel or ratings from a file", "delphi.commands.import_"),
    Command("analyse", "consensus statistics of a rating file, without a database", "delphi.analyse"),
    Command("export", "write the activity list or a study's data to a file", "delphi.commands.export"),
    Command("backup", "copy the database while it is in use, with a checksum", "delphi.commands.backup"),
    Command("restore", "put a backup in place of the database", "delphi.commands.restore"),
    Command("verify", "recompute every frozen result and name what differs", "delphi.commands.verify"),
)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; every command and option has a help text."""
    parser = argparse.ArgumentParser(
        prog="python -m delphi",
        description="Multi-round expert consultations: from ideas to ranked activities, with consensus you can check.",
        epilog="Settings come from instance/config.toml, then from DELPHI_* variables such as DELPHI_DATABASE_URL. "
        "Each command explains itself: python -m delphi COMMAND --help",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        module = import_module(command.module)
        sentence = f"{command.summary[0].upper()}{command.summary[1:]}."
        own = commands.add_parser(
            command.name, help=command.summary, description=getattr(module, "DESCRIPTION", sentence)
        )
        module.add_arguments(own)
        own.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code: 0 done, 1 `verify` found a difference, 2 it could not be done."""
    arguments = build_parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as problem:
        sentence = sentence_about(problem)
        if sentence is None:
            raise
        sys.stderr.write(f"{sentence}\n")
        return PROBLEM


def sentence_about(problem: Exception) -> str | None:
    """What to tell the user about a foreseeable problem; None for a mistake of ours, which keeps its traceback."""
    from delphi.commands import CommandProblem
    from delphi.config import ConfigurationProblem
    from surveys.errors import RuleViolation
    from surveys.file_problems import FileProblem

    if isinstance(problem, ConfigurationProblem | CommandProblem | FileProblem):
        return str(problem)
    if isinstance(problem, RuleViolation):
        from delphi.sentences import violation_sentence

        return violation_sentence(problem)
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename} cannot be used: {problem.strerror}."
    if type(problem).__module__.startswith("sqlalchemy."):
        from sqlalchemy.exc import OperationalError

        if isinstance(problem, OperationalError):
            return f"The database did not answer: {str(problem.orig).strip().splitlines()[0]}"
    return None
