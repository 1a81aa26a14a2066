"""What several rooms test on: a study that is finished, made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.builders import SmallStudy
from tests.finished import a_finished_study, filled_once, served


@pytest.fixture(scope="session")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SmallStudy]:
    """A database with the finished study, to be copied, and what is in it."""
    path = tmp_path_factory.mktemp("finished") / "finished.sqlite"
    return path, filled_once(sqlite_template, path, a_finished_study)


@pytest.fixture
def finished_app(finished: tuple[Path, SmallStudy], tmp_path: Path) -> Iterator[Flask]:
    with served(finished[0], tmp_path / "finished.sqlite") as app:
        yield app
