"""Preferring not to say why an answer differs from most: kept, so that nobody is asked twice."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from surveys.errors import RuleViolation
from surveys.queries.questionnaire import questionnaire_of
from surveys.queries.reasons import silence_field
from surveys.rules.permissions import Actor
from surveys.services.field_writes import Write, keep_draft
from surveys.services.seats import take_seat
from surveys.vocabulary import ViolationCode


def prefer_not_to_say(
    session: Session, *, actor: Actor, round_id: int, statement_ids: Iterable[int], client: str, now: datetime
) -> None:
    """Note it for each statement. Raises as `take_seat`, and `unknown_statement`."""
    seat = take_seat(session, actor=actor, round_id=round_id, now=now)
    known = {statement.id for statement in questionnaire_of(session, round_id=round_id).statements}
    for statement_id in statement_ids:
        if statement_id not in known:
            raise RuleViolation(ViolationCode.UNKNOWN_STATEMENT, statement_id=statement_id)
        keep_draft(session, seat=seat, write=Write(silence_field(statement_id), "on", client, 0), now=now)
