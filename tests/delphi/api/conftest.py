"""Two studies behind the application, one key of the first, and a program that sends it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from delphi.api.limits import Buckets
from delphi.api.views import BUCKETS
from delphi.database import Database
from surveys.services.api_tokens import make_token
from surveys.vocabulary import ApiScope
from tests.builders import a_rating_round_on, a_statement, as_secretary
from tests.finished import served
from tests.published import PublishedStudy, a_published_study


@dataclass
class Shelf:
    """`own` has published both objectives, `other` belongs to somebody else, `hidden` has published nothing."""

    app: Flask
    own: PublishedStudy
    other: PublishedStudy
    hidden: PublishedStudy
    key: str

    def ask(self, path: str, *, key: str | None = None, **headers: str) -> TestResponse:
        client: FlaskClient = self.app.test_client()
        sent = {"Authorization": f"Bearer {self.key if key is None else key}", **headers}
        return client.get(f"/api/v1{path}", headers=sent)

    def study(self, rest: str = "") -> str:
        return f"/studies/{self.own.study_id}{rest}"


@pytest.fixture(scope="session")
def stocked(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shelf]:
    """A database with the studies, to be copied for each test, and what is in it."""
    path = tmp_path_factory.mktemp("shelf") / "stocked.sqlite"
    with served(sqlite_template, path) as app:
        return path, a_shelf(app)


@pytest.fixture
def shelf(stocked: tuple[Path, Shelf], tmp_path: Path) -> Iterator[Shelf]:
    """A shelf that the test may change."""
    with served(stocked[0], tmp_path / "shelf.sqlite") as app:
        yield on(app, stocked[1])


@pytest.fixture(scope="module")
def read_only(stocked: tuple[Path, Shelf], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """One shelf for all tests of a module that change nothing."""
    with served(stocked[0], tmp_path_factory.mktemp("read") / "shelf.sqlite") as app:
        yield on(app, stocked[1])


def on(app: Flask, filled: Shelf) -> Shelf:
    app.extensions[BUCKETS] = Buckets(per_minute=1_000_000)
    return replace(filled, app=app)


def a_shelf(app: Flask) -> Shelf:
    database: Database = app.extensions["delphi_database"]
    app.extensions[BUCKETS] = Buckets(per_minute=1_000_000)
    with database.writing() as session:
        own = a_published_study(session)
        other = a_published_study(session, slug="foreign")
        hidden = a_published_study(session, slug="hidden", publish=False)
        # Beyond what is published: a statement nobody rated yet, in a round that is open.
        secret = a_statement(session, task_force_id=own.small.task_force_id, number=99, text="UNPUBLISHED")
        a_rating_round_on(session, own.small, statements=[secret.id, own.statements["A5-01"]])
        key = make_token(
            session,
            actor=as_secretary(own.small),
            study_id=own.study_id,
            name="map",
            scopes=tuple(ApiScope),
            days=30,
            now=datetime.now(UTC),
        )
    return Shelf(app, own, other, hidden, key)
