"""Sealing: only when no round is open; the bundle is stored with its checksum, and its seal goes into the log."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import ArchiveBundle, ArchiveFile, Round, TaskForce
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.vocabulary import AuditAction, RoundStatus, ViolationCode


def ensure_sealable(session: Session, *, study_id: int) -> None:
    """Refuse while a round is open, or before the first one was closed.

    Raises
    ------
    RuleViolation
        `panels_open` with the codes of the task forces, `nothing_closed`.
    """
    rounds = session.exec(
        select(TaskForce.code, Round.status)
        .join(Round, col(Round.task_force_id) == TaskForce.id)
        .where(TaskForce.study_id == study_id)
        .order_by(col(TaskForce.code))
    ).all()
    open_now = [code for code, status in rounds if status is RoundStatus.OPEN]
    if open_now:
        raise RuleViolation(ViolationCode.PANELS_OPEN, codes=", ".join(open_now))
    if not any(status is RoundStatus.CLOSED for _, status in rounds):
        raise RuleViolation(ViolationCode.NOTHING_CLOSED)


def next_number(session: Session, *, study_id: int) -> int:
    numbers = session.exec(select(ArchiveBundle.number).where(ArchiveBundle.study_id == study_id)).all()
    return max(numbers, default=0) + 1


def keep_origin(session: Session, *, bundle: ArchiveBundle, content: bytes) -> None:
    """Keep the bundle that a study was restored from, as it was sealed: what only it holds stays within reach."""
    session.add(bundle)
    session.flush()
    session.add(ArchiveFile(bundle_id=bundle.id, content=content))
    session.flush()


def store_bundle(
    session: Session, *, actor: Actor | None, bundle: ArchiveBundle, content: bytes, now: datetime
) -> ArchiveBundle:
    """Keep a sealed bundle; earlier ones stay.

    Raises the violations of `ensure_sealable`.
    """
    ensure_sealable(session, study_id=bundle.study_id)
    bundle.sealed_at, bundle.sealed_by = now, None if actor is None else actor.person_id
    session.add(bundle)
    session.flush()
    session.add(ArchiveFile(bundle_id=bundle.id, content=content))
    record(
        session,
        AuditAction.ARCHIVE_SEALED,
        actor=actor,
        now=now,
        study_id=bundle.study_id,
        subject=f"archive:{bundle.id}",
        number=bundle.number,
        seal=bundle.seal,
        checksum=bundle.checksum,
    )
    session.flush()
    return bundle
