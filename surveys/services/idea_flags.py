"""My point is missing or distorted: an expert says so of an idea, the facilitator answers with a text they read."""

from datetime import datetime

from sqlmodel import Session, col, select

from surveys.errors import RuleViolation
from surveys.models import Idea, IdeaFlag, Round
from surveys.rules.permissions import Actor
from surveys.rules.texts import COMMENT_LIMIT, require_text
from surveys.services.audit import record
from surveys.services.submissions import panellist_of
from surveys.vocabulary import AuditAction, RoundStatus, ViolationCode


def flag_idea(
    session: Session, *, actor: Actor, task_force_id: int, idea_id: int, text: str, now: datetime
) -> IdeaFlag:
    """Say of one's own idea of a closed round what is missing or distorted. Said again before an answer, it replaces.

    Raises
    ------
    RuleViolation
        `not_a_panellist` for somebody else's idea, `text_empty`, `text_too_long`.
    """
    panellist = panellist_of(session, actor=actor, task_force_id=task_force_id)
    words = require_text(text, limit=COMMENT_LIMIT)
    idea = session.exec(
        select(Idea)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(Idea.id == idea_id, Idea.panellist_id == panellist.id, Round.status == RoundStatus.CLOSED)
        .with_for_update(of=Idea)
    ).first()
    if idea is None:
        raise RuleViolation(ViolationCode.NOT_A_PANELLIST)
    flag = session.exec(
        select(IdeaFlag).where(IdeaFlag.idea_id == idea_id, col(IdeaFlag.resolved_at).is_(None))
    ).first()
    if flag is not None and flag.text == words:
        return flag
    flag = flag or IdeaFlag(idea_id=idea_id, text=words, created_at=now)
    flag.text, flag.created_at = words, now
    session.add(flag)
    session.flush()
    record(
        session,
        AuditAction.IDEA_FLAGGED,
        actor=actor,
        now=now,
        task_force_id=task_force_id,
        subject=f"idea:{idea_id}",
    )
    return flag


def answer_flag(
    session: Session, *, actor: Actor, task_force_id: int, flag_id: int, resolution: str, now: datetime
) -> None:
    """Answer a remark; the expert reads the answer beside their idea.

    Raises
    ------
    RuleViolation
        `flag_settled` where it was answered or is not of this task force, `text_empty`, `text_too_long`.
    """
    words = require_text(resolution, limit=COMMENT_LIMIT)
    flag = session.exec(
        select(IdeaFlag)
        .join(Idea, col(Idea.id) == IdeaFlag.idea_id)
        .join(Round, col(Round.id) == Idea.round_id)
        .where(IdeaFlag.id == flag_id, Round.task_force_id == task_force_id)
        .with_for_update(of=IdeaFlag)
    ).first()
    if flag is None or flag.resolved_at is not None:
        raise RuleViolation(ViolationCode.FLAG_SETTLED)
    flag.resolved_at, flag.resolution = now, words
    session.add(flag)
    record(
        session,
        AuditAction.IDEA_FLAG_ANSWERED,
        actor=actor,
        now=now,
        task_force_id=task_force_id,
        subject=f"idea:{flag.idea_id}",
        resolution=words,
    )
    session.flush()
