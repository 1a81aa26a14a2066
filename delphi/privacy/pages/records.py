"""The administrator's records as their pages show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlmodel import Session, col, select

from delphi.sentences.log import log_sentence
from surveys.localized import LocalizedText
from surveys.models import AuditEvent, Breach, Person, Study, TaskForce
from surveys.vocabulary import AuditAction

AT_ONCE = 100
OLD = ("old", "before", "was")
NEW = ("new", "after", "is")
WHY = ("reason", "note")


@dataclass(frozen=True, slots=True)
class LogLine:
    number: int | None
    at: datetime
    who: str
    study: LocalizedText | None
    task_force: str
    sentence: str
    old: str
    new: str
    why: str


@dataclass(frozen=True, slots=True)
class LogPage:
    lines: tuple[LogLine, ...]
    older: int | None
    newest_seal: str
    n_entries: int
    checked_at: datetime | None
    """When the chain was last checked here; `state` is what was found, "whole" or where it is broken."""
    state: str
    actions: tuple[str, ...]
    action: str


def log_page(session: Session, *, before: int | None, action: str) -> LogPage:
    """The newest events before event `before`, of one kind or of all. Experts are never named."""
    query = (
        select(AuditEvent, Person.name, Study.name, TaskForce.code)
        .outerjoin(Person, col(Person.id) == AuditEvent.actor_id)
        .outerjoin(Study, col(Study.id) == AuditEvent.study_id)
        .outerjoin(TaskForce, col(TaskForce.id) == AuditEvent.task_force_id)
        .order_by(col(AuditEvent.id).desc())
        .limit(AT_ONCE + 1)
    )
    if before is not None:
        query = query.where(col(AuditEvent.id) < before)
    known = action if action in set(AuditAction) else ""
    if known:
        query = query.where(AuditEvent.action == AuditAction(known))
    rows = session.exec(query).all()
    newest = session.exec(
        select(AuditEvent).where(col(AuditEvent.number).is_not(None)).order_by(col(AuditEvent.number).desc()).limit(1)
    ).first()
    check = session.exec(
        select(AuditEvent)
        .where(AuditEvent.action == AuditAction.LOG_CHECKED)
        .order_by(col(AuditEvent.id).desc())
        .limit(1)
    ).first()
    return LogPage(
        lines=tuple(_line(event, who, study, code) for event, who, study, code in rows[:AT_ONCE]),
        older=rows[AT_ONCE - 1][0].id if len(rows) > AT_ONCE else None,
        newest_seal=newest.seal if newest else "",
        n_entries=(newest.number or 0) if newest else 0,
        checked_at=check.at if check else None,
        state=str(check.details.get("state", "")) if check else "",
        actions=tuple(sorted(one.value for one in AuditAction)),
        action=known,
    )


def _line(event: AuditEvent, who: str | None, study: Mapping[str, str] | None, code: str | None) -> LogLine:
    return LogLine(
        number=event.number,
        at=event.at,
        who=who or gettext("The system or an expert"),
        study=None if study is None else LocalizedText(study),
        task_force=code or "",
        sentence=log_sentence(event.action, event.details, time_zone="UTC"),
        old=_value(event.details, OLD),
        new=_value(event.details, NEW),
        why=_value(event.details, WHY),
    )


def _value(details: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """What an entry says under one of `names`; names such as `old_text` count as well."""
    parts = []
    for key, value in details.items():
        if key in names or any(key.startswith(f"{name}_") or key.endswith(f"_{name}") for name in names):
            parts.append(_in_words(value))
    return "; ".join(part for part in parts if part)


def _in_words(value: Any) -> str:
    """A recorded value without the brackets and quotation marks of the way it is stored."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_in_words(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(_in_words(part) for part in value)
    return "–" if value is None else str(value)


def breaches_page(session: Session) -> tuple[tuple[Breach, str], ...]:
    """Every entry with its author's name, the newest first."""
    rows = session.exec(
        select(Breach, Person.name)
        .outerjoin(Person, col(Person.id) == Breach.author_id)
        .order_by(col(Breach.noticed_at).desc(), col(Breach.id).desc())
    ).all()
    return tuple((breach, name or "–") for breach, name in rows)
