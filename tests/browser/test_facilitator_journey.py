"""The facilitator's whole study in Chromium, from the template to the published outcomes, with the keyboard alone."""

import pytest
from playwright.sync_api import Browser

from delphi import clock
from delphi.database import Database
from tests.browser.keyboard import KeyboardVisitor
from tests.browser.serving import serving
from tests.builders import a_study, staff_client
from tests.conftest import an_app
from tests.journeys.desk_acts import Time
from tests.journeys.facilitator_story import Story

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_from_the_template_to_the_published_outcomes_with_keys_alone(
    lite: Database, chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    app = an_app(lite, demo=True)
    with lite.writing() as session:
        small = a_study(session)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    with serving(app) as base:
        lukas = KeyboardVisitor(
            staff_client(app, small.facilitator_id),
            context.new_page(),
            base=base,
            cookie=app.config["SESSION_COOKIE_NAME"],
        )
        story = Story(app, time, lukas=lukas)
        for act in (
            story.set_up,
            story.paste_the_panel,
            story.try_it_out,
            story.gather_ideas,
            story.place_ideas,
            story.translate,
            lambda: story.rate(2),
            story.look_at_the_board,
            story.build_round_3,
            lambda: story.rate(3),
            story.publish,
        ):
            act()
        context.close()
    app.extensions["delphi_database"].engine.dispose()
    assert lukas.problems == [], "\n".join(lukas.problems)
    assert lukas.watch.complaints == []
    assert lukas.watch.foreign == []
