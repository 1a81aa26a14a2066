"""Which backups are kept: one a day for a fortnight, and one a month as far back as the installation wants."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

NIGHTLY = 14
MONTHLY = 0
"""By default nothing is kept for months: what somebody had erased must be gone from backups within 35 days."""
LONGEST_DAYS = 35
_NAMED = re.compile(r"(?:delphi|before-migration)-(\d{8}-\d{6})\.(?:sqlite|pgdump)")


def made_at(backup: Path) -> datetime | None:
    """When a backup of the usual name was made; None for any other file, which is never touched."""
    named = _NAMED.fullmatch(backup.name)
    try:
        return datetime.strptime(named[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC) if named else None
    except ValueError:
        return None


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first."""
    dated = [(at, path) for path in folder.iterdir() if (at := made_at(path))] if folder.is_dir() else []
    return [path for _, path in sorted(dated, reverse=True)]


def outdated(backups: Iterable[Path], *, nightly: int, monthly: int, now: datetime) -> list[Path]:
    """The backups that go. Kept are: all of the last 24 hours, the newest of each of the last `nightly` days that have
    one, the first of each of the last `monthly` months that have one, and those before a migration for 35 days."""
    dated = sorted(((at, path) for path in backups if (at := made_at(path))), reverse=True)
    kept = {path for at, path in dated if now - at < timedelta(days=1)}
    kept |= {
        path
        for at, path in dated
        if path.name.startswith("before-migration") and now - at < timedelta(days=LONGEST_DAYS)
    }
    usual = [(at, path) for at, path in dated if not path.name.startswith("before-migration")]
    newest_of_day = {at.date(): path for at, path in reversed(usual)}
    first_of_month = {(at.year, at.month): path for at, path in usual}
    kept |= {newest_of_day[day] for day in sorted(newest_of_day, reverse=True)[:nightly]}
    kept |= {first_of_month[month] for month in sorted(first_of_month, reverse=True)[:monthly]}
    if not monthly:
        kept -= {path for at, path in dated[1:] if now - at >= timedelta(days=LONGEST_DAYS)}
    return [path for _, path in dated if path not in kept]


def rotate(folder: Path, *, nightly: int, monthly: int, now: datetime) -> list[Path]:
    """Remove the outdated backups of `folder` with their checksums; what was removed."""
    gone = outdated(backups_in(folder), nightly=nightly, monthly=monthly, now=now)
    for path in gone:
        path.unlink()
        path.with_name(f"{path.name}.json").unlink(missing_ok=True)
    return gone
