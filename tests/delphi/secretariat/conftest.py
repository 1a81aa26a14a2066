"""A published study behind the application, and a browser of its secretariat."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.builders import staff_client
from tests.published import PublishedStudy

Counter = Callable[[], int]


@pytest.fixture
def study(published: PublishedStudy) -> PublishedStudy:
    return published


@pytest.fixture
def desk(app: Flask, study: PublishedStudy) -> FlaskClient:
    """A browser in which the secretariat of the study is signed in."""
    return staff_client(app, study.small.secretary_id)


@contextmanager
def counted_statements(engine: Engine) -> Iterator[Counter]:
    """Counts the statements sent to the database inside."""
    sent: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield lambda: len(sent)
    finally:
        event.remove(engine, "before_cursor_execute", note)
