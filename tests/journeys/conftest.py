"""The main job, done once for all tests that look at what was seen on the way."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from delphi.database import Database
from delphi.demo.build import build_demo
from delphi.demo.stages import DemoStage
from surveys import migrations
from tests.conftest import SECRET_KEY, an_app
from tests.journeys.play import Seen, play


@pytest.fixture(scope="package")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application in demo mode, its database made by migrations: panels are imported, nobody is invited yet."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('journey') / 'delphi.sqlite'}", identity_key=SECRET_KEY)
    migrations.upgrade(database.engine)
    build_demo(database, stage=DemoStage.SETUP, seed=1, secret_key=SECRET_KEY, now=datetime.now(UTC))
    built = an_app(database, demo=True)
    yield built
    built.extensions["delphi_database"].engine.dispose()
    database.engine.dispose()


@pytest.fixture(scope="package")
def seen(demo_app: Flask) -> Seen:
    """The main job and what everybody saw on the way."""
    return play(demo_app)
