"""The worker's side of files: one is made at a time, written whole under `instance/`, thrown away after its time."""

import logging
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from delphi import clock
from delphi.config import Settings
from delphi.database import Database
from delphi.exports import Report, Wanted, make_file
from surveys.services.export_jobs import drop_old_jobs, fail_job, finish_job, lease_job, note_progress

log = logging.getLogger(__name__)


def file_of(settings: Settings, *, job_id: int) -> Path:
    """Where the file of a job lies; its name tells nothing about what is in it."""
    return settings.instance / "exports" / "background" / f"{job_id}.bin"


def make_next_file(database: Database, *, settings: Settings) -> bool:
    """Make the next file that waits. False where there is none."""
    with database.writing() as session:
        job = lease_job(session, now=clock.now())
    if job is None:
        return False
    job_id, study_id, wanted = job.id, job.study_id, job.wanted

    def report(done: int, of: int) -> None:
        with database.writing() as session:
            note_progress(session, job_id=job_id, n_done=done, n_steps=of)

    try:
        content = _made(database, study_id=study_id, wanted=wanted, report=report)
        _write_whole(file_of(settings, job_id=job_id), content)
        with database.writing() as session:
            finish_job(session, job_id=job_id, size=len(content), now=clock.now())
    except OperationalError:
        raise
    except Exception as problem:
        log.exception("file %s could not be made", job_id)
        with database.writing() as session:
            fail_job(session, job_id=job_id, problem=type(problem).__name__, now=clock.now())
    return True


def drop_old_files(database: Database, *, settings: Settings) -> None:
    """Files whose time is over, with their rows."""
    with database.writing() as session:
        over = drop_old_jobs(session, now=clock.now())
    for job_id in over:
        file_of(settings, job_id=job_id).unlink(missing_ok=True)


def _made(database: Database, *, study_id: int, wanted: dict[str, Any], report: Report) -> bytes:
    with database.reading() as session:
        return make_file(session, study_id=study_id, wanted=Wanted.from_json(wanted), now=clock.now(), report=report)


def _write_whole(target: Path, content: bytes) -> None:
    """The file appears whole or not at all, readable by nobody else."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished = target.with_suffix(".part")
    try:
        unfinished.touch(mode=0o600)
        unfinished.write_bytes(content)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
