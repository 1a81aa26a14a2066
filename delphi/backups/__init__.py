"""Whole copies of the database, sealed with a checksum; and putting one back without writing to the panel again."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.engine import URL

from delphi.commands import CommandProblem
from delphi.commands.storage import sqlite_path
from delphi.config import Settings
from delphi.database import Database
from surveys import migrations
from surveys.models import metadata

COUNTED = ("study", "person", "submission", "rating", "snapshot")
MAIL_HELD = "mail-held"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; written beside it as PATH.json."""

    engine: str
    revision: str
    made_at: str
    size: int
    sha256: str
    rows: dict[str, int]

    def rows_in_words(self) -> str:
        return ", ".join(f"{self.rows.get(table, 0)} {table} rows" for table in COUNTED)


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Restored:
    manifest: Manifest
    saved: Path | None
    """The backup of what was replaced; None where there was nothing."""


def make(settings: Settings, *, target: Path | None, now: datetime, prefix: str = "delphi") -> Backup:
    """Copy the database to `target` (default: the instance's backups, named by the time) while it is in use.

    The file appears whole or not at all. Raises CommandProblem where there is nothing to copy or a file in the way.
    """
    database = Database(settings.effective_database_url, identity_key=settings.effective_identity_key)
    source = sqlite_path(database)
    if source is not None and not source.exists():
        raise CommandProblem(f"There is no database at {source}: nothing to back up.")
    database.check()
    suffix = ".sqlite" if database.is_sqlite else ".pgdump"
    target = target or settings.instance / "backups" / f"{prefix}-{now:%Y%m%d-%H%M%S}{suffix}"
    if target.exists():
        raise CommandProblem(f"{target} exists already: choose another name.")
    unfinished = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch(mode=0o600)
        if source is not None:
            _copy_sqlite(source, unfinished)
            with closing(sqlite3.connect(unfinished)) as copy:
                rows = {table: count for table in COUNTED if (count := _count(copy, table)) is not None}
                revision = _revision_in(copy)
        else:
            _run_tool("pg_dump", ["--format=custom", f"--file={unfinished}"], database.engine.url)
            rows, revision = rows_in(database), migrations.current_revision(database.engine)
        manifest = Manifest(
            engine="sqlite" if database.is_sqlite else "postgresql",
            revision=revision or "",
            made_at=now.isoformat(timespec="seconds"),
            size=unfinished.stat().st_size,
            sha256=_sha256(unfinished),
            rows=rows,
        )
        _manifest_path(target).write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")
        unfinished.replace(target)
    except OSError as problem:
        raise CommandProblem(f"{target} cannot be written: {problem.strerror or problem}") from problem
    finally:
        unfinished.unlink(missing_ok=True)
        database.engine.dispose()
    return Backup(path=target, manifest=manifest)


def restore(settings: Settings, *, source: Path, force: bool, now: datetime, is_upgraded: bool = True) -> Restored:
    """Put the backup `source` in place of the database, bring it to this version's schema, and hold its mails.

    With `is_upgraded` False its schema stays as it was, for the version of the program that made it.

    Raises CommandProblem for a wrong checksum, a newer schema, another engine, a database with data in it without
    `force`, or one that is in use; then nothing is changed.
    """
    manifest = read_manifest(source)
    database = Database(settings.effective_database_url, identity_key=settings.effective_identity_key)
    target = sqlite_path(database)
    if (manifest.engine == "sqlite") != database.is_sqlite:
        raise CommandProblem(f"{source} is a backup of {manifest.engine}, but the database is {database.url}.")
    if manifest.revision not in migrations.known_revisions():
        raise CommandProblem(
            f"{source} was made by a newer version of this program (schema {manifest.revision}): use that version."
        )
    saved = None
    try:
        if target is None or target.exists():
            database.check()
            if any(rows_in(database).values()):
                if not force:
                    raise CommandProblem(
                        f"The database {database.url} holds data: add --force to replace it (it is backed up first)."
                    )
                saved = make(settings, target=None, now=now).path
        database.engine.dispose()
        if target is not None:
            _ensure_unused(target)
        hold_mail(settings)
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_sqlite(source, target)
        else:
            options = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
            name = f"--dbname={database.engine.url.database}"
            _run_tool("pg_restore", [*options, name, str(source)], database.engine.url)
        database.check()
        if is_upgraded:
            migrations.upgrade(database.engine)
    finally:
        database.engine.dispose()
    return Restored(manifest=manifest, saved=saved)


def read_manifest(source: Path) -> Manifest:
    """The manifest of a backup whose file is exactly the one that was made; CommandProblem otherwise."""
    if not source.is_file():
        raise CommandProblem(f"There is no backup at {source}.")
    beside = _manifest_path(source)
    try:
        manifest = Manifest(**json.loads(beside.read_text(encoding="utf-8")))
    except FileNotFoundError as problem:
        raise CommandProblem(f"{beside} is missing: without its checksum the backup is not trusted.") from problem
    except (ValueError, TypeError) as problem:
        raise CommandProblem(f"{beside} is not the manifest of a backup.") from problem
    if source.stat().st_size != manifest.size or _sha256(source) != manifest.sha256:
        raise CommandProblem(f"{source} is not the file that was backed up: its checksum is wrong.")
    return manifest


def hold_mail(settings: Settings) -> None:
    """Keep this installation from sending mail until `release_mail`."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    held = "Restored from a backup. To send mail again: python -m delphi worker --release-mail\n"
    (settings.instance / MAIL_HELD).write_text(held, encoding="utf-8")


def release_mail(settings: Settings) -> None:
    (settings.instance / MAIL_HELD).unlink(missing_ok=True)


def is_mail_held(settings: Settings) -> bool:
    return (settings.instance / MAIL_HELD).exists()


def _manifest_path(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.json")


def _copy_sqlite(source: Path, target: Path) -> None:
    """The whole of `source` over `target`, through SQLite: a plain file copy would miss what is still in the log."""
    try:
        with (
            closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as origin,
            closing(sqlite3.connect(target, timeout=60)) as copy,
        ):
            origin.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            if (found := copy.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
                raise CommandProblem(f"{source} is damaged: {found}")
    except sqlite3.DatabaseError as problem:
        raise CommandProblem(f"{source} could not be copied to {target}: {problem}") from problem
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _ensure_unused(target: Path) -> None:
    """Refuse to replace a database that a running server or worker has open."""
    if not target.exists():
        return
    try:
        with closing(sqlite3.connect(target, timeout=0)) as connection:
            # SQLite leaves the write-ahead log only when nobody else is connected.
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as problem:
        raise CommandProblem(f"The database {target} is in use: stop the server and the worker first.") from problem


def _count(connection: sqlite3.Connection, table: str) -> int | None:
    with suppress(sqlite3.OperationalError):
        counted: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return counted
    return None


def _revision_in(connection: sqlite3.Connection) -> str | None:
    with suppress(sqlite3.OperationalError):
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return None if row is None else str(row[0])
    return None


def rows_in(database: Database) -> dict[str, int]:
    """Rows of the tables that say whether there is anything in the database."""
    present = set(inspect(database.engine).get_table_names())
    with database.engine.connect() as connection:
        return {
            table: connection.execute(select(func.count()).select_from(metadata.tables[table])).scalar_one()
            for table in COUNTED
            if table in present
        }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _run_tool(tool: str, options: list[str], url: URL) -> None:
    """Run one of PostgreSQL's own programs on the database; one sentence where it is missing or refuses."""
    found = shutil.which(tool)
    if found is None:
        raise CommandProblem(f"{tool} is not installed: install PostgreSQL's client programs to do this.")
    connection = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    environment = {**os.environ, **{name: str(value) for name, value in connection.items() if value}}
    done = subprocess.run([found, *options], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = (done.stderr.strip() or "no reason given").splitlines()[0]
        raise CommandProblem(f"{tool} could not do this: {said}")
