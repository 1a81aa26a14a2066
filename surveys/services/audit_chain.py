"""The log as a chain: no entry can be changed, taken out, put in or moved without breaking every seal after it.

Entries are linked when their transaction commits, one transaction at a time, and nothing else is locked after that:
waiting for the chain can therefore not lock two transactions against each other. What a chain cannot show is that its
end was cut off; so its newest seal goes out with every archive and every check.

What happens inside a pilot or a rehearsal is logged, but stays outside the chain: it goes when the copy is discarded.
"""

import json
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from sqlalchemy import event, text
from sqlmodel import Session, col, select

from surveys.models import AuditEvent, Study, TaskForce
from surveys.rules.protocol import canonical_digest
from surveys.vocabulary import StudyKind

# The first of the two keys of an advisory lock; it only has to differ from other uses in the same database.
CHAIN_LOCK = text("SELECT pg_advisory_xact_lock(4712, 0)")
NEWEST = (
    select(AuditEvent.number, AuditEvent.seal)
    .where(col(AuditEvent.number).is_not(None))
    .order_by(col(AuditEvent.number).desc())
    .limit(1)
)
UNLINKED = "unlinked_audit_events"


class BreakKind(StrEnum):
    """How a chain can be broken."""

    UNLINKED = "unlinked"
    """An entry without a place in the chain: it was written past the log."""
    GAP = "gap"
    """A number is missing or there twice: an entry was taken out or put in."""
    CHANGED = "changed"
    """The seal is not that of the entry and the one before it."""


@dataclass(frozen=True, slots=True)
class ChainChecked:
    """How many entries were read; the newest seal, empty for an empty log; the first break, None for a whole chain."""

    n_entries: int
    newest_seal: str
    broken_at: int | None = None
    """The number the entry has or should have."""
    kind: BreakKind | None = None


def add_to_log(session: Session, entry: AuditEvent) -> None:
    """Add an entry; it is linked to the chain when the transaction commits."""
    session.add(entry)
    session.info.setdefault(UNLINKED, []).append(entry)


def seal_of(entry: AuditEvent, *, before: str) -> str:
    """SHA-256 (64 hexadecimal digits) of an entry as canonical JSON, with the seal `before` it."""
    content: dict[str, Any] = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "action": str(entry.action),
        "actor": entry.actor_id,
        "study": entry.study_id,
        "task_force": entry.task_force_id,
        "subject": entry.subject,
        # As the database gives it back: keys are texts, lists are lists.
        "details": json.loads(json.dumps(entry.details)),
        "before": before,
    }
    return canonical_digest(content)


def check_chain(session: Session) -> ChainChecked:
    """Read the whole log in order and recompute every seal. Errors: none."""
    before, n_entries = "", 0
    copies = set(
        session.exec(
            select(Study.id, TaskForce.id)
            .join(TaskForce, col(TaskForce.study_id) == Study.id)
            .where(Study.kind != StudyKind.STUDY)
        ).all()
    )
    studies, task_forces = {study for study, _ in copies}, {task_force for _, task_force in copies}
    entries = session.exec(select(AuditEvent).order_by(col(AuditEvent.number), col(AuditEvent.id)))
    unlinked = False
    for entry in entries.yield_per(1000):
        if entry.number is None:
            unlinked = unlinked or not (entry.task_force_id in task_forces or entry.study_id in studies)
            continue
        n_entries += 1
        if entry.number != n_entries:
            return ChainChecked(n_entries, before, broken_at=n_entries, kind=BreakKind.GAP)
        if entry.seal != seal_of(entry, before=before):
            return ChainChecked(n_entries, before, broken_at=n_entries, kind=BreakKind.CHANGED)
        before = entry.seal
    if unlinked:
        return ChainChecked(n_entries, before, broken_at=n_entries + 1, kind=BreakKind.UNLINKED)
    return ChainChecked(n_entries, before)


@event.listens_for(Session, "before_commit")
def _link(session: Session) -> None:
    with session.no_autoflush:
        entries = [one for one in session.info.pop(UNLINKED, []) if one in session and not _is_of_copy(session, one)]
    if not entries:
        return
    if session.get_bind().dialect.name == "postgresql":
        session.flush()
        session.connection().execute(CHAIN_LOCK)
    with session.no_autoflush:
        newest = session.exec(NEWEST).first()
    number, before = newest or (0, "")
    for entry in entries:
        number = (number or 0) + 1
        entry.number = number
        entry.seal = before = seal_of(entry, before=before)


def _is_of_copy(session: Session, entry: AuditEvent) -> bool:
    if entry.task_force_id is not None:
        task_force = session.get(TaskForce, entry.task_force_id)
        return task_force is not None and task_force.copy_of_id is not None
    study = session.get(Study, entry.study_id) if entry.study_id is not None else None
    return study is not None and study.kind is not StudyKind.STUDY


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(UNLINKED, None)
