"""Everything stored about one person, found by what points at them in the schema, so that no table is forgotten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, select
from sqlmodel import Session

from surveys.models import metadata

SECRETS = frozenset({"token_hash", "password_hash", "secret", "nonce"})
"""Keys, not data: who reads them could sign in as this person."""
STAFF_ACTS = frozenset(
    {
        "api_token.created_by",
        "api_token.revoked_by",
        "archive_bundle.sealed_by",
        "breach.author_id",
        "consent_version.author_id",
        "report_entry.author_id",
        "audit_event.actor_id",
        "desk_presence.person_id",
        "name_lookup.asked_by_id",
        "name_lookup.decided_by_id",
        "desk_step.actor_id",
        "consultation.author_id",
        "facility_decision.author_id",
        "framework_version.author_id",
        "protocol.locked_by_id",
        "protocol_amendment.author_id",
        "objective_revision.approved_by_id",
        "objective_revision.author_id",
        "statement_link.author_id",
        "idea_placement.actor_id",
        "objective_version.author_id",
        "second_coding.person_id",
        "statement_version.author_id",
        "submission.entered_on_behalf_by",
        "translation.actor_id",
    }
)
"""What a person did for a study as staff: it belongs to the study's record, where they are named with it."""
HANGS_ON_IDEAS = frozenset({"idea_flag"})


def everything_about(session: Session, *, person_id: int) -> dict[str, list[dict[str, Any]]]:
    """Table name to this person's rows as plain JSON, with the wordings their answers are about."""
    person = metadata.tables["person"]
    found = {"person": _rows(session, person, person.c.id == person_id)}
    for table in metadata.sorted_tables:
        own = _columns_to(table, "person")
        kept = [column for column in own if f"{table.name}.{column.name}" not in STAFF_ACTS]
        for column in kept:
            found[table.name] = _rows(session, table, column == person_id)
    seats = [row["id"] for row in found["panellist"]]
    for table in metadata.sorted_tables:
        for column in _columns_to(table, "panellist"):
            found[table.name] = _rows(session, table, column.in_(seats))
    ideas = [row["id"] for row in found["idea"]]
    for name in sorted(HANGS_ON_IDEAS):
        table = metadata.tables[name]
        found[name] = _rows(session, table, table.c.idea_id.in_(ideas))
    members = [row["id"] for row in found["consultation_member"]]
    vote = metadata.tables["vote"]
    found["vote"] = _rows(session, vote, vote.c.member_id.in_(members))
    return {**{name: rows for name, rows in found.items() if rows}, **_wordings(session, found)}


def _wordings(session: Session, found: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """What the ids in someone's answers stand for: task forces, rounds, statements, criteria, questions."""
    named: dict[str, set[int]] = {}
    for rows in found.values():
        for row in rows:
            for name, value in row.items():
                if isinstance(value, int) and name.endswith("_id"):
                    named.setdefault(name.removesuffix("_id"), set()).add(value)
    texts = {}
    for name, label in (("task_force", "code"), ("round", "number"), ("criterion", "name"), ("question", "text")):
        table = metadata.tables[name]
        query = select(table.c.id, table.c[label]).where(table.c.id.in_(named.get(name, set()))).order_by(table.c.id)
        texts[f"{name}_names"] = [_plain_row(row) for row in session.connection().execute(query)]
    consent = metadata.tables["consent_version"]
    shown = (consent.c.id, consent.c.language, consent.c.number, consent.c.text, consent.c.made_at)
    query = select(*shown).where(consent.c.id.in_(named.get("consent_version", set()))).order_by(consent.c.id)
    texts["consent_version"] = [_plain_row(row) for row in session.connection().execute(query)]
    version = metadata.tables["statement_version"]
    statement = metadata.tables["statement"]
    query = (
        select(statement.c.id, statement.c.code, version.c.number.label("version"), version.c.text)
        .join(version, version.c.statement_id == statement.c.id)
        .where(statement.c.id.in_(named.get("statement", set())))
        .order_by(statement.c.id, version.c.number)
    )
    texts["statement_names"] = [_plain_row(row) for row in session.connection().execute(query)]
    return {name: rows for name, rows in texts.items() if rows}


def _columns_to(table: Table, target: str) -> list[Column[Any]]:
    return [column for column in table.columns if any(key.column.table.name == target for key in column.foreign_keys)]


def _rows(session: Session, table: Table, condition: Any) -> list[dict[str, Any]]:
    shown = [column for column in table.columns if column.name not in SECRETS]
    rows = session.connection().execute(select(*shown).where(condition).order_by(*table.primary_key.columns))
    return [_plain_row(row) for row in rows]


def _plain_row(row: Any) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row._mapping.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return value
