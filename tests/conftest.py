"""Fixtures every room shares: an empty database of each kind, and the application on it."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from flask import Flask
from hypothesis import HealthCheck, settings

from delphi import create_app, passwords
from delphi.config import Settings
from delphi.database import Database
from surveys import migrations
from tests import postgresql
from tests.quick_building import share_addresses, share_statements, share_texts

SECRET_KEY = "a-secret-key-for-tests-only-0123456789"
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
# How long an example takes says how busy the machine is, not whether the property holds.
settings.register_profile("delphi", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("delphi")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Modules with slow tests first: processes that share the modules then end at about the same time."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """What is imported by now stays: looking through it again and again took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(scope="session", autouse=True)
def quick_building() -> Iterator[None]:
    """What is compiled is shared; passwords at the lowest cost (`account/test_passwords.py` shows the real one)."""
    with pytest.MonkeyPatch.context() as patch:
        share_addresses(patch)
        share_statements(patch)
        patch.setattr(passwords, "_hasher", PasswordHasher.from_parameters(CHEAPEST))
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the current schema, to be copied for each test."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite"
    database = Database(f"sqlite:///{path}", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server: `DELPHI_TEST_POSTGRESQL`, or one started for this run."""
    given = os.environ.get("DELPHI_TEST_POSTGRESQL")
    if given:
        yield given
        return
    started = postgresql.started_server()
    try:
        address = next(started)
    except Exception as problem:
        if IN_CI:
            raise
        pytest.skip(f"PostgreSQL could not be started: {problem}")
    yield address
    started.close()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of an empty database with the current schema on the test server."""
    return postgresql.made_template(postgresql_server)


@pytest.fixture(scope="session")
def reused_postgresql(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """The database that all tests use in turn: making one for each would take longer than most tests."""
    yield from postgresql.copied(postgresql_server, postgresql_template)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "delphi.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(reused_postgresql: str) -> Iterator[str]:
    """An empty PostgreSQL database whose schema stays as it is."""
    yield reused_postgresql
    postgresql.emptied(reused_postgresql)


@pytest.fixture
def own_postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """An empty PostgreSQL database for tests that change its schema."""
    yield from postgresql.copied(postgresql_server, postgresql_template)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once of each kind. Tests that do not depend on the kind use `sqlite_url`."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database, on SQLite and on PostgreSQL."""
    found = Database(database_url, identity_key=SECRET_KEY)
    yield found
    found.engine.dispose()


@pytest.fixture
def lite(sqlite_url: str) -> Iterator[Database]:
    """An empty SQLite database, for tests whose subject is not the database."""
    found = Database(sqlite_url, identity_key=SECRET_KEY)
    yield found
    found.engine.dispose()


def an_app(database: Database, *, demo: bool = False) -> Flask:
    """The application on a database of the tests."""
    settings = Settings(
        secret_key=SECRET_KEY,
        database_url=database.engine.url.render_as_string(hide_password=False),
        base_url="http://localhost",
        demo=demo,
        testing=True,
    )
    built = create_app(settings)
    share_texts(built)
    return built


@pytest.fixture
def app(lite: Database) -> Iterator[Flask]:
    """The application on an empty SQLite database."""
    built = an_app(lite)
    yield built
    built.extensions["delphi_database"].engine.dispose()


@pytest.fixture
def app_on_each(database: Database) -> Iterator[Flask]:
    """The application on an empty database, once of each kind."""
    built = an_app(database)
    yield built
    built.extensions["delphi_database"].engine.dispose()
