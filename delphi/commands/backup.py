"""`backup`: a whole copy of the database while it is in use."""

import argparse
from pathlib import Path

DESCRIPTION = (
    "Copy the database while it is in use, and write its checksum beside it (PATH.json). SQLite is copied through its "
    "backup interface; PostgreSQL through pg_dump. In instance/backups/ "
    "older copies are removed: one a day stays for 14 days, and with --monthly one a month as well."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="file to write (default: instance/backups/ with the time)"
    )
    parser.add_argument(
        "--nightly", type=_count, default=14, metavar="N", help="days of which a copy stays (default 14)"
    )
    parser.add_argument(
        "--monthly", type=_count, default=0, metavar="N",
        help="months of which a copy stays (default 0: what people had erased is gone from all copies after 35 days)",
    )  # fmt: skip


def _count(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return number


def run(arguments: argparse.Namespace) -> int:
    from delphi import backups, clock
    from delphi.backups.rotation import rotate
    from delphi.config import load_settings

    settings, now = load_settings(), clock.now()
    made = backups.make(settings, target=arguments.path, now=now)
    print(f"{made.path} ({made.manifest.size} bytes, SHA-256 {made.manifest.sha256})")
    if arguments.path is None:
        removed = rotate(made.path.parent, nightly=arguments.nightly, monthly=arguments.monthly, now=now)
        if removed:
            print(f"Removed {len(removed)} older backups.")
    return 0
