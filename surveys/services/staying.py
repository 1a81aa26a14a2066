"""After the results: whether an expert stays in the task force for the implementation."""

from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import Outcome
from surveys.rules.permissions import Actor
from surveys.services.audit import record
from surveys.services.submissions import panellist_of
from surveys.vocabulary import AuditAction, ViolationCode


def reconfirm(session: Session, *, actor: Actor, task_force_id: int, stays_on: bool | None, now: datetime) -> None:
    """Store the answer; it can be changed, and the last one counts. Membership stays as it is.

    Raises
    ------
    RuleViolation
        `not_a_panellist`, `choice_missing` without an answer, `results_not_published` before there is a plan.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    if stays_on is None:
        raise RuleViolation(ViolationCode.CHOICE_MISSING)
    if session.exec(select(Outcome.id).where(Outcome.task_force_id == task_force_id).limit(1)).first() is None:
        raise RuleViolation(ViolationCode.RESULTS_NOT_PUBLISHED)
    if panellist.stays_on is stays_on:
        return
    panellist.stays_on, panellist.reconfirmed_at = stays_on, now
    session.add(panellist)
    record(session, AuditAction.MEMBERSHIP_RECONFIRMED, actor=actor, now=now, task_force_id=task_force_id)
    session.flush()
