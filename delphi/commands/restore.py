"""`restore`: a backup in place of the database, or the study of a sealed archive into it. Neither sends mail."""

import argparse
from pathlib import Path

DESCRIPTION = (
    "Put a backup in place of the database. Refused where the checksum is wrong, where the backup was made by a newer "
    "version, or where the database holds data (unless --force, which backs that up first). The restored copy sends "
    "no mail until `python -m delphi worker --release-mail`. Stop the server before. A sealed archive (.zip) becomes a "
    "study to read beside what is there: rounds closed, people under codes, figures computed again and compared."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", type=Path, metavar="PATH", help="backup (PATH.json must lie beside it), or archive .zip"
    )
    parser.add_argument("--seal", metavar="HEX", default="", help="the seal the archive must have, as it was published")
    parser.add_argument(
        "--rehearse",
        action="store_true",
        help="only try: restore PATH (default: the newest backup) into a temporary place, count, verify, note the date",
    )
    parser.add_argument("--force", action="store_true", help="replace a database that holds data")


def run(arguments: argparse.Namespace) -> int:
    if arguments.rehearse:
        return rehearse(arguments.path)
    if arguments.path is None:
        from delphi.commands import CommandProblem

        raise CommandProblem("Say which backup or archive to restore: python -m delphi restore PATH")
    if arguments.path.suffix == ".zip":
        return restore_archive(arguments.path, seal=arguments.seal)
    from delphi import backups, clock
    from delphi.config import load_settings

    restored = backups.restore(load_settings(), source=arguments.path, force=arguments.force, now=clock.now())
    if restored.saved is not None:
        print(f"What was there before: {restored.saved}")
    print(f"Restored {arguments.path} of {restored.manifest.made_at}: {restored.manifest.rows_in_words()}.")
    print("No mail is sent from this copy until you run: python -m delphi worker --release-mail")
    return 0


def rehearse(path: Path | None) -> int:
    """Exit code 1 where the restored copy is not what was backed up."""
    from delphi import clock
    from delphi.backups import rehearsal as backup_rehearsal
    from delphi.config import load_settings

    done = backup_rehearsal.rehearse(load_settings(), source=path, now=clock.now())
    print(f"Rehearsed {done.backup} of {done.made_at} in {done.seconds} s: {done.rows}.")
    print(f"Recomputed {done.n_snapshots} snapshots with {done.n_answers} answers.")
    for problem in done.problems:
        print(f"DIFFERENT: {problem}")
    if not done.problems:
        print("The backup can be restored. Nothing of the installation was changed.")
    return 1 if done.problems else 0


def restore_archive(path: Path, *, seal: str) -> int:
    """The study of a bundle as a study to read; everything or nothing of it is stored."""
    from delphi import clock
    from delphi.archive.layout import Damaged
    from delphi.archive.restoring import restore_bundle
    from delphi.commands import CommandProblem
    from delphi.commands.storage import open_database
    from delphi.config import load_settings

    database = open_database(load_settings())
    try:
        with database.writing() as session:
            restored = restore_bundle(session, content=path.read_bytes(), seal=seal.strip().lower(), now=clock.now())
    except Damaged as damage:
        raise CommandProblem(f"{path} was not restored: {damage}.") from damage
    finally:
        database.engine.dispose()
    print(
        f"Restored the study {restored.slug}: {restored.n_rounds} closed rounds, {restored.n_answers} answers; "
        f"{restored.n_figures} figures computed again, every one as in the archive."
    )
    print("The archive itself is kept with it: receipts, log and closings that were reopened are in there alone.")
    print("To read the study, give somebody its secretariat:")
    print(f"  python -m delphi account --email ADDRESS --role secretariat --study {restored.slug}")
    return 0
