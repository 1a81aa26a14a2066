"""The demo's database: kept where it holds exactly the demo that is asked for, made anew where it holds another."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, text
from sqlmodel import Session, col, select

from delphi.commands import CommandProblem
from delphi.commands.storage import sqlite_path
from delphi.config import Settings, require_secret_key
from delphi.database import Database
from surveys import migrations
from surveys.models import AuditEvent, Person, Study, metadata
from surveys.services.audit_chain import add_to_log
from surveys.services.sign_in import ensure_invitation
from surveys.vocabulary import AuditAction


@dataclass(frozen=True, slots=True)
class DemoDatabase:
    """What was found or made. `paths` leads from a role to the page with its one button."""

    paths: dict[str, str]
    is_kept: bool
    built_at: datetime


def ensure_demo(settings: Settings, *, stage: str, seed: int, is_fresh: bool, now: datetime) -> DemoDatabase:
    """The demo of this stage and seed in the database of the settings.

    Raises CommandProblem where the database holds something that is not a demo.
    """
    require_secret_key(settings)
    database = Database(settings.effective_database_url, identity_key=settings.effective_identity_key)
    database.check()
    try:
        wanted = {"stage": stage, "seed": seed, "key": key_mark(settings)}
        mark = _find_mark(database)
        is_usable = not is_fresh and migrations.is_current(database.engine)
        is_kept = mark is not None and is_usable and {name: mark.details.get(name) for name in wanted} == wanted
        if mark is None or not is_kept:
            _clear(database)
            migrations.upgrade(database.engine)
            mark = _build(database, settings=settings, wanted=wanted, now=now)
        paths = _paths(database, mark=mark, settings=settings, now=now)
        return DemoDatabase(paths=paths, is_kept=is_kept, built_at=mark.at)
    finally:
        database.engine.dispose()


def key_mark(settings: Settings) -> str:
    """A short mark of the secret key: links are derived from it, so a demo made with another key has other links."""
    return hashlib.sha256(f"demo:{settings.secret_key}".encode()).hexdigest()[:12]


def _find_mark(database: Database) -> AuditEvent | None:
    """The record that this database is a demo; None for an empty one. Refuses one that is in real use."""
    tables = set(inspect(database.engine).get_table_names())
    if not tables:
        return None
    if {"audit_event", "person", "study"} <= tables:
        with Session(database.engine) as session:
            mark = session.exec(
                select(AuditEvent)
                .where(AuditEvent.action == AuditAction.DEMO_BUILT)
                .order_by(col(AuditEvent.id).desc())
            ).first()
            ids = (AuditEvent.id, Person.id, Study.id)
            if mark is not None or all(session.exec(select(column)).first() is None for column in ids):
                return mark
    raise CommandProblem(
        f"The database {database.url} holds something that is not the demo: choose another one with --database."
    )


def _clear(database: Database) -> None:
    """Remove the demo that is there: the file of an SQLite database, the tables of a PostgreSQL one."""
    path = sqlite_path(database)
    if path is None:
        metadata.drop_all(database.engine)
        with database.engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        return
    database.engine.dispose()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _build(database: Database, *, settings: Settings, wanted: dict[str, Any], now: datetime) -> AuditEvent:
    from delphi.demo.build import build_demo
    from delphi.demo.stages import DemoStage

    # Marked before anything is in it: what a broken-off build leaves behind may then be removed.
    _mark(database, now=now)
    links = build_demo(
        database, stage=DemoStage(wanted["stage"]), seed=wanted["seed"], secret_key=settings.secret_key, now=now
    )
    return _mark(database, now=now, **wanted, study_id=links.study_id, expert_id=links.expert_person_id)


def _mark(database: Database, *, now: datetime, **details: Any) -> AuditEvent:
    with database.writing() as session:
        mark = AuditEvent(at=now, action=AuditAction.DEMO_BUILT, details=details)
        add_to_log(session, mark)
    return mark


def _paths(database: Database, *, mark: AuditEvent, settings: Settings, now: datetime) -> dict[str, str]:
    with database.writing() as session:
        _, token = ensure_invitation(
            session,
            person_id=mark.details["expert_id"],
            study_id=mark.details["study_id"],
            secret_key=settings.secret_key,
            now=now,
        )
    return {"expert": f"/r/{token}", "facilitator": "/demo/facilitator", "secretariat": "/demo/secretariat"}
