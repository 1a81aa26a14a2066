"""`export`: what a study found, as a file."""

import argparse
from pathlib import Path

WHAT = ("activities", "data", "ratings", "plan", "factors", "drawings", "published", "definitions")
FORMATS = ("csv", "xlsx", "json", "pdf", "docx", "zip", "schema.json")
DESCRIPTION = (
    "Write a file from frozen results: `activities` is the ranked list of activities, obstacles and success factors of "
    "every task force that has published; `data` every figure of every closed round (with the ratings under codes of "
    "experts in XLSX and JSON); `ratings` the ratings alone (CSV); `plan` the implementation plan and `factors` its "
    "obstacles and success factors (PDF, DOCX); `drawings` the charts (ZIP); `published` what the interface for "
    "programs gives (JSON, with its schema); `definitions` what every word and figure means (CSV)."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=WHAT, help="what to write")
    parser.add_argument("--format", choices=FORMATS, help="form of the file (default: the first that it comes in)")
    parser.add_argument("--language", choices=("en", "fr", "en-fr"), default="en", help="language (default en)")
    parser.add_argument(
        "--chapters", choices=("facility", "goal"), default="facility", help="chapters of the plan (default facility)"
    )
    parser.add_argument("--semicolon", action="store_true", help="CSV with semicolons, as French spreadsheets expect")
    parser.add_argument("--no-mark", action="store_true", help="CSV without the mark by which Excel knows UTF-8")
    parser.add_argument("--no-ratings", action="store_true", help="data without single ratings")
    parser.add_argument("--output", type=Path, metavar="PATH", help="file to write (default: in instance/exports/)")
    parser.add_argument("--study", metavar="SLUG", help="study to export (default: the only one)")


def run(arguments: argparse.Namespace) -> int:
    from delphi import clock
    from delphi.commands import CommandProblem
    from delphi.commands.accounts import study_called
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from delphi.exports import FORMATS_OF, Wanted, What, make_file
    from delphi.plan.chapters import Chapters

    what = What(arguments.what)
    try:
        wanted = Wanted(
            what=what,
            format=arguments.format or FORMATS_OF[what][0],
            language=arguments.language,
            chapters=Chapters(arguments.chapters),
            separator=";" if arguments.semicolon else ",",
            mark=not arguments.no_mark,
            with_ratings=not arguments.no_ratings,
        )
    except ValueError as problem:
        raise CommandProblem(f"{problem}.") from problem
    settings = load_settings()
    database = open_database(settings)
    with database.reading() as session:
        study = study_called(session, arguments.study)
        content = make_file(session, study_id=study.id, wanted=wanted, now=clock.now())
        name = wanted.file_name(study=study.slug)
    database.engine.dispose()
    target = arguments.output or settings.instance / "exports" / name
    _write_whole(target, content)
    print(f"{target} ({len(content)} bytes)")
    return 0


def _write_whole(target: Path, content: bytes) -> None:
    """The file appears whole or not at all."""
    from delphi.commands import CommandProblem

    unfinished = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(target)
    except OSError as problem:
        raise CommandProblem(f"{target} cannot be written: {problem.strerror or problem}") from problem
    finally:
        unfinished.unlink(missing_ok=True)
