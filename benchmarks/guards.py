"""Whether the tests notice: each guard is taken out of a copy of the tree, once, and tests that should see it are run.

`python -m benchmarks.guards` in the root of the repository, with what `make test` installs; words on the command line
choose guards by their name. What is copied is the last commit. Aim: red for each. Prints the table of docs/security.md.
"""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 600
NAMED = 3


@dataclass(frozen=True, slots=True)
class Guard:
    """`old` in `file` becomes `new`, and what else belongs to it; `tests`: the narrow choice that should turn red."""

    name: str
    how: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    further: tuple[tuple[str, str, str], ...] = ()
    """More changes, each a file, what is there and what is there instead."""


GUARDS = (
    Guard(
        "Close lock, PostgreSQL",
        "nobody takes the lock of the round, nor that of its row",
        "surveys/services/round_locks.py",
        'if connection.dialect.name == "postgresql":',
        "if False:",
        ("tests/surveys/test_close_race.py", "-k", "postgresql"),
        further=(("surveys/services/seats.py", "    .with_for_update(read=True, of=Round)\n", ""),),
    ),
    Guard(
        "Close lock, SQLite",
        "transactions begin without the write lock, and writers do not queue",
        "delphi/database.py",
        'self._begin_with = "BEGIN IMMEDIATE"',
        'self._begin_with = "BEGIN"',
        ("tests/surveys/test_close_race.py", "-k", "sqlite"),
        further=(("delphi/database.py", "threading.Lock() if self.is_sqlite else nullcontext()", "nullcontext()"),),
    ),
    Guard(
        "Late answers",
        "a closed round takes answers",
        "surveys/services/seats.py",
        "    ensure_answerable(status=status,",
        "    dict(status=status,",
        ("tests/surveys/test_close_race.py", "tests/delphi/expert/test_rating.py", "-k", "not postgresql"),
    ),
    Guard(
        "CSRF",
        "the check of the token is not installed",
        "delphi/security.py",
        "    csrf.init_app(app)\n",
        '    app.jinja_env.globals["csrf_token"] = lambda: "x"\n',
        ("tests/architecture/test_csrf.py",),
    ),
    Guard(
        "Group size",
        "figures are shown from one answer on",
        "surveys/rules/anonymity.py",
        "    if n >= min_group_size:\n",
        "    if n >= 1:\n",
        ("tests/surveys/test_feedback.py", "tests/delphi/expert/test_results.py"),
    ),
    Guard(
        "Group size, colleges",
        "each college's figures are shown, whatever is left beside them",
        "surveys/rules/anonymity.py",
        "    while shown:\n",
        "    while False:\n        shown = []\n    return tuple(sizes)\n    while shown:\n",
        ("tests/surveys/test_findings.py",),
    ),
    Guard(
        "Reading over, texts",
        "a text that nobody has read over, or that is withheld, counts as shared",
        "surveys/rules/questions/reading.py",
        "    if decision is None or decision.review is CommentReview.WAITING:\n",
        '    text = LocalizedText({language: str(answer["text"])})\n'
        "    if decision is None or decision.review is not CommentReview.SHARED:\n"
        "        return Reading(CommentReview.SHARED, text)\n"
        "    if decision.review is CommentReview.WAITING:\n",
        (
            "tests/surveys/questions/test_reading_over.py",
            "tests/delphi/facilitator/test_written_answers.py",
            "tests/delphi/facilitator/test_questions.py",
            "tests/delphi/archive/test_bundle.py",
            "-k",
            "not postgresql",
        ),
    ),
    Guard(
        "`synchronous=FULL`",
        "NORMAL in its place",
        "delphi/database.py",
        '"synchronous=FULL"',
        '"synchronous=NORMAL"',
        ("tests/delphi/test_power_cut.py", "tests/delphi/test_cli.py"),
    ),
    Guard(
        "One permission",
        "every facilitator runs every task force",
        "surveys/rules/permissions.py",
        "    Permission.FACILITATE: _facilitates,\n",
        "    Permission.FACILITATE: lambda actor, subject: bool(actor.facilitates),\n",
        ("tests/architecture/test_doors.py",),
    ),
    Guard(
        "Default deny",
        "a view without a mark is open",
        "delphi/security.py",
        "    if permission is None:\n        abort(403)\n",
        "    if permission is None:\n        return None\n",
        ("tests/architecture/test_doors.py",),
    ),
    Guard(
        "Codes open once",
        "a code of the app is taken again",
        "surveys/services/second_factor.py",
        "step > found.last_step",
        "step >= 0",
        ("tests/delphi/account/test_signing_in.py", "-k", "not postgresql"),
    ),
    Guard(
        "Passkey answers open once",
        "an answer counts however often it comes",
        "surveys/services/second_factor.py",
        ".where(col(Passkey.id) == passkey_id, unused_since)",
        ".where(col(Passkey.id) == passkey_id)",
        ("tests/delphi/account/test_passkeys.py", "-k", "not postgresql"),
    ),
    Guard(
        "Chain of the log",
        "seals are not compared",
        "surveys/services/audit_chain.py",
        "if entry.seal != seal_of(entry, before=before):",
        "if False:",
        ("tests/surveys/test_audit_chain.py", "-k", "not postgresql"),
    ),
)


def main() -> int:
    wanted = [word.lower() for word in sys.argv[1:]]
    chosen = [guard for guard in GUARDS if not wanted or any(word in guard.name.lower() for word in wanted)]
    print("| Guard | How it was taken out | What went red |\n|---|---|---|")
    blind = 0
    for guard in chosen:
        with tempfile.TemporaryDirectory(prefix="delphi-guard-") as folder:
            red = red_without(guard, tree=Path(folder))
        blind += not red
        print(f"| {guard.name} | {guard.how} | {said(red)} |", flush=True)
    return 1 if blind else 0


def red_without(guard: Guard, *, tree: Path) -> list[str]:
    """The tests that fail in a copy of the tree without the guard."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    (tree / ".venv").symlink_to(ROOT / ".venv")
    for file, old, new in ((guard.file, guard.old, guard.new), *guard.further):
        path = tree / file
        text = path.read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise SystemExit(f"{guard.name}: {file} does not hold the guard once; mend this benchmark")
        path.write_text(text.replace(old, new), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=no", "-rfE", *guard.tests],
        cwd=tree,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise SystemExit(f"{guard.name}: the tests did not run\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, flags=re.MULTILINE)


def said(red: list[str]) -> str:
    """How many tests, and the first few by name."""
    if not red:
        return "**nothing**"
    names = list(dict.fromkeys(re.sub(r"\[.*", "", one) for one in red))
    rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(red)}: " + ", ".join(f"`{name}`" for name in names[:NAMED]) + rest


if __name__ == "__main__":
    sys.exit(main())
