"""Taking ideas in a round of open questions: saved by the field they were typed in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from surveys.errors import RuleViolation
from surveys.models import Idea
from surveys.rules.answers import IdeaAnswer
from surveys.rules.permissions import Actor
from surveys.rules.texts import IDEA_LIMIT, clean_text
from surveys.services.field_writes import drop_drafts, keep_replaced_texts, note_page
from surveys.services.seats import Seat, take_seat, touch_seat
from surveys.vocabulary import RoundKind, ViolationCode


def save_ideas(
    session: Session,
    *,
    actor: Actor,
    round_id: int,
    ideas: Sequence[IdeaAnswer],
    language: str,
    now: datetime,
    client: str = "",
    sequence: int = 0,
    fields: Sequence[str] = (),
) -> None:
    """Store the ideas of one page by their slots; an emptied slot takes its idea (and what hangs on it) back.

    `client` names the opened page that sends them, `sequence` its last change; drafts of its `fields` are dropped.
    Raises the violations of `save_ratings`, and `kind_mismatch` where an idea hangs on one of the wrong kind.
    """
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    ensure_asks_ideas(seat)
    touch_seat(session, seat=seat, now=now)
    store_ideas(session, seat=seat, ideas=ideas, language=language, client=client, now=now)
    drop_drafts(session, seat=seat, fields=fields)
    if client:
        note_page(session, seat=seat, client=client, sequence=sequence, now=now)


def ensure_asks_ideas(seat: Seat) -> None:
    if seat.round_kind is not RoundKind.IDEAS:
        raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT)


def stored_ideas(session: Session, *, seat: Seat) -> dict[str, Idea]:
    """The panellist's ideas of this round by their slots."""
    found = session.exec(select(Idea).where(Idea.round_id == seat.round_id, Idea.panellist_id == seat.panellist_id))
    return {idea.slot: idea for idea in found.all()}


def store_ideas(
    session: Session, *, seat: Seat, ideas: Sequence[IdeaAnswer], language: str, client: str, now: datetime
) -> None:
    """Write ideas and what they hang on. A text that another page wrote goes into the history when it is replaced."""
    stored = stored_ideas(session, seat=seat)
    texts = {idea.slot: _text(idea, stored.get(idea.slot)) for idea in ideas}
    replaced = {slot: stored[slot].text for slot, text in texts.items() if slot in stored and stored[slot].text != text}
    for answer in ideas:
        text = texts[answer.slot]
        existing = stored.get(answer.slot)
        if existing is not None and existing.kind is not answer.kind:
            raise RuleViolation(ViolationCode.KIND_MISMATCH)
        if existing is None and text:
            existing = Idea(
                round_id=seat.round_id,
                panellist_id=seat.panellist_id,
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
    keep_replaced_texts(session, seat=seat, texts=replaced, client=client, now=now)
    _link_ideas(ideas, stored=stored, texts=texts)
    gone = [idea for slot, idea in stored.items() if texts.get(slot) == ""]
    for idea in stored.values():
        if idea.parent_id in {lost.id for lost in gone}:
            idea.parent_id = None
    session.flush()
    for idea in gone:
        session.delete(idea)
    session.flush()


def _text(answer: IdeaAnswer, existing: Idea | None) -> str:
    if answer.text is None:
        return existing.text if existing is not None else ""
    return clean_text(answer.text, limit=IDEA_LIMIT)


def _link_ideas(ideas: Sequence[IdeaAnswer], *, stored: dict[str, Idea], texts: dict[str, str]) -> None:
    for answer in ideas:
        idea = stored.get(answer.slot)
        if idea is None or not texts[answer.slot] or answer.keeps_parent:
            continue
        parent = stored.get(answer.parent_slot) if answer.parent_slot else None
        if parent is not None and parent.kind is not answer.kind.parent_kind:
            raise RuleViolation(ViolationCode.KIND_MISMATCH)
        idea.parent_id = parent.id if parent is not None and texts.get(answer.parent_slot or "", parent.text) else None
