"""The room of the account pages, on SQLite; on both databases where locks and times of the database matter."""

import pytest
from flask import Flask

from tests.delphi.account.staff_room import Room


@pytest.fixture
def room(app: Flask) -> Room:
    return Room(app)


@pytest.fixture
def room_on_each(app_on_each: Flask) -> Room:
    return Room(app_on_each)
