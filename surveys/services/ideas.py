"""Taking ideas in a round of open questions: saved by the field they were typed in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import Idea, Submission
from surveys.rules.answers import IdeaAnswer
from surveys.rules.permissions import Actor
from surveys.rules.texts import IDEA_LIMIT, clean_text
from surveys.services.submissions import ensure_consent, hold_round_open, panellist_of, touch_submission
from surveys.vocabulary import RoundKind, ViolationCode


def save_ideas(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    ideas: Sequence[IdeaAnswer],
    language: str,
    now: datetime,
) -> Submission:
    """Store the ideas of one page by their slots; an emptied slot takes its idea (and what hangs on it) back.

    Raises the violations of `save_ratings`, and `kind_mismatch` where an idea hangs on one of the wrong kind.
    """
    round_ = hold_round_open(session, round_id=round_id, now=now)
    panellist = panellist_of(session, actor=actor, task_force_id=round_.task_force_id)
    ensure_consent(panellist)
    if round_.kind is not RoundKind.IDEAS:
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)
    texts = {idea.slot: clean_text(idea.text, limit=IDEA_LIMIT) for idea in ideas}
    submission = touch_submission(session, round_id=round_id, panellist_id=panellist.id, now=now)
    stored = {
        idea.slot: idea
        for idea in session.exec(select(Idea).where(Idea.round_id == round_id, Idea.panellist_id == panellist.id)).all()
    }
    for answer in ideas:
        text = texts[answer.slot]
        existing = stored.get(answer.slot)
        if existing is not None and existing.kind is not answer.kind:
            raise RuleViolation(ViolationCode.KIND_MISMATCH)
        if existing is None and text:
            existing = Idea(
                round_id=round_id,
                panellist_id=panellist.id,
                slot=answer.slot,
                kind=answer.kind,
                text=text,
                language=language,
                saved_at=now,
            )
            stored[answer.slot] = existing
            session.add(existing)
        elif existing is not None and text and existing.text != text:
            existing.text, existing.language, existing.saved_at = text, language, now
    session.flush()
    _link_ideas(ideas, stored=stored, texts=texts)
    emptied = {answer.slot for answer in ideas if not texts[answer.slot]}
    gone = [idea for slot, idea in stored.items() if slot in emptied]
    for idea in stored.values():
        if idea.parent_id in {lost.id for lost in gone}:
            idea.parent_id = None
    session.flush()
    for idea in gone:
        session.delete(idea)
    session.flush()
    return submission


def _link_ideas(ideas: Sequence[IdeaAnswer], *, stored: dict[str, Idea], texts: dict[str, str]) -> None:
    for answer in ideas:
        idea = stored.get(answer.slot)
        if idea is None or not texts[answer.slot]:
            continue
        parent = stored.get(answer.parent_slot) if answer.parent_slot else None
        if parent is not None and parent.kind is not answer.kind.parent_kind:
            raise RuleViolation(ViolationCode.KIND_MISMATCH)
        idea.parent_id = parent.id if parent is not None and texts.get(answer.parent_slot or "", parent.text) else None
