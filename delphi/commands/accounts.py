"""How commands make accounts: what is not given as an option is asked for, and a password is never an option."""

import argparse
import getpass
import sys
from email.headerregistry import Address
from typing import TYPE_CHECKING

from delphi.commands import CommandProblem

if TYPE_CHECKING:
    from sqlmodel import Session

    from surveys.models import Study, TaskForce


REFUSALS = {
    "password_too_short": "A password needs at least %(limit)s characters; 15 or more are better.",
    "password_too_long": "A password has at most %(limit)s characters.",
    "password_common": "This password is among the first that are tried: choose another.",
}


def add_account_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--email", metavar="ADDRESS", help="e-mail address of the account")
    parser.add_argument("--name", help="name of the person")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="the person's language (default en)")
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def answer(value: str | None, *, question: str, option: str, default: str | None = None) -> str:
    """The option's value, else what the user types; CommandProblem where nobody is there to ask."""
    if value is not None:
        return value
    if not sys.stdin.isatty():
        if default is not None:
            return default
        raise CommandProblem(f"{question} is missing: give it with {option}.")
    shown = f" [{default}]" if default else ""
    typed = input(f"{question}{shown}: ").strip()
    if typed or default is not None:
        return typed or default or ""
    raise CommandProblem(f"{question} is missing: give it with {option}.")


def mail_address(text: str) -> str:
    """The address in lower case; CommandProblem where it is none."""
    try:
        parsed = Address(addr_spec=text.strip())
    except (ValueError, IndexError) as problem:
        raise CommandProblem(f"{text!r} is not an e-mail address.") from problem
    if not parsed.username or not parsed.domain or any(not character.isprintable() for character in text):
        raise CommandProblem(f"{text!r} is not an e-mail address.")
    return parsed.addr_spec.lower()


def password_hash(arguments: argparse.Namespace) -> str:
    """The hash of the password typed (twice) or given on standard input; CommandProblem where it is too short."""
    from delphi.passwords import hash_password
    from surveys.errors import RuleViolation

    if arguments.password_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        typed = getpass.getpass("Password: ")
        if typed != getpass.getpass("Password again: "):
            raise CommandProblem("The two passwords are not the same: nothing was changed.")
    else:
        raise CommandProblem("The password is missing: pipe it in and add --password-stdin.")
    try:
        return hash_password(typed, about=(arguments.email or "", arguments.name or ""))
    except RuleViolation as problem:
        raise CommandProblem(REFUSALS[problem.code] % problem.params) from problem


def study_called(session: "Session", slug: str | None) -> "Study":
    """The study of that slug; the only one where no slug is given. CommandProblem names the ones there are."""
    from sqlmodel import select

    from surveys.models import Study

    studies = {study.slug: study for study in session.exec(select(Study).order_by(Study.slug)).all()}
    if slug is None and len(studies) == 1:
        return next(iter(studies.values()))
    if not studies:
        raise CommandProblem("There is no study yet: import a framework or ratings first.")
    known = ", ".join(studies)
    if slug is None:
        raise CommandProblem(f"There are several studies, say which one with --study: {known}.")
    if slug not in studies:
        raise CommandProblem(f"There is no study {slug!r}; known are: {known}.")
    return studies[slug]


def task_force_called(session: "Session", *, study: "Study", code: str) -> "TaskForce":
    """The task force of that code in the study; CommandProblem names the ones there are."""
    from sqlmodel import select

    from surveys.models import TaskForce

    found = {
        task_force.code: task_force
        for task_force in session.exec(
            select(TaskForce).where(TaskForce.study_id == study.id).order_by(TaskForce.code)
        ).all()
    }
    if code not in found:
        raise CommandProblem(f"There is no task force {code!r} in {study.slug}; known are: {', '.join(found)}.")
    return found[code]
