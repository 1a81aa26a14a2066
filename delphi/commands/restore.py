"""`restore`: a backup in place of the database; it sends no mail until somebody says so."""

import argparse
from pathlib import Path

DESCRIPTION = (
    "Put a backup in place of the database. Refused where the checksum is wrong, where the backup was made by a newer "
    "version, or where the database holds data (unless --force, which backs that up first). The restored copy sends "
    "no mail until `python -m delphi worker --release-mail`. Stop the server before."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help="backup to restore; PATH.json must lie beside it")
    parser.add_argument("--force", action="store_true", help="replace a database that holds data")


def run(arguments: argparse.Namespace) -> int:
    from delphi import backups, clock
    from delphi.config import load_settings

    restored = backups.restore(load_settings(), source=arguments.path, force=arguments.force, now=clock.now())
    if restored.saved is not None:
        print(f"What was there before: {restored.saved}")
    print(f"Restored {arguments.path} of {restored.manifest.made_at}: {restored.manifest.rows_in_words()}.")
    print("No mail is sent from this copy until you run: python -m delphi worker --release-mail")
    return 0
