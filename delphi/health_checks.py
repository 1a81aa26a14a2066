"""The nine things that keep an installation well, each with its cause and the command that mends it."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from delphi import backups
from delphi.backups.rehearsal import last_rehearsal
from delphi.backups.rotation import backups_in, made_at
from delphi.config import Settings
from delphi.database import Database
from delphi.version import __version__
from surveys import migrations
from surveys.queries.operations import Running, running
from surveys.vocabulary import OutboxStatus

WORKER_IS_LATE = timedelta(seconds=60)
LEAST_FREE_SHARE = 0.10
LEAST_FREE_BYTES = 500_000_000
MAIL_IS_LATE = timedelta(minutes=15)
BACKUP_IS_OLD = timedelta(hours=36)
REHEARSAL_IS_OLD = timedelta(days=92)
CLOCK_MAY_DIFFER = timedelta(seconds=5)


class State(StrEnum):
    GOOD = "good"
    CARE = "care"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the health page. `command` is empty where nothing is to be done."""

    topic: str
    state: State
    cause: str
    command: str = ""


def all_checks(database: Database, *, settings: Settings, now: datetime) -> list[Check]:
    """Every check, also where the database is away."""
    checks = [_disk(settings), _version(database), _backups(settings, now=now), _rehearsal(settings, now=now)]
    checks.append(_https(settings))
    try:
        with database.reading() as session:
            found = running(session, now=now, alive_since=now - WORKER_IS_LATE)
            clock = _clock(session, found=found, is_sqlite=database.is_sqlite, now=now)
    except SQLAlchemyError as problem:
        cause = str(getattr(problem, "orig", problem)).strip().splitlines()[0]
        return [Check(gettext("Database"), State.BAD, cause, "systemctl status postgresql"), *checks]
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    good = Check(gettext("Database"), State.GOOD, gettext("%(kind)s answers.", kind=kind))
    return [good, *checks, clock, _worker(found, now=now), _mail(found, settings=settings, now=now)]


def _disk(settings: Settings) -> Check:
    usage = shutil.disk_usage(settings.instance if settings.instance.exists() else settings.instance.parent)
    free, share = usage.free, usage.free / usage.total
    is_low = free < LEAST_FREE_BYTES or share < LEAST_FREE_SHARE
    cause = gettext(
        "%(free)s MB are free, %(share)s %% of the disk.", free=f"{free // 1_000_000:,}", share=round(share * 100)
    )
    command = "python -m delphi backup --nightly 7; df -h" if is_low else ""
    return Check(gettext("Disk"), State.BAD if is_low else State.GOOD, cause, command)


def _version(database: Database) -> Check:
    topic = gettext("Version")
    try:
        current = migrations.is_current(database.engine)
    except SQLAlchemyError:
        current = False
    if current:
        return Check(topic, State.GOOD, gettext("%(version)s, and its schema.", version=__version__))
    cause = gettext("%(version)s, but the database has another schema.", version=__version__)
    return Check(topic, State.BAD, cause, "python -m delphi migrate")


def _backups(settings: Settings, *, now: datetime) -> Check:
    topic, command = gettext("Backup"), "python -m delphi backup"
    found = backups_in(settings.instance / "backups")
    at = made_at(found[0]) if found else None
    if at is None:
        return Check(topic, State.BAD, gettext("There is no backup yet."), command)
    cause = gettext("The newest is of %(at)s; there are %(count)s.", at=f"{at:%Y-%m-%d %H:%M} UTC", count=len(found))
    is_old = now - at > BACKUP_IS_OLD
    return Check(topic, State.BAD if is_old else State.GOOD, cause, command if is_old else "")


def _rehearsal(settings: Settings, *, now: datetime) -> Check:
    topic, command = gettext("Rehearsal of a restore"), "python -m delphi restore --rehearse"
    done = last_rehearsal(settings)
    if done is None:
        return Check(topic, State.CARE, gettext("A restore was never rehearsed."), command)
    at = datetime.fromisoformat(done.at)
    day = f"{at:%Y-%m-%d}"
    if done.problems:
        cause = gettext("On %(day)s the restored copy was not what was backed up.", day=day)
        return Check(topic, State.BAD, cause, command)
    cause = gettext("Last rehearsed on %(day)s, in %(seconds)s s.", day=day, seconds=done.seconds)
    is_old = now - at > REHEARSAL_IS_OLD
    return Check(topic, State.CARE if is_old else State.GOOD, cause, command if is_old else "")


def _https(settings: Settings) -> Check:
    if settings.uses_https:
        return Check("HTTPS", State.GOOD, gettext("People use an address with https."))
    cause = gettext("People use an address without https: passwords and links can be read on the way.")
    return Check("HTTPS", State.BAD, cause, "DELPHI_BASE_URL=https://...")


def _clock(session: Session, *, found: Running, is_sqlite: bool, now: datetime) -> Check:
    """The clock against the database's and against the latest time already written."""
    topic, command = gettext("Clock"), "timedatectl set-ntp true"
    theirs: datetime | None = None if is_sqlite else session.execute(select(func.now())).scalar_one()
    if theirs is not None and abs(theirs - now) > CLOCK_MAY_DIFFER:
        cause = gettext("The clocks of this machine and of the database differ by more than 5 seconds.")
        return Check(topic, State.BAD, cause, command)
    marks = [mark for mark in (found.newest_mark_at, found.beaten_at) if mark is not None]
    if marks and max(marks) - now > CLOCK_MAY_DIFFER:
        cause = gettext("The log has entries of later than now: the clock was set back.")
        return Check(topic, State.BAD, cause, command)
    return Check(topic, State.GOOD, f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _worker(found: Running, *, now: datetime) -> Check:
    topic, command = gettext("Worker"), "systemctl restart 'delphi-worker@*'"
    if found.beaten_at is None:
        return Check(topic, State.BAD, gettext("No worker has ever run: no mail leaves."), command)
    age = round((now - found.beaten_at).total_seconds())
    cause = gettext(
        "%(count)s at work; the last sign of life is %(seconds)s s old.", count=found.n_workers, seconds=age
    )
    is_late = now - found.beaten_at > WORKER_IS_LATE
    return Check(topic, State.BAD if is_late else State.GOOD, cause, command if is_late else "")


def _mail(found: Running, *, settings: Settings, now: datetime) -> Check:
    topic = gettext("Mail")
    if backups.is_mail_held(settings):
        cause = gettext("This is a restored copy: it sends no mail until it is released.")
        return Check(topic, State.CARE, cause, "python -m delphi worker --release-mail")
    n_queued, n_failed = found.mails[OutboxStatus.QUEUED], found.mails[OutboxStatus.FAILED]
    if not settings.smtp_url:
        cause = gettext("No mail server is set: %(count)s mails wait in the outbox.", count=n_queued)
        return Check(topic, State.CARE, cause, "DELPHI_SMTP_URL=smtp://USER:PASSWORD@HOST:587")
    if found.oldest_due_at is not None and now - found.oldest_due_at > MAIL_IS_LATE:
        cause = gettext("Mails waiting: %(count)s, one of them for more than 15 minutes.", count=n_queued)
        return Check(topic, State.BAD, cause, "python -m delphi mail")
    cause = gettext("%(queued)s wait, %(failed)s could not be delivered.", queued=n_queued, failed=n_failed)
    return Check(topic, State.CARE if n_failed else State.GOOD, cause, "")
