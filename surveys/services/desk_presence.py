"""Saying that somebody works at a desk."""

from datetime import datetime

from sqlmodel import Session

from surveys.models import DeskPresence
from surveys.rules.permissions import Actor


def note_presence(session: Session, *, actor: Actor, task_force_id: int, now: datetime) -> None:
    """Remember when this person was last at the desk."""
    if actor.person_id is not None:
        session.merge(DeskPresence(task_force_id=task_force_id, person_id=actor.person_id, seen_at=now))
