"""A replica that lags behind: what programs read from it, what is never read there, and what happens without it."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import select

from delphi.application import build
from delphi.database import Database
from surveys.localized import LocalizedText
from surveys.models import ApiToken, Study
from tests.conftest import SECRET_KEY
from tests.delphi.api.conftest import Shelf

LATER = LocalizedText(en="Named anew")


def replicated(shelf: Shelf, path: Path) -> Database:
    """A copy of the database as it stands, which the application uses as its replica from here on."""
    source = sqlite3.connect(str(shelf.app.extensions["delphi_database"].engine.url.database))
    target = sqlite3.connect(path)
    source.backup(target)
    for each in (source, target):
        each.close()
    replica = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    shelf.app.extensions["delphi_replica"] = replica
    return replica


def name_anew(shelf: Shelf) -> None:
    database: Database = shelf.app.extensions["delphi_database"]
    with database.writing() as session:
        session.exec(select(Study).where(Study.id == shelf.own.study_id)).one().name = LATER


def test_programs_read_what_the_replica_has(shelf: Shelf, tmp_path: Path) -> None:
    before = shelf.ask(shelf.study()).get_json()["name"]
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    name_anew(shelf)
    assert shelf.ask(shelf.study()).get_json()["name"] == before != LATER
    replica.engine.dispose()
    del shelf.app.extensions["delphi_replica"]
    assert shelf.ask(shelf.study()).get_json()["name"] == LATER


def test_who_asks_is_never_read_from_the_replica(shelf: Shelf, tmp_path: Path) -> None:
    replica = replicated(shelf, tmp_path / "replica.sqlite")
    assert shelf.ask(shelf.study()).status_code == 200
    database: Database = shelf.app.extensions["delphi_database"]
    with database.writing() as session:
        for key in session.exec(select(ApiToken)).all():
            key.revoked_at = datetime.now(UTC)
    assert shelf.ask(shelf.study()).status_code == 401
    replica.engine.dispose()


def test_without_an_answer_of_the_replica_the_database_answers(shelf: Shelf) -> None:
    nobody = Database("postgresql://delphi@127.0.0.1:1/nothing?connect_timeout=2", identity_key=SECRET_KEY)
    shelf.app.extensions["delphi_replica"] = nobody
    name_anew(shelf)
    assert shelf.ask(shelf.study()).get_json()["name"] == LATER
    nobody.engine.dispose()


def test_the_setting_names_the_replica(shelf: Shelf, tmp_path: Path) -> None:
    settings = replace(shelf.app.config["DELPHI"], replica_url=f"sqlite:///{tmp_path / 'replica.sqlite'}")
    assert build(settings).extensions["delphi_replica"].url.endswith("replica.sqlite")
