"""A closed round behind the application, made once."""

from pathlib import Path

import pytest
from flask import Flask

from tests.delphi.facilitator.closed_rounds import ClosedRound
from tests.finished import put_into, served


@pytest.fixture(scope="session")
def closed_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClosedRound]:
    """A database with the closed round, to be copied, and what is in it."""
    path = tmp_path_factory.mktemp("closed") / "closed.sqlite"
    with served(sqlite_template, path) as app:
        return path, ClosedRound(app)


@pytest.fixture
def closed(app: Flask, closed_once: tuple[Path, ClosedRound]) -> ClosedRound:
    filled, made = closed_once
    put_into(app.extensions["delphi_database"], filled)
    return made.copied_to(app)
