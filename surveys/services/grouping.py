"""Several ideas into one statement in one step of the facilitator, each confirmed by them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from surveys.errors import RuleViolation
from surveys.localized import LocalizedText
from surveys.models import Statement
from surveys.rules.permissions import Actor
from surveys.services.synthesis import merge_idea, place_as_new
from surveys.vocabulary import ViolationCode


def place_group(
    session: Session, *, actor: Actor, task_force_id: int, idea_ids: Sequence[int], text: LocalizedText, now: datetime
) -> Statement:
    """Make a statement of the first idea and put the others into it: all of it, or nothing.

    Raises `nothing_chosen` for fewer than two ideas, and what `place_as_new` and `merge_idea` raise.
    """
    if len(set(idea_ids)) < 2:
        raise RuleViolation(ViolationCode.NOTHING_CHOSEN)
    first, *others = dict.fromkeys(idea_ids)
    statement = place_as_new(session, actor=actor, task_force_id=task_force_id, idea_id=first, text=text, now=now)
    for idea_id in others:
        merge_idea(
            session, actor=actor, task_force_id=task_force_id, idea_id=idea_id, statement_id=statement.id, now=now
        )
    return statement
