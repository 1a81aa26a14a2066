"""How long the products of the finished demo take, and how much memory: every file of 162 activities, the plan first.

Run `python -m benchmarks.products` in the root of the repository; `--both` puts both languages into each file. Aims:
all files together within 10 s, the plan as PDF within 3 s.
"""

import os
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from delphi.config import load_settings
from delphi.database import Database
from delphi.demo.build import build_demo
from delphi.demo.stages import DemoStage
from delphi.exports import BOTH, FORMATS_OF, Wanted, What, make_file
from delphi.exports.wanted import SINGLE
from surveys import migrations

KEY = "a-key-for-benchmarks-only-" + "k" * 20
ALL_SECONDS, PLAN_SECONDS = 10.0, 3.0


def main() -> int:
    in_both = "--both" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DELPHI_INSTANCE": folder, "DELPHI_SECRET_KEY": KEY}
        settings = load_settings(instance=Path(folder), secret_key=KEY)
        database = Database(settings.effective_database_url, identity_key=KEY)
        migrations.upgrade(database.engine)
        now = datetime.now(UTC)
        build_demo(database, stage=DemoStage.PLAN, seed=1, secret_key=KEY, now=now)
        before = _megabytes()
        total, plan, busy = 0.0, 0.0, time.process_time()
        for what, formats in FORMATS_OF.items():
            for format in formats:
                wanted = Wanted(what, format, BOTH if in_both and what not in SINGLE else "fr")
                started = time.perf_counter()
                with database.reading() as session:
                    content = make_file(session, study_id=1, wanted=wanted, now=now)
                taken = time.perf_counter() - started
                total += taken
                if (what, format) == (What.PLAN, "pdf"):
                    plan = taken
                sys.stdout.write(f"{what.value:12} {format:12} {taken:6.2f} s {len(content) / 1000:9.0f} kB\n")
        busy = time.process_time() - busy
        database.engine.dispose()
    aims = f"aims {ALL_SECONDS:.0f} s and {PLAN_SECONDS:.0f} s"
    sys.stdout.write(f"all files {total:.2f} s ({busy:.2f} s of processor), plan as PDF {plan:.2f} s ({aims})\n")
    sys.stdout.write(f"memory at most {_megabytes():.0f} MB, {_megabytes() - before:.0f} MB of it for the files\n")
    return 0 if total <= ALL_SECONDS and plan <= PLAN_SECONDS else 1


def _megabytes() -> float:
    """The most memory this process has held, in MB (Linux counts in kB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    sys.exit(main())
