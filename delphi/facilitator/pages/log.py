"""The log of a task force in readable sentences."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from sqlmodel import Session, col, select

from delphi.facilitator.pages.place import Place, place_of
from delphi.log_sentences import log_sentence
from surveys.models import AuditEvent, Person
from surveys.rules.permissions import Actor

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    who: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LogPage:
    place: Place
    lines: tuple[LogLine, ...]
    older: int | None
    """Where the next page begins; None on the last."""


def log_page(session: Session, *, task_force_id: int, actor: Actor, before: int | None) -> LogPage:
    """The newest events before event `before`. Experts are never named: the log must not tie a name to an answer."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    query = (
        select(AuditEvent, Person)
        .outerjoin(Person, col(Person.id) == AuditEvent.actor_id)
        .where(AuditEvent.task_force_id == task_force_id)
        .order_by(col(AuditEvent.id).desc())
        .limit(AT_ONCE + 1)
    )
    if before is not None:
        query = query.where(col(AuditEvent.id) < before)
    rows = session.exec(query).all()
    return LogPage(
        place=place,
        lines=tuple(
            LogLine(
                at=event.at,
                who=person.name if person is not None else gettext("The system or an expert"),
                sentence=log_sentence(event.action, event.details, time_zone=place.time_zone),
            )
            for event, person in rows[:AT_ONCE]
        ),
        older=rows[AT_ONCE - 1][0].id if len(rows) > AT_ONCE else None,
    )
