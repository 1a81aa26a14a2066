"""Files made in the background: asked for, leased by a worker, finished, thrown away when their time is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, or_, select

from surveys.errors import NotFound
from surveys.models import ExportJob
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, JobStatus

LEASE = timedelta(minutes=10)
KEPT = timedelta(days=2)
"""How long a finished file lies there."""


def ask_for_file(
    session: Session, *, actor: Actor, study_id: int, wanted: dict[str, Any], file_name: str, now: datetime
) -> ExportJob:
    """Queue a file; asked for twice while it still waits, it is made once."""
    if actor.person_id is None:
        raise NotFound("person")
    waiting = session.exec(
        select(ExportJob).where(
            ExportJob.study_id == study_id,
            ExportJob.person_id == actor.person_id,
            ExportJob.status == JobStatus.QUEUED,
            ExportJob.file_name == file_name,
        )
    ).all()
    for job in waiting:
        if job.wanted == wanted:
            return job
    job = ExportJob(study_id=study_id, person_id=actor.person_id, wanted=wanted, file_name=file_name, created_at=now)
    session.add(job)
    session.flush()
    record(
        session,
        AuditAction.EXPORT_REQUESTED,
        actor=actor,
        now=now,
        study_id=study_id,
        subject=f"export:{job.id}",
        file=file_name,
    )
    return job


def own_job(session: Session, *, actor: Actor, study_id: int, job_id: int, now: datetime) -> ExportJob:
    """A file of this person. NotFound where it is somebody else's, of another study, or over."""
    job = session.get(ExportJob, job_id)
    if job is None or (job.study_id, job.person_id) != (study_id, actor.person_id) or _is_over(job, now=now):
        raise NotFound(f"export {job_id}")
    return job


def own_jobs(session: Session, *, actor: Actor, study_id: int, now: datetime) -> list[ExportJob]:
    """Files of this person that are not over, newest first."""
    jobs = session.exec(
        select(ExportJob)
        .where(ExportJob.study_id == study_id, ExportJob.person_id == actor.person_id)
        .order_by(col(ExportJob.id).desc())
    ).all()
    return [job for job in jobs if not _is_over(job, now=now)]


def lease_job(session: Session, *, now: datetime) -> ExportJob | None:
    """The next file to make, leased to the caller; one whose worker crashed is taken over."""
    job = session.exec(
        select(ExportJob)
        .where(
            or_(
                col(ExportJob.status) == JobStatus.QUEUED,
                (col(ExportJob.status) == JobStatus.RUNNING) & (col(ExportJob.leased_until) <= now),
            )
        )
        .order_by(col(ExportJob.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if job is None:
        return None
    job.status, job.leased_until = JobStatus.RUNNING, now + LEASE
    session.add(job)
    session.flush()
    return job


def note_progress(session: Session, *, job_id: int, n_done: int, n_steps: int) -> None:
    job = session.get_one(ExportJob, job_id)
    job.n_done, job.n_steps = n_done, max(n_steps, 1)
    session.add(job)


def finish_job(session: Session, *, job_id: int, size: int, now: datetime) -> None:
    job = session.get_one(ExportJob, job_id)
    job.status, job.size, job.finished_at, job.expires_at = JobStatus.DONE, size, now, now + KEPT
    job.n_done, job.leased_until = job.n_steps, None
    session.add(job)


def fail_job(session: Session, *, job_id: int, problem: str, now: datetime) -> None:
    job = session.get_one(ExportJob, job_id)
    job.status, job.problem, job.finished_at, job.expires_at = JobStatus.FAILED, problem[:500], now, now + KEPT
    job.leased_until = None
    session.add(job)


def drop_old_jobs(session: Session, *, now: datetime) -> Sequence[int]:
    """Remove the rows of files whose time is over; returns their ids, so that the files can go too."""
    over = [job for job in session.exec(select(ExportJob)).all() if _is_over(job, now=now)]
    for job in over:
        session.delete(job)
    session.flush()
    return [job.id for job in over]


def _is_over(job: ExportJob, *, now: datetime) -> bool:
    return job.expires_at is not None and job.expires_at <= now
