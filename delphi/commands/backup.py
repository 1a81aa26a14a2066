"""`backup`: a whole copy of the database while it is in use."""

import argparse
from pathlib import Path

DESCRIPTION = (
    "Copy the database while it is in use, and write its checksum beside it (PATH.json). SQLite is copied through its "
    "backup interface; PostgreSQL through pg_dump."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="file to write (default: instance/backups/ with the time)"
    )


def run(arguments: argparse.Namespace) -> int:
    from delphi import backups, clock
    from delphi.config import load_settings

    made = backups.make(load_settings(), target=arguments.path, now=clock.now())
    print(f"{made.path} ({made.manifest.size} bytes, SHA-256 {made.manifest.sha256})")
    return 0
