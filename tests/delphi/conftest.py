"""What several rooms test on: a study that is finished, and one that has published, each made once."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest
from flask import Flask

from delphi.database import Database
from tests.builders import SmallStudy
from tests.finished import a_finished_study, filled_once, put_into, served
from tests.published import PublishedStudy, a_published_study


@pytest.fixture(scope="session")
def finished(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SmallStudy]:
    """A database with the finished study, to be copied, and what is in it."""
    path = tmp_path_factory.mktemp("finished") / "finished.sqlite"
    return path, filled_once(sqlite_template, path, a_finished_study)


@pytest.fixture
def finished_app(finished: tuple[Path, SmallStudy], tmp_path: Path) -> Iterator[Flask]:
    with served(finished[0], tmp_path / "finished.sqlite") as app:
        yield app


@pytest.fixture(scope="session")
def published_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublishedStudy]:
    """A database with the published study, to be copied, and what is in it."""
    path = tmp_path_factory.mktemp("published") / "published.sqlite"
    return path, filled_once(sqlite_template, path, a_published_study)


@pytest.fixture
def published(lite: Database, published_once: tuple[Path, PublishedStudy]) -> PublishedStudy:
    """A study that has published, in `lite` and `app`."""
    filled, study = published_once
    put_into(lite, filled)
    return deepcopy(study)
