"""`export activities|data|ratings`: what a study found, as a file."""

import argparse
from pathlib import Path

WHAT = ("activities", "data", "ratings")
FORMATS = ("csv", "xlsx", "json")
DESCRIPTION = (
    "Write a file from frozen results: `activities` is the ranked list of activities, obstacles and success factors of "
    "every task force that has published; `data` every figure of every closed round (with the ratings under codes of "
    "experts in XLSX and JSON); `ratings` the ratings alone (CSV)."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=WHAT, help="what to write")
    parser.add_argument("--format", choices=FORMATS, default="csv", help="form of the file (default csv)")
    parser.add_argument("--language", choices=("en", "fr"), default="en", help="language of the file (default en)")
    parser.add_argument("--output", type=Path, metavar="PATH", help="file to write (default: in instance/exports/)")
    parser.add_argument("--study", metavar="SLUG", help="study to export (default: the only one)")


def run(arguments: argparse.Namespace) -> int:
    from delphi.commands import CommandProblem
    from delphi.commands.accounts import study_called
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from delphi.exports import export_activities, export_data, export_ratings, file_name

    if arguments.what == "ratings" and arguments.format != "csv":
        raise CommandProblem("Ratings alone are written as CSV; `export data` has them in XLSX and JSON.")
    settings = load_settings()
    database = open_database(settings)
    with database.reading() as session:
        study = study_called(session, arguments.study)
        chosen = {"study_id": study.id, "language": arguments.language}
        match arguments.what:
            case "activities":
                content = export_activities(session, format=arguments.format, **chosen)
            case "data":
                content = export_data(session, format=arguments.format, **chosen)
            case _:
                content = export_ratings(session, **chosen)
        name = file_name(arguments.what, study=study.slug, format=arguments.format, language=arguments.language)
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
