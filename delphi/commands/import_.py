"""`import framework|panel|ratings`: what comes from files into the database, whole or not at all."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.types import Scale
    from surveys.rating_study import ConsensusOptions

DESCRIPTION = (
    "Read a file into the database. A file is read whole or not at all; a problem is named with file, line, column and "
    "value. Administrators become secretariat of a study made this way."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="kind", metavar="framework|panel|ratings", required=True)
    framework = kinds.add_parser(
        "framework",
        help="a new study from goals and objectives (TOML or JSON)",
        description="Make a study with one task force an objective. delphi/demo/framework.toml shows the form.",
    )
    framework.add_argument("file", metavar="FILE", type=Path, help="framework as TOML or JSON")
    framework.add_argument("--name", help="name of the study (default: that of --texts, else the file's name)")
    framework.add_argument(
        "--texts", metavar="FILE", type=Path,
        help="the study's own name, purpose, consent, scales and glossary (default: the scales and consent of "
        "delphi/demo/study.toml)",
    )  # fmt: skip
    framework.set_defaults(read=_framework)
    panel = kinds.add_parser(
        "panel",
        help="people of a study (CSV or XLSX: name, email, language, college, region, task_forces, role)",
        description="Add experts and staff to a study. Nobody is written to: opening a round does that. The same file "
        "twice adds nothing.",
    )
    panel.add_argument("file", metavar="FILE", type=Path, help="panel as CSV or XLSX")
    panel.add_argument("--study", metavar="SLUG", help="study they belong to (default: the only one)")
    panel.set_defaults(read=_panel)
    ratings = kinds.add_parser(
        "ratings",
        help="a study of closed rounds from ratings collected elsewhere (CSV or XLSX)",
        description="Make a study of closed rounds from a long or wide rating file; its results are frozen like those "
        "of any other round. `analyse --help` describes the file.",
    )
    ratings.add_argument("file", metavar="FILE", type=Path, help="ratings as CSV or XLSX, long or wide")
    ratings.add_argument("--name", required=True, help="name of the study")
    ratings.add_argument("--scale", default="1-9", metavar="L-U", help="rating scale (default 1-9)")
    ratings.add_argument("--agree-from", type=int, metavar="N", help="lowest rating that counts as agreement")
    ratings.add_argument("--agreement", metavar="SHARE", help="share that must agree: 75%% or 3/4 (default 75%%)")
    ratings.add_argument("--iqr", type=float, metavar="WIDTH", help="widest interquartile range that is consensus")
    ratings.set_defaults(read=_ratings)


def run(arguments: argparse.Namespace) -> int:
    arguments.read(arguments)
    return 0


def _framework(arguments: argparse.Namespace) -> None:
    from dataclasses import replace

    from delphi import clock
    from delphi.commands.storage import open_database
    from delphi.config import ROOT, load_settings
    from delphi.sentences import FINDINGS
    from surveys.localized import LocalizedText
    from surveys.rating_study import said_alike, slug_of
    from surveys.services.framework_import import import_framework
    from surveys.services.staff import give_study_to_administrators
    from surveys.study_files import read_framework, read_study_texts

    framework = read_framework(arguments.file)
    if arguments.texts is None:
        usual = read_study_texts(ROOT / "delphi" / "demo" / "study.toml")
        texts = replace(usual, name=said_alike(arguments.file.stem), purpose=LocalizedText())
    else:
        texts = read_study_texts(arguments.texts)
    if arguments.name:
        texts = replace(texts, name=said_alike(arguments.name))
    slug = slug_of(texts.name.in_language("en"))
    database = open_database(load_settings())
    with database.writing() as session:
        made = import_framework(session, framework=framework, texts=texts, slug=slug, actor=None, now=clock.now())
        give_study_to_administrators(session, study_id=made.study_id)
    database.engine.dispose()
    for finding in made.findings:
        print("Please look at", str(FINDINGS[finding.code]) % {"where": finding.where, "details": finding.details})
    print(f"Study {slug}: {made.n_objectives} objectives, each with its task force.")


def _panel(arguments: argparse.Namespace) -> None:
    from delphi import clock
    from delphi.commands.accounts import study_called
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from surveys.panel_files import read_panel
    from surveys.services.panel_import import import_panel

    panel = read_panel(arguments.file)
    database = open_database(load_settings())
    with database.writing() as session:
        study = study_called(session, arguments.study)
        added = import_panel(session, study_id=study.id, panel=panel, actor=None, now=clock.now())
    database.engine.dispose()
    print(
        f"Study {study.slug}: {added.n_people} people, {added.n_panellists} seats, {added.n_staff_roles} staff roles."
    )


def _ratings(arguments: argparse.Namespace) -> None:
    from delphi import clock
    from delphi.commands import CommandProblem
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from surveys.rating_study import read_ratings_to_import, slug_of
    from surveys.services.ratings_import import import_ratings
    from surveys.services.staff import give_study_to_administrators

    table = read_ratings_to_import(arguments.file, scale=_scale(arguments.scale))
    database = open_database(load_settings())
    try:
        with database.writing() as session:
            made = import_ratings(
                session, table=table, name=arguments.name, options=_options(arguments), actor=None, now=clock.now()
            )
            give_study_to_administrators(session, study_id=made.study_id)
    except ValueError as problem:
        raise CommandProblem(f"The rule of consensus cannot be used: {problem}") from problem
    finally:
        database.engine.dispose()
    for notice in made.notices:
        print(f"Note: {notice}")
    rounds = ", ".join(str(number) for number in made.round_numbers)
    print(
        f"Study {slug_of(arguments.name)}: {made.n_panellists} panellists, {made.n_statements} statements, "
        f"{made.n_answers} answers, round {rounds}, closed and frozen."
    )


def _scale(text: str) -> "Scale":
    import re

    from analysis.types import Scale
    from delphi.commands import CommandProblem

    match = re.fullmatch(r"(-?[0-9]{1,4})-(-?[0-9]{1,4})", text.strip())
    if match is None or not int(match.group(1)) < int(match.group(2)):
        raise CommandProblem(f"--scale {text!r} is not a range such as 1-9.")
    return Scale(int(match.group(1)), int(match.group(2)))


def _options(arguments: argparse.Namespace) -> "ConsensusOptions":
    from fractions import Fraction

    from delphi.commands import CommandProblem
    from surveys.rating_study import ConsensusOptions

    agreement = None
    if arguments.agreement is not None:
        text = arguments.agreement.strip()
        try:
            share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except (ValueError, ZeroDivisionError) as problem:
            raise CommandProblem(f"--agreement {text!r} is not a share such as 75% or 3/4.") from problem
        agreement = str(share)
    return ConsensusOptions(agree_from=arguments.agree_from, agreement=agreement, iqr=arguments.iqr)
