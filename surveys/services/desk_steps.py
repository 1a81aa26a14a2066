"""The journal of the synthesis desk: every step with what stood before and after it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from surveys.models import DeskStep
from surveys.rules.permissions import Actor
from surveys.vocabulary import DeskStepKind


def note_step(
    session: Session,
    kind: DeskStepKind,
    *,
    task_force_id: int,
    subject_id: int,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> DeskStep:
    """Write down one step, so that `undo_step` can take it back."""
    step = DeskStep(
        task_force_id=task_force_id,
        kind=kind,
        subject_id=subject_id,
        before=before or {},
        after=after or {},
        actor_id=actor.person_id,
        made_at=now,
    )
    session.add(step)
    session.flush()
    return step
