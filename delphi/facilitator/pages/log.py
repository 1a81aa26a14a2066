"""The log of a task force in readable sentences, filtered by what stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlmodel import Session, col, select

from delphi.facilitator.pages.board import Choice
from delphi.facilitator.pages.place import Place, place_of
from delphi.sentences.log import log_sentence
from surveys.models import AuditEvent, Person
from surveys.rules.permissions import Actor
from surveys.vocabulary import AuditAction

AT_ONCE = 100
NOBODY_NAMED = 0
"""Stands in the address for what the system or an expert did."""

GROUPS: dict[str, Any] = {
    "rounds": _l("rounds"),
    "ideas": _l("ideas and statements"),
    "comments": _l("comments"),
    "panel": _l("panel"),
    "outcomes": _l("outcomes"),
    "rest": _l("everything else"),
}
GROUP_OF_WORD = {
    "rounds": "round deadline dates questions proposal reminders launch pilot rehearsal minutes",
    "ideas": "idea placement desk similar second translation statement statements",
    "comments": "comment answer objection",
    "panel": "panel panels panellist membership colleague consent answers paper link address walk walked",
    "outcomes": "outcomes category facility objective revision",
}
_WORDS = {word: group for group, words in GROUP_OF_WORD.items() for word in words.split()}


def group_of(action: AuditAction) -> str:
    """What an action is about, by the first word of its name; an action of a new kind is among the rest."""
    return _WORDS.get(action.value.partition("_")[0], "rest")


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the address asks for. `who` is a member of staff, NOBODY_NAMED for nobody, None for everybody."""

    what: str = ""
    who: int | None = None
    first: date | None = None
    last: date | None = None

    def address(self, endpoint: str, *, task_force_id: int, before: int | None = None) -> str:
        asked: dict[str, Any] = {
            "what": self.what or None,
            "who": self.who,
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "before": before,
        }
        return url_for(endpoint, task_force_id=task_force_id, **asked)


@dataclass(frozen=True, slots=True)
class LogLine:
    at: datetime
    who: str
    what: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LogPage:
    place: Place
    lines: tuple[LogLine, ...]
    older: str
    """Address of the next page; empty on the last."""
    whats: tuple[Choice, ...]
    whos: tuple[Choice, ...]
    first: date | None
    last: date | None
    chosen: LogFilter
    export: str


def log_page(session: Session, *, task_force_id: int, actor: Actor, chosen: LogFilter, before: int | None) -> LogPage:
    """The newest events before event `before`. Experts are never named: the log must not tie a name to an answer."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    rows = _events(session, place=place, chosen=chosen, before=before, limit=AT_ONCE + 1)
    older = rows[AT_ONCE - 1][0].id if len(rows) > AT_ONCE else None
    return LogPage(
        place=place,
        lines=tuple(_line(event, name, place=place) for event, name in rows[:AT_ONCE]),
        older=chosen.address("facilitator.log", task_force_id=task_force_id, before=older) if older else "",
        whats=tuple(
            Choice(
                str(words),
                replace(chosen, what=group).address("facilitator.log", task_force_id=task_force_id),
                chosen.what == group,
            )
            for group, words in {"": gettext("everything"), **GROUPS}.items()
        ),
        whos=tuple(_whos(session, task_force_id=task_force_id, chosen=chosen)),
        first=chosen.first,
        last=chosen.last,
        chosen=chosen,
        export=chosen.address("facilitator.log_file", task_force_id=task_force_id),
    )


def log_lines(session: Session, *, task_force_id: int, actor: Actor, chosen: LogFilter) -> tuple[LogLine, ...]:
    """Every matching event, newest first, for the file."""
    place = place_of(session, task_force_id=task_force_id, actor=actor)
    rows = _events(session, place=place, chosen=chosen, before=None, limit=None)
    return tuple(_line(event, name, place=place) for event, name in rows)


def _line(event: AuditEvent, name: str | None, *, place: Place) -> LogLine:
    return LogLine(
        at=event.at,
        who=name if name is not None else nobody_words(),
        what=str(GROUPS[group_of(event.action)]),
        sentence=log_sentence(event.action, event.details, time_zone=place.time_zone),
    )


def nobody_words() -> str:
    return gettext("The system or an expert")


def _events(
    session: Session, *, place: Place, chosen: LogFilter, before: int | None, limit: int | None
) -> Sequence[tuple[AuditEvent, str | None]]:
    query = (
        select(AuditEvent, Person.name)
        .outerjoin(Person, col(Person.id) == AuditEvent.actor_id)
        .where(AuditEvent.task_force_id == place.task_force_id)
        .order_by(col(AuditEvent.id).desc())
    )
    if limit is not None:
        query = query.limit(limit)
    if before is not None:
        query = query.where(col(AuditEvent.id) < before)
    if chosen.what in GROUPS:
        query = query.where(col(AuditEvent.action).in_([one for one in AuditAction if group_of(one) == chosen.what]))
    if chosen.who == NOBODY_NAMED:
        query = query.where(col(AuditEvent.actor_id).is_(None))
    elif chosen.who is not None:
        query = query.where(AuditEvent.actor_id == chosen.who)
    zone = ZoneInfo(place.time_zone)
    if chosen.first is not None:
        query = query.where(AuditEvent.at >= datetime.combine(chosen.first, time(), zone).astimezone(UTC))
    if chosen.last is not None:
        end = datetime.combine(chosen.last + timedelta(days=1), time(), zone)
        query = query.where(AuditEvent.at < end.astimezone(UTC))
    return [(event, name) for event, name in session.exec(query).all()]


def _whos(session: Session, *, task_force_id: int, chosen: LogFilter) -> list[Choice]:
    people = session.exec(
        select(Person.id, Person.name)
        .join(AuditEvent, col(AuditEvent.actor_id) == Person.id)
        .where(AuditEvent.task_force_id == task_force_id)
        .distinct()
        .order_by(col(Person.name), col(Person.id))
    ).all()
    choices: list[tuple[int | None, str]] = [(None, gettext("everybody")), *people, (NOBODY_NAMED, nobody_words())]
    return [
        Choice(
            words, replace(chosen, who=who).address("facilitator.log", task_force_id=task_force_id), chosen.who == who
        )
        for who, words in choices
    ]
