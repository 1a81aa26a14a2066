"""`verify`: whether every published figure still follows from the answers that were frozen."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveys.services.audit_chain import ChainChecked
    from surveys.services.verification import Difference

DESCRIPTION = (
    "Recompute every frozen result from the frozen answers, and compare: with the digest that sealed it, with the "
    "stored figures, and with the answers in the closed round; and check that no entry of the log was changed. With "
    "BUNDLE: the same for a sealed archive, without a database; the first difference is named. Exit code 1 when "
    "anything differs."
)
SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "bundle", nargs="?", type=Path, metavar="BUNDLE", help="a sealed archive (.zip) to check instead"
    )
    parser.add_argument("--seal", metavar="HEX", default="", help="the seal the archive must have, as it was published")
    parser.add_argument("--study", metavar="SLUG", help="only this study (default: all)")
    parser.add_argument("--all", action="store_true", help=f"name every difference, not only the first {SHOWN}")


def run(arguments: argparse.Namespace) -> int:
    if arguments.bundle is not None:
        return check_bundle(arguments.bundle, seal=arguments.seal)
    from delphi.commands.accounts import study_called
    from delphi.commands.storage import open_database
    from delphi.config import load_settings
    from surveys.services.audit_chain import check_chain
    from surveys.services.verification import verify

    database = open_database(load_settings())
    with database.reading() as session:
        study_id = study_called(session, arguments.study).id if arguments.study else None
        verified = verify(session, study_id=study_id)
        chain = check_chain(session)
    database.engine.dispose()
    shown = verified.differences if arguments.all else verified.differences[:SHOWN]
    for difference in shown:
        print(sentence(difference))
    if len(shown) < len(verified.differences):
        print(f"... and {len(verified.differences) - len(shown)} more (--all names them).")
    print(
        f"Checked {verified.n_snapshots} snapshots, {verified.n_answers} answers, {verified.n_figures} results: "
        + (f"{len(verified.differences)} differences." if verified.differences else "everything fits.")
    )
    print(sentence_of_chain(chain))
    return 1 if verified.differences or chain.kind else 0


def sentence_of_chain(chain: "ChainChecked") -> str:
    """One readable sentence about the log."""
    from surveys.services.audit_chain import BreakKind

    match chain.kind:
        case None if not chain.n_entries:
            return "The log is empty."
        case None:
            return f"The log's {chain.n_entries} entries are as they were written; newest seal {chain.newest_seal}."
        case BreakKind.CHANGED:
            return f"The log was changed: entry {chain.broken_at} does not fit its seal."
        case BreakKind.GAP:
            return f"The log was changed: entry {chain.broken_at} is missing or is not in its place."
        case BreakKind.UNLINKED:
            return "The log was changed: there is an entry that was never linked to the others."


def check_bundle(path: Path, *, seal: str) -> int:
    """Recompute a sealed archive; nothing but the file is read."""
    from delphi.archive.checking import check
    from delphi.archive.layout import Damaged

    try:
        checked = check(path.read_bytes(), seal=seal.strip().lower())
    except Damaged as damage:
        print(f"DIFFERENT: {damage}")
        return 1
    print(
        f"Checked {checked.n_rounds} rounds, {checked.n_answers} answers, {checked.n_figures} figures: everything fits."
    )
    if checked.n_not_repeatable:
        print(f"{checked.n_not_repeatable} simulated figures were made by an earlier version and cannot be repeated.")
    print(f"Seal: {checked.seal}" + ("" if seal else " (compare it with the one that was published)"))
    return 0


def sentence(difference: "Difference") -> str:
    """One readable sentence about one difference."""
    from surveys.services.verification import DifferenceKind

    found = difference
    place = f"{found.task_force} round {found.round_number} (snapshot {found.snapshot_number})"
    cell = f"{place}, {found.statement}, {found.criterion}"
    match found.kind:
        case DifferenceKind.SEAL:
            return (
                f"{place}: what is frozen was changed; its digest is {found.expected[:16]}..., sealed was "
                f"{found.stored[:16]}..."
            )
        case DifferenceKind.LOG:
            return f"{place}: the seal {found.stored[:16]}... is not the one in the log, {found.expected[:16]}..."
        case DifferenceKind.ANSWER:
            return (
                f"{cell}: the answer of panellist {found.panellist_id} now reads {found.stored}, frozen was "
                f"{found.expected}."
            )
        case DifferenceKind.FIGURE:
            return f"{cell}: {found.figure} is stored as {found.stored}, the frozen answers give {found.expected}."
        case DifferenceKind.MISSING_RESULT:
            return f"{cell}: the stored result is missing."
        case DifferenceKind.EXTRA_RESULT:
            return f"{cell}: there is a stored result for something that was not asked."
