"""A restore for trial: into a temporary place, counted, verified, noted with its date, and gone again."""

import json
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import DDL, create_engine
from sqlalchemy.engine import make_url
from sqlmodel import select

from delphi import backups
from delphi.backups.rotation import backups_in
from delphi.commands import CommandProblem
from delphi.config import Settings
from delphi.database import Database
from surveys.identity import IdentityUnreadable
from surveys.models import Person
from surveys.services.audit_chain import check_chain
from surveys.services.verification import verify

NOTED = "rehearsal.json"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a restore for trial found; `problems` are sentences, none where everything is as it was backed up."""

    at: str
    backup: str
    made_at: str
    seconds: float
    rows: str
    n_snapshots: int
    n_answers: int
    problems: tuple[str, ...]


def rehearse(settings: Settings, *, source: Path | None, now: datetime) -> Rehearsal:
    """Restore `source` (default: the newest backup) beside the database, and compare it with its manifest.

    Nothing of the installation is changed but the note of the rehearsal. Raises CommandProblem where there is no
    backup, or where it cannot be trusted.
    """
    if source is None:
        found = backups_in(settings.instance / "backups")
        if not found:
            raise CommandProblem("There is no backup yet: run `python -m delphi backup` first.")
        source = found[0]
    manifest = backups.read_manifest(source)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="delphi-rehearsal-") as folder, _empty(settings, Path(folder)) as trial:
        restored = backups.restore(trial, source=source, force=False, now=now)
        database = Database(trial.effective_database_url, identity_key=settings.effective_identity_key)
        try:
            rows = backups.rows_in(database)
            problems = [
                f"{table}: {rows.get(table, 0)} rows, backed up were {count}"
                for table, count in restored.manifest.rows.items()
                if rows.get(table, 0) != count
            ]
            with database.reading() as session:
                verified = verify(session)
                chain = check_chain(session)
                try:
                    session.exec(select(Person.name).limit(1)).first()
                except IdentityUnreadable:
                    problems.append("the names cannot be read: the identity key is not the one they were written with")
        finally:
            database.engine.dispose()
    if verified.differences:
        problems.append(f"{len(verified.differences)} frozen results differ")
    if chain.kind is not None:
        problems.append("the log was changed")
    rehearsal = Rehearsal(
        at=now.isoformat(timespec="seconds"),
        backup=source.name,
        made_at=manifest.made_at,
        seconds=round(time.monotonic() - began, 1),
        rows=manifest.rows_in_words(),
        n_snapshots=verified.n_snapshots,
        n_answers=verified.n_answers,
        problems=tuple(problems),
    )
    (settings.instance / NOTED).write_text(json.dumps(asdict(rehearsal), indent=2) + "\n", encoding="utf-8")
    return rehearsal


def last_rehearsal(settings: Settings) -> Rehearsal | None:
    """The newest rehearsal that was noted; None where there is none or its note cannot be read."""
    try:
        noted = json.loads((settings.instance / NOTED).read_text(encoding="utf-8"))
        return Rehearsal(**{**noted, "problems": tuple(noted["problems"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def _empty(settings: Settings, folder: Path) -> Iterator[Settings]:
    """An installation with an empty database of the same kind; it can send no mail."""
    trial = replace(settings, instance=folder, smtp_url="")
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "sqlite":
        yield replace(trial, database_url="")
        return
    name = f"delphi_rehearsal_{secrets.token_hex(4)}"
    server = create_engine(Database(settings.effective_database_url).engine.url, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(DDL("CREATE DATABASE %(name)s", context={"name": name}))  # type: ignore[no-untyped-call]
        try:
            yield replace(trial, database_url=url.set(database=name).render_as_string(hide_password=False))
        finally:
            with server.connect() as connection:
                connection.execute(DDL("DROP DATABASE %(name)s WITH (FORCE)", context={"name": name}))  # type: ignore[no-untyped-call]
    finally:
        server.dispose()
