"""The log: one readable row for each action of a person, linked into a chain."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from surveys.models import AuditEvent
from surveys.rules.permissions import Actor
from surveys.services.audit_chain import add_to_log
from surveys.vocabulary import REPLACES_A_VALUE, Audience, AuditAction


def record(
    session: Session,
    action: AuditAction,
    *,
    actor: Actor | None,
    now: datetime,
    study_id: int | None = None,
    task_force_id: int | None = None,
    subject: str = "",
    **details: Any,
) -> None:
    """Write one audit event. An expert's name is left out: the log must not tie a name to an answer.

    An action that replaces a value says what was there and what is there now; without both it is an error of the
    program, and nothing is changed.
    """
    if action in REPLACES_A_VALUE and not ({"before", "after"} <= details.keys() or {"old", "new"} <= details.keys()):
        raise ValueError(f"{action} is logged without what was there before and after")
    names_actor = actor is not None and actor.audience is not Audience.EXPERT
    add_to_log(
        session,
        AuditEvent(
            at=now,
            action=action,
            actor_id=actor.person_id if actor is not None and names_actor else None,
            study_id=study_id,
            task_force_id=task_force_id,
            subject=subject,
            details=details,
        ),
    )
