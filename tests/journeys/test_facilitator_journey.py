"""One facilitator, seven task forces, one of them from the template to the published outcomes, through forms alone.

On PostgreSQL; the same story is played on SQLite in Chromium, see `tests/browser/test_facilitator_journey.py`.
"""

from collections.abc import Iterator

import pytest

from delphi import clock
from delphi.database import Database
from tests.builders import a_study, staff_client
from tests.conftest import SECRET_KEY, an_app
from tests.journeys.desk_acts import Time
from tests.journeys.facilitator_story import Story
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.slow, pytest.mark.postgresql]


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    moving = Time()
    monkeypatch.setattr(clock, "now", lambda: moving.now)
    return moving


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[Database]:
    found = Database(postgresql_url, identity_key=SECRET_KEY)
    yield found
    found.engine.dispose()


def test_seven_task_forces_from_the_template_to_the_published_outcomes(postgresql: Database, time: Time) -> None:
    app = an_app(postgresql, demo=True)
    with postgresql.writing() as session:
        small = a_study(session)
    story = Story(app, time, lukas=Visitor(staff_client(app, small.facilitator_id)))
    try:
        story.play()
    finally:
        app.extensions["delphi_database"].engine.dispose()
